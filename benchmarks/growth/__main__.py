"""`make bench-growth`: the same with a large database and with a small one, side by side; prints the ratios.

The small one fills a page of each list, so that both draw as many rows. The least time of the rounds counts.
The exit code is 1 if something takes more than 1.5 times as long with the large one.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.services import PostgresServer

ROOT = Path(__file__).resolve().parents[2]
SMALL_ROOMS = 400
MOST = 1.5
NOISE = 0.002  # seconds by which two measurements of the same thing differ


class Site:
    """A database of one size, and a process that does things with it."""

    def __init__(self, url: str, rooms: int, each: int) -> None:
        self.rooms, self.each = rooms, each
        self.environment = {
            **os.environ, "ENV_FILE": "/dev/null", "DATABASE_URL": url, "SECRET_KEY": secrets.token_urlsafe(50),
            "SITE_ORIGINS": "http://testserver", "REDIS_URL": "", "LIMIT_FACTOR": "10000", "DEBUG": "0",
            "LOG_LEVEL": "ERROR",
        }  # fmt: skip

    def fill(self) -> None:
        """Fill the database."""
        sizes = [str(self.rooms), str(self.each)]
        self.run("benchmarks.growth.fill", *sizes)

    def run(self, module: str, *words: str) -> None:
        """Run a module to its end."""
        subprocess.run([sys.executable, "-m", module, *words], cwd=ROOT, env=self.environment, check=True)

    def start(self) -> list[str]:
        """Start the process; return the names of what it can do."""
        self.said = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.growth.acts"],
            cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said, text=True,
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
    parser.add_argument("--only", default="", help="only what has this in its name")
    options = parser.parse_args()
    with ExitStack() as stack:
        if options.database == "postgresql":
            server = stack.enter_context(PostgresServer())
            urls = [server.create_database() for _ in range(2)]
        else:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            urls = [f"sqlite:///{folder}/{name}.sqlite3" for name in ("small", "large")]
        small, large = Site(urls[0], SMALL_ROOMS, options.each), Site(urls[1], options.rooms, options.each)
        for site in (small, large):
            began = time.monotonic()
            site.fill()
            print(f"{options.database}: {site.rooms} rooms with {site.each} memberships and links each, filled in "
                  f"{time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
        slow = compare(small, large, options.only, options.rounds)
    print(f"{len(slow)} of these take more than {MOST} times as long" if slow else f"all within {MOST} times")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
