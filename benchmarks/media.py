"""A call on thin and lossy lines, measured twice: a plain peer connection on browser defaults, and ours.

Two Chromium processes in network namespaces; a user-space line joins them, and one sends a
camera of 1280×720 and a microphone to the other. All figures are taken where they arrive. Run as root.
"""

import argparse
import itertools
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks.files import Side, carry
from benchmarks.wire import shaped_line
from tests.services import wait_until

ADDRESS = "http://localhost:9/benchmarks/media_page/index.html"
SETTLING = 10
CAMERA = "--use-fake-device-for-media-stream=fps=30"
SCHEMES = ("plain", "ours")


@dataclass(frozen=True)
class Line:
    """A line. `steps` are (seconds, bits a second, 0 for no limit); `delay` is milliseconds one way, `loss` percent."""

    name: str
    steps: tuple[tuple[int, int], ...]
    delay: float = 20
    loss: float = 0
    kinds: tuple[str, ...] = ("audio", "video")


LINES = [
    Line("300 kbit/s", ((40, 300_000),)),
    Line("150 kbit/s", ((40, 150_000),)),
    Line("100 kbit/s", ((40, 100_000),)),
    Line("60 kbit/s", ((40, 60_000),)),
    Line("40 kbit/s, sound", ((40, 40_000),), kinds=("audio",)),
    Line("5 % loss", ((40, 2_000_000),), loss=5),
    Line("20 % loss", ((40, 2_000_000),), loss=20),
    Line("300 ms", ((40, 2_000_000),), delay=150),
    Line("2 M, 150 k, 2 M", ((30, 2_000_000), (30, 150_000), (40, 2_000_000))),
]


@dataclass
class Figures:
    """What came over a line. Seconds count from the first sound; concealment counts after ten seconds, in percent.

    `kept` is how long sound waited at the receiver before it was played, ms: what patience costs.
    """

    fps: float = 0
    freezes: int = 0
    frozen: float = 0
    concealed: float = 0
    kept: float = 0
    stills: int = 0
    adapted: float | None = None
    back: float | None = None
    changes: int = 0
    rungs: list[str] = field(default_factory=list)


def sample(sides: tuple[Side, Side], seconds: float) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Let time pass while the pages may talk; return what has come by then and what the sender has decided."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        carry(*sides)
        time.sleep(0.1)
    return sides[1].call("received"), sides[0].call("decided")


def print_second(
    at: float, before: dict[str, Any] | None, seen: dict[str, Any], decided: dict[str, Any] | None
) -> None:
    """Print what came in a second and what was decided in it."""
    grown = {name: seen[name] - (before or {}).get(name, 0) for name in ("frames", "frozen", "concealed", "bytes")}
    came = f"{grown['frames']:3} frames {seen['height']:4} px {grown['bytes'] / 125:6.0f} kbit"
    print(f"{at:5.1f} s  {came}  frozen {grown['frozen']:4.1f}  concealed {grown['concealed']:5}", end="")
    if decided:
        of, sent = decided["seen"], decided["sent"]
        line = "?" if of["available"] is None else f"{of['available']:.0f}"
        sees = f"line {line} loss {of['loss']:.2f} rtt {of['rttMs']:.0f} concealed {of['concealed']:.2f}"
        strain = f"strain {of['cpuLoad']:.2f}/{of['remoteCpuLoad']:.2f}{' cpu' if of['limited'] else ''}"
        sound = f"{' long' if decided['longPackets'] else ''}{' twice' if decided['twice'] else ''}"
        print(f" | {decided['rung']} {sent['codec']} {decided['why']}{sound} | {sees} {strain}", end="")
        goes = f"sent {sent['kbps']:.0f} kbit/s {sent['fps']:.0f} fps {sent['height']} px"
        print(f"{' froze' if of['hasFrozen'] else ''} | {goes}", end="")
    print(flush=True)


def measure(scheme: str, line: Line, sides: tuple[Side, Side], change: Any, *, trace: bool = False) -> Figures:
    """Run one call over all steps of a line."""
    for side in sides:
        side.renew()
    # Chance decides how long a handshake takes on a line that loses much; what is measured here is media.
    change(rate=line.steps[0][1], loss=0)
    sides[1].call("start", scheme, False, line.kinds)
    sides[0].call("start", scheme, True, line.kinds)
    wait_until(lambda: sample(sides, 0.2)[0]["samples"], 30, f"sound by {scheme}")
    change(loss=line.loss)
    samples: list[tuple[float, dict[str, Any]]] = []
    figures = Figures()
    moments: list[float] = []
    began = time.monotonic()
    for until, (_, rate) in zip(itertools.accumulate(seconds for seconds, _ in line.steps), line.steps, strict=True):
        change(rate=rate)
        while time.monotonic() - began < until:
            received, decided = sample(sides, 1)
            if trace:
                print_second(time.monotonic() - began, samples[-1][1] if samples else None, received, decided)
            samples.append((time.monotonic() - began, received))
            if decided:
                figures.rungs.append(decided["rung"])
        moments.append(time.monotonic() - began)
    summarise(figures, samples, moments)
    return figures


