"""A fixed server with a fixed piece of work for each message: what slows it slows ours, too.

    python -m benchmarks.gate.reference PORT

It is measured as ours is: sockets come, send one message, get an answer and go, so that its processor time, too, is
that of many small steps between which other programs ran.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import re
import sqlite3
import sys
from dataclasses import dataclass

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from tests.services import Service

ROUNDS = 10  # of work for each message: about as much as a join is
_PATTERN = re.compile(r"([a-z]+)-(\d+)")
_database = sqlite3.connect(":memory:", check_same_thread=False)
_database.execute("CREATE TABLE room (number INTEGER PRIMARY KEY, name TEXT, data BLOB)")
_database.executemany("INSERT INTO room VALUES (?, ?, ?)", [(n, f"room-{n}", b"x" * 40) for n in range(100)])


@dataclass
class _Row:
    number: int
    name: str
    data: bytes


def work(rounds: int = ROUNDS) -> int:
    """Query, build objects, encode, decode, match and hash, as often as `rounds`; return a checksum."""
    total = 0
    for turn in range(rounds):
        found = _database.execute("SELECT number, name, data FROM room WHERE number >= ? LIMIT 8", (turn % 90,))
        rows = [_Row(*row) for row in found]
        text = json.dumps([{"number": row.number, "name": row.name, "peers": [turn] * 6} for row in rows])
        for item in json.loads(text):
            match = _PATTERN.match(item["name"])
            total += int(match[2]) if match else 0
        digest = hmac.new(b"key", text.encode(), hashlib.sha256).hexdigest()
        total += int(digest[:2], 16)
    return total


class Reference(Service):
    """The reference as a process."""

    name = "reference"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "benchmarks.gate.reference", str(self.port)]

    def pid(self) -> int:
        """Return the process to measure."""
        assert self.process
        return self.process.pid

    async def visit(self, visitors: int) -> None:
        """Connect, exchange one message and go, four at once, as the people of our joins do."""

        async def one() -> None:
            async with connect(f"ws://127.0.0.1:{self.port}", compression=None, ping_interval=None) as socket:
                await socket.send("work")
                await socket.recv()

        for start in range(0, visitors, 4):
            await asyncio.gather(*(one() for _ in range(start, min(start + 4, visitors))))


async def _answer(socket: ServerConnection) -> None:
    async for _message in socket:
        answer = await asyncio.get_running_loop().run_in_executor(None, work)
        await socket.send(str(answer))


async def _serve(port: int) -> None:
    async with serve(_answer, "127.0.0.1", port, compression=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1])))
