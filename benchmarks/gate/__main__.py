"""`make bench-gate`: joins, messages, memory and pages against `benchmarks/limits.toml`, in under two minutes.

Processor time is given in hundredths of that of a visit to a fixed server, measured in the same seconds, so that it
does not depend on the machine; what counts is the best of several rounds. While a figure is above its limit more
rounds follow, until the time is up: another program can only make it worse than it is, and never better.
"""

import asyncio
import contextlib
import os
import sys
import time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meetingpoint_site.settings")

import django

from benchmarks.gate import pages
from benchmarks.gate.compare import compare, exceeds, read_limits
from benchmarks.gate.reference import Reference
from benchmarks.meter import processor_seconds, resident_bytes
from benchmarks.targets import Ours, Person

ROUNDS = 5
LONGEST = 75.0  # seconds in which processor time is measured again while it is above its limit
JOINS, PAIRS, SOCKETS, SEATS = 60, 6, 320, 8
MESSAGES = 100  # there and back between a pair: fewer than the limit of a socket lets through at once


async def join_and_leave(target: Ours, people: int) -> None:
    """Let people join, four at once, and leave: owners and guests in turn."""

    async def one(number: int) -> None:
        person = await target.person(number % 10, number // 10 % 2)
        await person.socket.close()

    for start in range(0, people, 4):
        await asyncio.gather(*(one(number) for number in range(start, start + 4)))


async def exchange(pair: tuple[Person, Person], turns: int) -> None:
    """Send a message to and fro."""
    left, right = pair
    for _turn in range(turns):
        await left.send("candidate", right.id, "x" * 1000)
        await right.receive("relay")
        await right.send("candidate", left.id, "x" * 1000)
        await left.receive("relay")


class Processor:
    """The least processor time that a join, a message and the reference took so far, in seconds."""

    def __init__(self) -> None:
        self.best: dict[str, float] = {}

    def note(self, name: str, seconds: float) -> None:
        """Keep a measurement if it is the least."""
        self.best[name] = min(seconds, self.best.get(name, seconds))

    def figures(self) -> dict[str, float]:
        """Return join and message in hundredths of a visit to the reference."""
        return {
            f"processor.{name}": self.best[name] / self.best["reference"] * 100
            for name in self.best
            if name != "reference"
        }


async def measure_processor(target: Ours, fixed: Reference, limits: dict[str, float]) -> dict[str, float]:
    """Return what a join and a message cost, in hundredths of a visit to the reference."""
    processor, began = Processor(), time.monotonic()
    await join_and_leave(target, 40)
    await fixed.visit(40)
    for number in range(10_000):
        before = processor_seconds(fixed.pid())
        await fixed.visit(JOINS)
        processor.note("reference", (processor_seconds(fixed.pid()) - before) / JOINS)
        before = processor_seconds(target.pid())
        await join_and_leave(target, JOINS)
        processor.note("join", (processor_seconds(target.pid()) - before) / JOINS)
        pairs = [(await target.person(20 + n, 0), await target.person(20 + n, 1)) for n in range(PAIRS)]
        await asyncio.gather(*(exchange(pair, 5) for pair in pairs))
        before = processor_seconds(target.pid())
        await asyncio.gather(*(exchange(pair, MESSAGES) for pair in pairs))
        processor.note("message", (processor_seconds(target.pid()) - before) / (PAIRS * MESSAGES * 2))
        await asyncio.gather(*(person.socket.close() for pair in pairs for person in pair))
        figures = processor.figures()
        well = not any(exceeds(value, limits.get(name, value)) for name, value in figures.items())
        if number + 1 >= ROUNDS and (well or time.monotonic() - began > LONGEST):
            break
    return processor.figures()


async def measure_memory(target: Ours) -> float:
    """Return the kilobytes of an idle socket in a call."""
    before = resident_bytes(target.pid())
    people = []
    for number in range(0, SOCKETS, 8):
        seats = [divmod(place, SEATS) for place in range(number, number + 8)]
        people += await asyncio.gather(*(target.person(*seat) for seat in seats))
    used = resident_bytes(target.pid()) - before
    for start in range(0, len(people), 80):
        await asyncio.gather(*(person.socket.close() for person in people[start : start + 80]))
    return used / len(people) / 1024


def measure_pages(target: Ours) -> dict[str, float]:
    """Return what each page takes, and how many queries a join."""
    figures: dict[str, float] = {}
    scene = target.scenes[0]
    for name, path in pages.paths(scene).items():
        session_key = "" if name in pages.STRANGERS else scene.olga[0]
        cost = pages.count_page(target.app.port, session_key, path)
        figures |= {f"page.{name}.{what}": float(value) for what, value in vars(cost).items()}
    return figures | {"join.queries": float(pages.queries_of_join(scene.olga[0], scene.slug))}


def measure() -> dict[str, float]:
    """Start a server and measure everything."""
    limits = read_limits()
    target = Ours("uvicorn")
    os.environ.update(target.app.settings, ENV_FILE=os.devnull)
    target.start()
    try:
        django.setup()
        target.prepare(SOCKETS // SEATS, SEATS)
        asyncio.run(join_and_leave(target, 20))
        figures = {"memory.socket_kb": asyncio.run(measure_memory(target))}
        with Reference() as fixed:
            figures |= asyncio.run(measure_processor(target, fixed, limits))
        return figures | measure_pages(target)
    finally:
        target.stop()


def main() -> int:
    """Measure, print, and say with the exit code whether everything is within its limit."""
    began: Any = time.monotonic()
    with contextlib.redirect_stderr(sys.stdout):
        lines, wrong = compare(measure(), read_limits())
    print("\n".join(lines))
    for line in wrong:
        print(f"FAILED: {line}")
    print(f"bench-gate: {len(lines)} figures, {len(wrong)} too high or missing, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
