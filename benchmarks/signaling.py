"""What signaling costs the server: `make bench-signaling`.

Every server gets the same work from the same client, and only the server's processor time is counted. A round measures
each server in turn; the median of the rounds is shown, so that a busy moment of the machine affects all servers.

A message is 1 KB, there and back between pairs. A call is two joins, offer, answer, 8 candidates a side, and the end of
both sockets. For Meeting Point a join is a WebSocket handshake with a session cookie, the look-up of session, account
and membership in the database, and the roster; one of the two is a signed-in owner, the other a guest.
"""

import argparse
import asyncio
import os
import resource
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.meter import processor_seconds, resident_bytes
from benchmarks.targets import Ours, PeerServer, Person, Target, Textbook

BODY, OFFER, ANSWER, CANDIDATE = "x" * 1000, "o" * 3000, "a" * 2500, "c" * 180
CANDIDATES = 8
SEATS = 8
MOST_FOR_A_CALL = {"uvicorn": 2.0, "daphne": 3.0}  # times PeerServer's

TARGETS: dict[str, Callable[[], Target]] = {
    "daphne": lambda: Ours("daphne"),
    "uvicorn": lambda: Ours("uvicorn"),
    "granian": lambda: Ours("granian"),
    "textbook": Textbook,
    "peerserver": PeerServer,
}


@dataclass
class Figures:
    """What was measured of one server."""

    message_us: list[float] = field(default_factory=list)
    call_ms: list[float] = field(default_factory=list)
    batched_ms: list[float] = field(default_factory=list)
    messages_a_call: int = 0
    batched_messages_a_call: int = 0
    idle_kb: float = 0.0


async def ping_pong(target: Target, pairs: list[tuple[Person, Person]], turns: int) -> None:
    """Send a message to and fro between each pair, all pairs at once."""

    async def play(left: Person, right: Person) -> None:
        for _ in range(turns):
            await left.send("candidate", right.id, BODY)
            await right.receive(target.relayed)
            await right.send("candidate", left.id, BODY)
            await left.receive(target.relayed)

    await asyncio.gather(*(play(*pair) for pair in pairs))


async def measure_message(target: Target, pairs: int, turns: int) -> float:
    """Return microseconds of processor time a relayed message."""
    people = [(await target.person(room, 0), await target.person(room, 1)) for room in range(pairs)]
    await ping_pong(target, people[:2], 20)
    before = processor_seconds(target.pid())
    await ping_pong(target, people[2:], turns)
    used = processor_seconds(target.pid()) - before
    await asyncio.gather(*(person.socket.close() for pair in people for person in pair))
    return used / ((pairs - 2) * turns * 2) * 1e6


async def call(target: Target, room: int, batched: bool) -> int:
    """Set up a call and hang up; return how many messages the server was sent."""
    first = await target.person(room, 0)
    newcomer = await target.person(room, 1)
    candidates = [CANDIDATE * CANDIDATES] if batched else [CANDIDATE] * CANDIDATES
    sent = 2 * target.joins

    async def speak(one: Person, other: Person, bodies: list[str]) -> None:
        nonlocal sent
        for body in bodies:
            await one.send("candidate", other.id, body)
            sent += 1
        for _ in bodies:
            await other.receive(target.relayed)

    await speak(newcomer, first, [OFFER])
    await speak(first, newcomer, [ANSWER])
    await asyncio.gather(speak(newcomer, first, candidates), speak(first, newcomer, candidates))
    await asyncio.gather(first.socket.close(), newcomer.socket.close())
    return sent


async def measure_call(target: Target, calls: int, batched: bool) -> tuple[float, int]:
    """Return milliseconds of processor time a call, and the messages sent to the server for it."""
    for room in range(5):
        await call(target, room, batched)
    before = processor_seconds(target.pid())
    sent = 0
    for start in range(0, calls, 4):
        sent = (await asyncio.gather(*(call(target, room, batched) for room in range(start, start + 4))))[0]
    return (processor_seconds(target.pid()) - before) / calls * 1e3, sent


