"""What a server, its database and its Redis stored, and every encoding in which to look for secrets."""

import base64
import re
import socket
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Self
from urllib.parse import unquote_to_bytes

from tests.services import RedisServer, wait_until

DEPTH = 5
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
ESCAPE = re.compile(rb"\\x([0-9a-fA-F]{2})|\\(.)", re.DOTALL)
TO_STANDARD = bytes.maketrans(b"-_", b"+/")


def readings(held: bytes, depth: int = DEPTH) -> Iterator[bytes]:
    """Yield `held`, and whatever in it can be read as hex, base64, percent signs, escapes or zlib, in turn."""
    yield held
    if depth == 0:
        return
    seen = {held}
    for reading in inner(held):
        if reading not in seen:
            seen.add(reading)
            yield from readings(reading, depth - 1)


def inner(held: bytes) -> Iterator[bytes]:
    """Yield what is one step inside of `held`."""
    if b"%" in held:
        yield unquote_to_bytes(held)
    if b"\\" in held:
        yield ESCAPE.sub(lambda match: bytes.fromhex(match[1].decode()) if match[1] else match[2], held)
    for run in HEX.findall(held):
        yield bytes.fromhex(run.decode())
    for run in BASE64.findall(held):
        standard = run.translate(TO_STANDARD)
        for before in range(4):  # letters right before it that do not belong to it
            whole = len(standard) - before
            yield base64.b64decode(standard[before : len(standard) - (whole % 4 == 1)] + b"=" * (-whole % 4))
    with suppress(zlib.error):
        yield zlib.decompress(held)


def memory_of(pid: int) -> bytes:
    """Return all that a process can write to in its memory, as it is now. Raises `OSError` when that is forbidden."""
    held = bytearray()
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *_ = line.split()
            if not rights.startswith("rw"):
                continue
            start, end = (int(address, 16) for address in span.split("-"))
            try:
                memory.seek(start)
                held += memory.read(end - start)
            except OSError:  # a region that only the kernel may read
                continue
    return bytes(held)


class Monitor:
    """Every command that Redis receives, from `__enter__` on, as it came over the wire."""

    def __init__(self, redis: RedisServer) -> None:
        self.received = bytearray()
        self._socket = socket.create_connection(("127.0.0.1", redis.port))

    def __enter__(self) -> Self:
        self._socket.sendall(b"MONITOR\r\n")
        Thread(target=self._listen, daemon=True).start()
        wait_until(lambda: self.received.startswith(b"+OK"), 10, "Redis reports its commands")
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _listen(self) -> None:
        while chunk := self._socket.recv(65_536):
            self.received += chunk
