"""`make bench-growth`: the same with a large database and with a small one, side by side; prints the ratios.

The small one fills a page of each list, so that both draw as many rows. What is compared is the time of the processor,
the least of the rounds. The exit code is 1 if something takes more than 1.5 times as much with the large one.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.growth.databases import ROOT, databases, environment, fill

SMALL_ROOMS = 400
MOST = 1.5
NOISE = 0.002  # seconds by which two measurements of the same thing differ


class Site:
    """A process that does things with a database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def start(self) -> list[str]:
        """Start the process; return the names of what it can do."""
        self.said = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.growth.acts"],
            cwd=ROOT, env=environment(self.url), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said,
            text=True,
        )  # fmt: skip
        return list(self.answer())

    def answer(self) -> Any:
        """Return the next line of the process. Raises `RuntimeError` if it has ended."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            code = self.process.wait(10)
            self.said.seek(0)
            raise RuntimeError(f"the process ended with {code}:\n{self.said.read()[-3000:]}")
        return json.loads(line)

    def seconds(self, name: str, number: int) -> float:
        """Do something; return how long it took."""
        assert self.process.stdin
        print(json.dumps([name, number]), file=self.process.stdin, flush=True)
        return float(self.answer())

    def stop(self) -> None:
        """End the process."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(10)


def compare(small: Site, large: Site, wanted: str, rounds: int) -> list[str]:
    """Do everything with both, print the table, return what takes too long."""
    there = set(small.start())
    names = [name for name in large.start() if name in there and wanted in name]
    slow = []
    print(f"{'':62} {'small':>9} {'large':>9}  ratio")
    for name in names:
        # The first round only makes caches and plans.
        times = [[site.seconds(name, number) for site in (small, large)] for number in range(rounds + 1)]
        little, much = (min(column) for column in zip(*times[1:], strict=True))
        mark = ""
        if much > MOST * little + NOISE:
            mark = "  SLOW"
            slow.append(name)
        print(f"{name:62.62} {little * 1e3:6.1f} ms {much * 1e3:6.1f} ms {much / little:6.2f}{mark}", flush=True)
    small.stop()
    large.stop()
    return slow


def main() -> int:
    """Make both databases, compare them, and say with the exit code whether growth costs too much."""
    parser = argparse.ArgumentParser(prog="benchmarks.growth", description=__doc__)
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    parser.add_argument("--rooms", type=int, default=100_000, help="how many rooms and accounts (default: 100,000)")
    parser.add_argument("--each", type=int, default=10, help="how many memberships and links each room has")
    parser.add_argument("--rounds", type=int, default=5, help="how often each thing is done with both")
    parser.add_argument("--only", default="", help="only what has this in its name: join, prune, GET /admin/, …")
    parser.add_argument("--keep", type=Path, help="a folder for the filled databases: the next run finds them there")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server ends, too
    with databases(options.database, options.keep and options.keep.resolve()) as place:
        urls = []
        for rooms in (SMALL_ROOMS, options.rooms):
            began = time.monotonic()
            urls.append(place.copy(rooms, options.each))
            fill(urls[-1], rooms, options.each)  # the migrations that came after it was filled
            print(f"{options.database}: {rooms} rooms with {options.each} memberships and links each, ready in "
                  f"{time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
        try:
            slow = compare(Site(urls[0]), Site(urls[1]), options.only, options.rounds)
        finally:
            for url in urls:
                place.drop(url)
    print(f"{len(slow)} of these take more than {MOST} times as long" if slow else f"all within {MOST} times")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