async def measure_idle(target: Target, sockets: int) -> float:
    """Return kilobytes a joined socket that says nothing."""
    before = resident_bytes(target.pid())
    people: list[Person] = []
    for room in range(0, sockets // SEATS, 2):
        seats = [(r, seat) for r in (room, room + 1) for seat in range(SEATS)]
        people += await asyncio.gather(*(target.person(r, seat) for r, seat in seats))
    used = resident_bytes(target.pid()) - before
    for start in range(0, len(people), 100):
        await asyncio.gather(*(person.socket.close() for person in people[start : start + 100]))
    return used / len(people) / 1024


async def measure(names: list[str], rounds: int, sockets: int) -> dict[str, Figures]:
    """Measure the named servers and return their figures."""
    figures = {name: Figures() for name in names}
    targets = {name: TARGETS[name]() for name in names}
    try:
        for target in targets.values():
            target.start()
            target.prepare(max(sockets // SEATS + 2, 60), SEATS)
        # Memory first, while every server is fresh.
        for name, target in targets.items():
            await call(target, 0, batched=True)
            figures[name].idle_kb = await measure_idle(target, sockets)
        for _ in range(rounds):
            for name, target in targets.items():
                of = figures[name]
                of.message_us.append(await measure_message(target, pairs=42, turns=100))
                one_by_one, of.messages_a_call = await measure_call(target, 60, batched=False)
                batched, of.batched_messages_a_call = await measure_call(target, 60, batched=True)
                of.call_ms.append(one_by_one)
                of.batched_ms.append(batched)
    finally:
        for target in targets.values():
            target.stop()
    return figures


def report(figures: dict[str, Figures]) -> str:
    """Return the table, the ratios and the targets as text."""
    median = statistics.median
    lines = [
        "| server | µs a message | ms a call, candidates one by one | batched | messages a call | KB an idle socket |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, of in figures.items():
        ours = name in ("daphne", "uvicorn", "granian")
        # Our client batches its candidates; PeerJS and the textbook send them one by one.
        messages = of.batched_messages_a_call if ours else of.messages_a_call
        lines.append(
            f"| {TARGETS[name]().name} | {median(of.message_us):.0f} | {median(of.call_ms):.2f} "
            f"| {median(of.batched_ms):.2f} | {messages} | {of.idle_kb:.1f} |"
        )
    if peer := figures.get("peerserver"):
        lines += [
            "",
            "Against PeerServer, candidates as each one's own client sends them (ours batched, PeerJS one by one):",
        ]
        theirs_message, theirs_call = median(peer.message_us), median(peer.call_ms)
        for name, of in figures.items():
            if name != "peerserver":
                mine = median(of.call_ms if name == "textbook" else of.batched_ms)
                lines.append(
                    f"  {TARGETS[name]().name}: message {median(of.message_us) / theirs_message:.2f} ×, "
                    f"call {mine / theirs_call:.2f} × (both one by one {median(of.call_ms) / theirs_call:.2f} ×, "
                    f"both batched {median(of.batched_ms) / median(peer.batched_ms):.2f} ×)"
                )
        lines += ["", "Targets:", *targets(figures, theirs_message, theirs_call)]
    return "\n".join(lines)


def targets(figures: dict[str, Figures], peer_message: float, peer_call: float) -> list[str]:
    """Return one line a target: what was to be reached, what was."""
    median = statistics.median
    lines = []

    def judge(what: str, value: float, limit: float, unit: str) -> None:
        verdict = "reached" if value <= limit else "MISSED "
        lines.append(f"  {verdict} {what}: {value:.2f}{unit} (at most {limit:g}{unit})")

    for name, most in MOST_FOR_A_CALL.items():
        if name in figures:
            judge(f"call on {name}", median(figures[name].batched_ms) / peer_call, most, " ×")
    if "uvicorn" in figures:
        judge("message on uvicorn", median(figures["uvicorn"].message_us) / peer_message, 1.5, " ×")
    for name in MOST_FOR_A_CALL:
        if name in figures:
            judge(f"idle socket, {name}", figures[name].idle_kb, 40, " KB")
    if "daphne" in figures:
        judge("messages for a two-party call", figures["daphne"].batched_messages_a_call, 8, "")
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=sorted(TARGETS), default=list(TARGETS), help="servers to measure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sockets", type=int, default=2000, help="idle sockets for the memory figure")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65_536) if most > 0 else 65_536, most))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meetingpoint_site.settings")
    os.environ.setdefault("DEBUG", "1")  # the client side reads the name of the session cookie from the settings
    print(report(asyncio.run(measure(options.only, options.rounds, options.sockets))))


if __name__ == "__main__":
    main()
