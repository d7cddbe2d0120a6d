"""File transfer measured in one run: one connection at its limit, ours, and the schemes of others, on several lines.

Two Chromium processes with profiles of their own, each in a network namespace where the line is a long one; bytes are
counted where they arrive. Ours reads a file from the disk, hashes it, and writes it to the disk of the other side; the
others send memory and throw it away. Run as root: namespaces and TAP devices need it.
"""

import argparse
import contextlib
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, Route, sync_playwright

from benchmarks.meter import processor_seconds
from benchmarks.wire import two_namespaces
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.services import find_binary, wait_until

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = "http://localhost:9/benchmarks/files_page/index.html"
MB = 1_000_000


@dataclass
class Line:
    """A way between the two browsers. `delay` is milliseconds one way, `loss` percent."""

    name: str
    delay: float = 0
    loss: float = 0
    seconds: int = 12
    schemes: tuple[str, ...] = ()


@dataclass
class Figures:
    """What a scheme reached on a line, one entry a round."""

    rate: list[float] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    lanes: int = 1


class Side:
    """One browser with the measuring page; the files of the page come from the repository, without a network."""

    def __init__(
        self, playwright: Playwright, folder: Path, namespace: str | None, address: str = ADDRESS, *more: str
    ) -> None:
        self.folder = folder
        self.address = address
        folder.mkdir()
        wrapper = folder / "chromium"
        inside = f"ip netns exec {namespace} " if namespace else ""
        binary = find_binary("chromium-headless-shell")
        wrapper.write_text(f'#!/bin/sh\necho $$ > {folder}/pid\nexec {inside}{binary} "$@"\n')
        wrapper.chmod(0o755)
        self.context: BrowserContext = playwright.chromium.launch_persistent_context(
            folder / "profile", executable_path=str(wrapper), args=[*CHROMIUM_ARGUMENTS, *more]
        )
        self.context.route("**/*", serve)
        self.pid = int((folder / "pid").read_text())
        self.posted: deque[str] = deque()
        self.page = self.fresh()

    def fresh(self) -> Page:
        """Open the page again."""
        page = self.context.new_page()
        page.expose_function("post", lambda text: self.posted.append(text))
        page.goto(self.address)
        page.wait_for_function("globalThis.bench !== undefined")
        return page

    def renew(self) -> None:
        """Replace the page by a fresh one."""
        self.page.close()
        self.posted.clear()
        self.page = self.fresh()

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a function of the page."""
        return self.page.evaluate("([name, values]) => globalThis.bench[name](...values)", [name, list(arguments)])


def serve(route: Route) -> None:
    """Answer a request from the repository."""
    path = ROOT / route.request.url.split("localhost:9/")[1].split("?")[0]
    types = {".html": "text/html", ".js": "text/javascript"}
    if path.is_file():
        route.fulfill(body=path.read_bytes(), content_type=types.get(path.suffix))
    else:
        route.fulfill(status=404)


def carry(one: Side, other: Side) -> None:
    """Hand over what the pages have posted to each other."""
    for here, there in ((one, other), (other, one)):
        here.page.evaluate("0")  # lets Playwright take in what was posted
        while here.posted:
            there.call("receive", here.posted.popleft())


def pump(sender: Side, receiver: Side, seconds: float) -> None:
    """Let time pass while the pages may talk."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        carry(sender, receiver)
        time.sleep(0.1)


def connect(sender: Side, receiver: Side, *, call: bool) -> None:
    """Connect two tabs as a call does, with sound and pictures or without."""
    mine, theirs = sender.page.evaluate("bench.identity"), receiver.page.evaluate("bench.identity")
    sender.call("enter", theirs, call)
    receiver.call("enter", mine, call)

    def met() -> bool:
        carry(sender, receiver)
        return bool(sender.call("connected") and receiver.call("connected"))

    wait_until(met, 20, "the two browsers are connected")


def offer(sender: Side, file: Path) -> None:
    """Offer the file; the other side accepts whatever comes."""
    sender.page.locator("#source").set_input_files(str(file))
    sender.call("offer")


def measure(name: str, sender: Side, receiver: Side, file: Path, line: Line, lanes: int) -> tuple[float, float, int]:
    """Return MB a second, processor seconds a GB, and the number of lanes, from the first byte on."""
    sender.renew()
    receiver.renew()
    if name == "ours":
        connect(sender, receiver, call=False)
        offer(sender, file)
    else:
        receiver.call("listen", name)
        sender.call("start", name, lanes)

    def flows() -> bool:
        carry(sender, receiver)
        return bool(receiver.call("received"))

    wait_until(flows, 30, f"bytes by {name}")
    before = processor_seconds(sender.pid) + processor_seconds(receiver.pid)
    started, first = time.monotonic(), receiver.call("received")
    pump(sender, receiver, line.seconds)
    came = receiver.call("received") - first
    seconds = time.monotonic() - started
    used = processor_seconds(sender.pid) + processor_seconds(receiver.pid) - before
    count = sender.call("lanes")
    for side in (sender, receiver):
        side.call("leave" if name == "ours" else "stop")
    return came / seconds / MB, used / (came / 1e9), count


