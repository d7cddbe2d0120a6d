"""A line between two network namespaces: two TAP devices with delay, loss, rate and a queue, in user space.

The kernels of small machines and containers often lack netem; TAP devices they have. One process carries both ways:
`python -m benchmarks.wire NAMESPACE DEVICE NAMESPACE DEVICE '{"delay": 40, "loss": 1, "rate": 0, "queue": 300}'`.
Delay and queue are milliseconds, loss is percent, rate is bits a second (0: no limit), each way the same. `@FILE` in
place of the JSON names a file with it, which is read again when it has changed. Needs root.
"""

import contextlib
import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
LONGEST_FRAME = 65_536


def open_tap(namespace: str, device: str) -> int:
    """Make a TAP device in a namespace and return its file. This process stays in that namespace. Raises `OSError`."""
    library = ctypes.CDLL(None, use_errno=True)
    with Path(f"/run/netns/{namespace}").open() as handle:
        if library.setns(handle.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TAP | IFF_NO_PI))
    return tap


class Kind:
    """What the line is like now."""

    def __init__(self, text: str) -> None:
        self._file = Path(text[1:]) if text.startswith("@") else None
        self._changed, self._looked = 0, 0.0
        self._read(self._file.read_text() if self._file else text)

    def _read(self, text: str) -> None:
        kind: dict[str, float] = json.loads(text)
        self.delay, self.loss, self.rate, self.queue = (kind[name] for name in ("delay", "loss", "rate", "queue"))

    def look(self, now: float) -> None:
        """Read the file again, ten times a second at most."""
        if self._file is None or now - self._looked < 0.1:
            return
        self._looked = now
        changed = self._file.stat().st_mtime_ns
        if changed != self._changed:
            self._changed = changed
            self._read(self._file.read_text())


def carry(first: int, second: int, kind: Kind) -> None:
    """Carry frames both ways for ever. Loss is drawn from a fixed seed, so that runs are alike."""
    draw = random.Random(7).random  # noqa: S311 - lost packets are no secret
    free = {first: 0.0, second: 0.0}
    waiting: list[tuple[float, int, int, bytes]] = []
    number = 0
    watch = select.epoll()
    for tap in (first, second):
        watch.register(tap, select.EPOLLIN)
    while True:
        now = time.monotonic()
        kind.look(now)
        while waiting and waiting[0][0] <= now:
            _, _, tap, frame = heapq.heappop(waiting)
            with contextlib.suppress(OSError):
                os.write(tap, frame)
        for tap, _ in watch.poll(max(0.0, min(0.1, waiting[0][0] - now)) if waiting else 0.1):
            for _ in range(64):
                try:
                    frame = os.read(tap, LONGEST_FRAME)
                except BlockingIOError:
                    break
                if draw() * 100 < kind.loss:
                    continue
                due = time.monotonic()
                if kind.rate:
                    if free[tap] - due > kind.queue / 1000:
                        continue
                    free[tap] = due = max(due, free[tap]) + len(frame) * 8 / kind.rate
                number += 1
                heapq.heappush(waiting, (due + kind.delay / 1000, number, second if tap == first else first, frame))


@contextlib.contextmanager
def two_namespaces(*, delay: float, loss: float, rate: float = 0, queue: float = 300) -> Iterator[tuple[str, str]]:
    """Yield the names of two namespaces that a line of this kind joins; they are gone afterwards."""
    with shaped_line(delay=delay, loss=loss, rate=rate, queue=queue) as (names, _):
        yield names


@contextlib.contextmanager
def shaped_line(**kind: float) -> Iterator[tuple[tuple[str, str], Callable[..., None]]]:
    """Yield the names of two namespaces, and what changes the `delay`, `loss` and `rate` of their line."""
    names = (f"mpb{os.getpid()}a", f"mpb{os.getpid()}b")
    kind = {"rate": 0, "queue": 300} | kind
    folder = tempfile.TemporaryDirectory(prefix="meetingpoint-wire-")
    file = Path(folder.name) / "kind.json"

    def change(**to: float) -> None:
        """Write the whole file at once: the line may be reading it."""
        kind.update(to)
        fresh = file.with_suffix(".fresh")
        fresh.write_text(json.dumps(kind))
        fresh.replace(file)

    change()
    wire: subprocess.Popen[bytes] | None = None
    try:
        for name in names:
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        command = [sys.executable, "-m", "benchmarks.wire", names[0], "wire", names[1], "wire", f"@{file}"]
        wire = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert wire.stdout
        wire.stdout.readline()
        for host, name in enumerate(names, start=1):
            _ip("-n", name, "addr", "add", f"10.77.0.{host}/24", "dev", "wire")
            _ip("-n", name, "link", "set", "wire", "up")
            _ip("-n", name, "route", "add", "default", "dev", "wire")
        yield names, change
    finally:
        if wire:
            wire.kill()
            wire.wait()
        folder.cleanup()
        for name in names:
            _ip("netns", "del", name)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


if __name__ == "__main__":
    one, other = open_tap(*sys.argv[1:3]), open_tap(*sys.argv[3:5])
    print("up", flush=True)
    carry(one, other, Kind(sys.argv[5]))