def summarise(figures: Figures, samples: list[tuple[float, dict[str, Any]]], moments: list[float]) -> None:
    """Fill in the figures from the samples of each second and the ends of the steps."""
    (first_at, first), (last_at, last) = samples[0], samples[-1]
    settled = next(seen for at, seen in samples if at >= SETTLING)
    figures.fps = (last["frames"] - first["frames"]) / (last_at - first_at)
    figures.freezes, figures.stills = last["freezes"], last["stills"]
    # The browser counts a freeze when it is over; one that lasts to the end shows as seconds without a frame.
    frozen_tail = next((last_at - at for at, seen in samples if seen["frames"] == last["frames"]), 0.0)
    figures.frozen = last["frozen"] + (
        frozen_tail if last["frames"] and not figures.stills and frozen_tail > 1.5 else 0
    )
    received_samples = last["samples"] - settled["samples"]
    figures.concealed = 100 * (last["concealed"] - settled["concealed"]) / max(1, received_samples)
    played = last["played"] - settled["played"]
    figures.kept = 1000 * (last["kept"] - settled["kept"]) / max(1, played)
    late = [rung for (at, _), rung in zip(samples, figures.rungs, strict=False) if at >= SETTLING]
    figures.changes = sum(one != other for one, other in itertools.pairwise(late))
    if len(moments) < 3:
        return
    pairs = list(itertools.pairwise(samples))
    figures.adapted = since(pairs, moments[0], moments[1], frames=6, height=1)
    figures.back = since(pairs, moments[1], moments[2], frames=24, height=360)


def since(pairs: list[Any], start: float, end: float, *, frames: int, height: int) -> float | None:
    """Return the seconds from `start` to the first of three good samples in a row; None when there were none.

    A sample is good with `frames` a second, `height` pixels and no freeze of half a second.
    """
    good, since_then = 0, start
    for (then, before), (at, seen) in pairs:
        if not start < at <= end:
            continue
        fine = seen["frames"] - before["frames"] >= frames * (at - then) and seen["height"] >= height
        good = good + 1 if fine and seen["frozen"] - before["frozen"] < 0.5 else 0
        if good == 1:
            since_then = then
        if good == 3:
            return max(0.0, since_then - start)
    return None


def run(lines: list[Line], schemes: list[str], *, trace: bool = False) -> dict[str, dict[str, Figures]]:
    """Measure every scheme on every line."""
    results: dict[str, dict[str, Figures]] = {}
    with tempfile.TemporaryDirectory(prefix="meetingpoint-media-") as folder, sync_playwright() as playwright:
        for number, line in enumerate(lines):
            kind = {"delay": line.delay, "loss": line.loss, "rate": line.steps[0][1]}
            with shaped_line(**kind) as (names, change):
                sides = (
                    Side(playwright, Path(folder) / f"{number}-sender", names[0], ADDRESS, CAMERA),
                    Side(playwright, Path(folder) / f"{number}-receiver", names[1], ADDRESS, CAMERA),
                )
                for scheme in schemes:
                    figures = measure(scheme, line, sides, change, trace=trace)
                    results.setdefault(line.name, {})[scheme] = figures
                    print(f"{line.name}: {scheme}: {figures}", flush=True)
                for side in sides:
                    side.context.close()
    return results


def report(results: dict[str, dict[str, Figures]]) -> str:
    """Return the table and the targets as text."""
    names = "frames/s | freezes | frozen s | concealed % | kept ms | stills | adapted s | back s | changes"
    head = f"| line | scheme | {names} |"
    said = [head, "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for line, schemes in results.items():
        for name, of in schemes.items():
            adapted, back = ("–" if value is None else f"{value:.0f}" for value in (of.adapted, of.back))
            figures = (
                f"{of.fps:.1f} | {of.freezes} | {of.frozen:.1f} | {of.concealed:.2f} | {of.kept:.0f} | {of.stills}"
            )
            said.append(f"| {line} | {name} | {figures} | {adapted} | {back} | {of.changes} |")
    return "\n".join([*said, "", "Targets:", *targets(results)])


def targets(results: dict[str, dict[str, Figures]]) -> list[str]:
    """Return one line a target: what was to be reached, what was."""
    said = []

    def judge(what: str, value: float | None, most: float) -> None:
        word = "reached" if value is not None and value <= most else "MISSED "
        said.append(f"  {word} {what}: {'never' if value is None else f'{value:.2f}'} (at most {most:.2f})")

    both = [schemes for schemes in results.values() if len(schemes) == len(SCHEMES)]
    if both:
        plain, ours = (sum(schemes[name].frozen for schemes in both) for name in SCHEMES)
        judge("seconds frozen over the set, beside a third of plain", ours, plain / 3)
    for line, schemes in results.items():
        if "ours" not in schemes:
            continue
        of = schemes["ours"]
        if line.startswith("40 kbit/s"):
            judge(f"{line}: concealment, %", of.concealed, 1)
        if line.startswith("5 %"):
            judge(f"{line}: sound waits, ms", of.kept, 150)
            judge(f"{line}: concealment, %", of.concealed, 1)
        if line.startswith("20 %"):
            judge(f"{line}: concealment, %", of.concealed, 2)
        if "," in line and "M" in line:
            judge(f"{line}: adapted, s", of.adapted, 3)
            judge(f"{line}: back, s", of.back, 20)
        else:
            judge(f"{line}: changes of rung in 30 s", of.changes, 1)
    return said


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", nargs="*", choices=[line.name for line in LINES], help="only these")
    parser.add_argument("--only", nargs="*", choices=SCHEMES, default=list(SCHEMES), help="only these schemes")
    parser.add_argument("--trace", action="store_true", help="print every second")
    options = parser.parse_args()
    lines = [line for line in LINES if not options.lines or line.name in options.lines]
    print(report(run(lines, options.only, trace=options.trace)))


if __name__ == "__main__":
    main()