@contextlib.contextmanager
def bed(line: Line) -> Iterator[tuple[str | None, str | None]]:
    """Yield the namespaces of the two browsers; none of their own where the line is the loopback."""
    if not line.delay and not line.loss:
        yield None, None
        return
    with two_namespaces(delay=line.delay, loss=line.loss) as names:
        yield names


def run(lines: list[Line], rounds: int) -> dict[str, dict[str, Figures]]:
    """Measure every scheme on every line, round by round."""
    results: dict[str, dict[str, Figures]] = {}
    with tempfile.TemporaryDirectory(prefix="meetingpoint-files-") as folder, sync_playwright() as playwright:
        file = Path(folder) / "source.bin"
        with file.open("wb") as out, Path("/dev/urandom").open("rb") as random:
            for _ in range(1000):
                out.write(random.read(MB))
        for line in lines:
            figures = results[line.name] = {name: Figures() for name in line.schemes}
            with bed(line) as (here, there):
                sides = [
                    Side(playwright, Path(folder) / f"{line.name}-{role}".replace(" ", "-"), namespace)
                    for role, namespace in (("sender", here), ("receiver", there))
                ]
                for _ in range(rounds):
                    for name, of in figures.items():
                        scheme, _, lanes = name.partition(" × ")
                        rate, cost, of.lanes = measure(scheme, sides[0], sides[1], file, line, int(lanes or 1))
                        of.rate.append(rate)
                        of.cost.append(cost)
                        print(f"{line.name}: {name}: {rate:.2f} MB/s, {cost:.0f} s/GB, {of.lanes} lanes", flush=True)
                for side in sides:
                    side.context.close()
    return results


PEERS = ("pairdrop", "filepizza", "webwormhole", "sharedrop")
LINES = [
    Line("loopback", seconds=12, schemes=("raw", "ours", *PEERS)),
    Line("80 ms", delay=40, seconds=30, schemes=("raw", "raw × 8", "ours", *PEERS)),
    Line("80 ms, 1 % loss", delay=40, loss=1, seconds=30, schemes=("raw", "raw × 8", "ours", *PEERS)),
]


def report(results: dict[str, dict[str, Figures]]) -> str:
    """Return the tables, the ratios and the targets as text. Medians over the rounds."""
    lines = ["| line | scheme | MB/s | processor seconds a GB | lanes |", "| --- | --- | ---: | ---: | ---: |"]
    for line, figures in results.items():
        for name, of in figures.items():
            rate, cost = statistics.median(of.rate), statistics.median(of.cost)
            lines.append(f"| {line} | {name} | {rate:.2f} | {cost:.0f} | {of.lanes} |")
    lines += ["", "Targets:", *targets(results)]
    return "\n".join(lines)


def targets(results: dict[str, dict[str, Figures]]) -> list[str]:
    """Return one line a target: what was to be reached, what was."""
    said = []

    def judge(what: str, value: float, limit: float, *, at_least: bool) -> None:
        reached = value >= limit if at_least else value <= limit
        bound = f"at {'least' if at_least else 'most'} {limit:g}"
        said.append(f"  {'reached' if reached else 'MISSED '} {what}: {value:.2f} × ({bound})")

    for line, figures in results.items():
        rate = {name: statistics.median(of.rate) for name, of in figures.items()}
        cost = {name: statistics.median(of.cost) for name, of in figures.items()}
        if "ours" not in figures:
            continue
        if line == "loopback" and "raw" in figures:
            judge("loopback, speed beside raw", rate["ours"] / rate["raw"], 1, at_least=True)
            judge("loopback, processor time beside raw", cost["ours"] / cost["raw"], 1.15, at_least=False)
        peers = {name: rate[name] for name in PEERS if name in rate}
        if line != "loopback" and peers:
            best = max(peers, key=lambda name: peers[name])
            judge(f"{line}, speed beside {best}", rate["ours"] / peers[best], 6 if "loss" in line else 4, at_least=True)
        if "raw × 8" in figures:
            least = 0.95 if "loss" in line else 0.9
            judge(f"{line}, speed beside raw × 8", rate["ours"] / rate["raw × 8"], least, at_least=True)
            judge(f"{line}, processor time beside raw × 8", cost["ours"] / cost["raw × 8"], 1.15, at_least=False)
    return said


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", nargs="*", choices=[line.name for line in LINES], help="only these")
    parser.add_argument("--only", nargs="*", choices=["raw", "raw × 8", "ours", *PEERS], help="only these schemes")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    lines = [line for line in LINES if not options.lines or line.name in options.lines]
    for line in lines:
        line.schemes = tuple(name for name in line.schemes if not options.only or name in options.only)
    print(report(run(lines, options.rounds)))


if __name__ == "__main__":
    main()
