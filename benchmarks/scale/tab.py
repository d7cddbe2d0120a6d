"""A tab of a browser as the signaling server sees it, in as little as a machine needs to have 20,000 of them.

It keeps its roster from what it is sent, as `static/js/signaling/roster.js` does, and comes back as the browser does:
within a second after a restart, later with growing pauses, or when the server says so. What is compared in the end is
this roster: no tab asks for it again because a test wants to look.
"""

import asyncio
import itertools
import json
import random
import struct
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from tests.signaling.world import HELLO, make_pid

PING_SECONDS = 10.0
DRAINING, BUSY = 4012, 4025
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_HEAD = (
    "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: {origin}\r\n"
    "Cookie: {cookie}\r\nUser-Agent: bench\r\nAccept-Language: en\r\n\r\n"
)


_numbers = itertools.count()


@dataclass(frozen=True)
class Place:
    """Where a tab goes: the slug of its room, and the cookie of its person."""

    slug: str
    cookie: str
    origin: str


class _Link(asyncio.Protocol):
    """One connection of a tab, whose end the tab learns once."""

    def __init__(self, tab: "Tab") -> None:
        self.tab = tab
        self.open = False
        self._ended = False
        self._buffer = b""
        self._transport = cast(asyncio.Transport, None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self.tab.head())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.open:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise RuntimeError(head.decode())
            self.open, self._buffer = True, rest
            self.tab.on_open()
        while self._frame():
            pass

    def connection_lost(self, error: Exception | None) -> None:
        self.end(None, "")

    def end(self, code: int | None, reason: str) -> None:
        """Hang up, and let the tab know the close code."""
        self.open = False
        if not self._ended:
            self._ended = True
            self._transport.close()
            self.tab.on_end(code, reason)

    def _frame(self) -> bool:
        buffer = self._buffer
        if len(buffer) < 4:
            return False
        size, start = buffer[1], 2
        if size == 126:
            size, start = int.from_bytes(buffer[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < start + size:
            return False
        data, self._buffer = buffer[start : start + size], buffer[start + size :]
        opcode = buffer[0] & 15
        if opcode == _TEXT:
            self.tab.on_message(json.loads(data))
        elif opcode == _PING:
            self.send(_PONG, data)
        elif opcode == _CLOSE:
            self.send(_CLOSE, data[:2])
            self.end(int.from_bytes(data[:2], "big"), data[2:].decode())
        return self.open

    def send(self, opcode: int, data: bytes) -> None:
        """Send a frame, masked with zeros."""
        if self.open:
            size = len(data)
            head = bytes((0x80 | opcode, 0x80 | size)) if size < 126 else struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
            self._transport.write(head + b"\0\0\0\0" + data)


class Tab:
    """One tab. `ports` are the processes that it may reach; `joined` is set while it is in the call."""

    def __init__(self, place: Place, ports: Sequence[int]) -> None:
        self.place = place
        self.ports = list(ports)
        self.pid = make_pid()
        self.port = 0
        self.peers: set[str] = set()
        self.seq = 0
        self.joined = asyncio.Event()
        self.seconds = 0.0  # from the last try to connect to its answer
        self.tries = 0
        self.codes: Counter[int | None] = Counter()  # with which its connections ended
        self.wanted = False
        # Of an address with thousands of connections to one port, the system finds the next free port only slowly.
        self._address = (f"127.0.0.{2 + next(_numbers) % 250}", 0)
        self._link: _Link | None = None
        self._began = 0.0
        self._pause = 0.0
        self._inside_since = 0.0
        self._later: asyncio.TimerHandle | None = None

    # ── Coming and going ─────────────────────────────────────────────────────────────────────────

    async def join(self, port: int | None = None) -> None:
        """Join, as often as it takes, and wait until that has succeeded."""
        self.wanted = True
        await self._connect(port)
        await self.joined.wait()

    def leave(self) -> None:
        """Leave for good."""
        self.wanted = False
        if self._later is not None:
            self._later.cancel()
        if self._link is not None:
            self._link.send(_CLOSE, struct.pack("!H", 1000))
            self._link.end(1000, "")

    def reload(self) -> None:
        """Become a page that has just been loaded."""
        self.pid, self._inside_since = make_pid(), 0.0

    async def _connect(self, port: int | None = None) -> None:
        self._later = None
        self.port = port or random.choice(self.ports)  # noqa: S311
        self.tries += 1
        self._began = time.monotonic()
        self._link = _Link(self)
        link = self._link
        try:
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: link, "127.0.0.1", self.port, local_addr=self._address)
        except OSError:
            self.on_end(None, "")

    def on_end(self, code: int | None, reason: str) -> None:
        """Try again when a browser would (static/js/signaling/reconnect-policy.js)."""
        self.joined.clear()
        self._link = None
        self.codes[code] += 1
        if not self.wanted:
            return
        if code == DRAINING:
            wait = random.random()  # noqa: S311
        elif code == BUSY:
            wait = float(reason or 5) * (1 + random.random() / 2)  # noqa: S311
        else:
            self._pause = min(5.0, max(0.4, self._pause * 2))
            wait = self._pause * (0.5 + random.random() / 2)  # noqa: S311
        loop = asyncio.get_running_loop()
        self._later = loop.call_later(wait, lambda: loop.create_task(self._connect()))

    # ── What is said ─────────────────────────────────────────────────────────────────────────────

    def head(self) -> bytes:
        """Return the opening handshake."""
        path = f"/ws/rooms/{self.place.slug}"
        return _HEAD.format(path=path, port=self.port, origin=self.place.origin, cookie=self.place.cookie).encode()

    def on_open(self) -> None:
        """Join."""
        join = {"type": "join", "v": 1, "pid": self.pid, "hello": HELLO}
        if self._inside_since:
            join["inside"] = int(time.monotonic() - self._inside_since)
        self.send(join)

    def send(self, message: dict[str, Any]) -> None:
        """Send a message, if there is a connection."""
        if self._link is not None:
            self._link.send(_TEXT, json.dumps(message).encode())

    def ping(self) -> None:
        """Ask whether the server is there, as the browser does every `PING_SECONDS`."""
        self.send({"type": "ping", "n": 1})

    def on_message(self, message: dict[str, Any]) -> None:
        """Keep the roster."""
        kind = message["type"]
        if kind in ("joined", "roster"):
            self.peers, self.seq = {peer["pid"] for peer in message["peers"]}, message["seq"]
            if kind == "joined":
                self.seconds = time.monotonic() - self._began
                self._pause = 0.0
                self._inside_since = self._inside_since or time.monotonic()
                self.joined.set()
        elif kind in ("peer_joined", "peer_left"):
            if kind == "peer_joined":
                self.peers.add(message["peer"]["pid"])
            else:
                self.peers.discard(message["pid"])
            if message["seq"] > self.seq + 1:
                self.send({"type": "sync"})
            self.seq = max(self.seq, message["seq"])


Room = list[Tab]


def wrong_rosters(rooms: Sequence[Room]) -> int:
    """Return in how many tabs the roster is not who is there."""
    wrong = 0
    for room in rooms:
        there = {tab.pid for tab in room if tab.wanted}
        wrong += sum(not tab.joined.is_set() or tab.peers != there - {tab.pid} for tab in room if tab.wanted)
    return wrong


async def until_right(rooms: Sequence[Room], seconds: float) -> tuple[int, float]:
    """Wait until every roster is right; return how many are not when the time is up, and the seconds that it took."""
    began = time.monotonic()
    while True:
        wrong, took = wrong_rosters(rooms), time.monotonic() - began
        if not wrong or took > seconds:
            return wrong, took
        await asyncio.sleep(0.05 + len(rooms) / 20_000)
