"""How much memory a tab needs for a very large file: the sender's and the receiver's, sampled while it goes over.

Two Chromium processes on the loopback. A tab is its renderer process, with the page, its workers and its connections;
memory is what only it holds plus its part of what it shares (Pss). The receiver's disk can be slowed down. What
came is read back from the browser's storage and compared with the source, megabyte by megabyte.
"""

import argparse
import hashlib
import os
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.files import MB, Side, carry, connect, offer
from benchmarks.meter import family, resident_bytes
from tests.services import wait_until

LIMIT = 64 * MB
BLOCK = 8 * MB


def tab_bytes(side: Side) -> int:
    """Return the memory of the renderer processes of a browser that shows one page."""
    renderers = [pid for pid in family(side.pid) if b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return sum(resident_bytes(pid, single=True) for pid in renderers)


def make_source(path: Path, size: int) -> str:
    """Write a file in which every block is different; return the digest over the digests of its blocks."""
    noise, total = os.urandom(BLOCK), hashlib.sha256()
    with path.open("wb") as out:
        for number in range(0, size, BLOCK):
            block = (number.to_bytes(8, "big") + noise)[: min(BLOCK, size - number)]
            out.write(block)
            total.update(hashlib.sha256(block).digest())
    return total.hexdigest()


def run(size: int, disk: int, folder: Path) -> bool:
    """Send a file of `size` bytes to a disk that takes `disk` bytes a second (0: as many as it can); print figures."""
    source = folder / f"{size}.bin"
    digest = make_source(source, size)
    with sync_playwright() as playwright:
        sides = [Side(playwright, folder / f"{role} {size} {disk}".replace(" ", "-"), None) for role in ("out", "in")]
        sender, receiver = sides
        connect(sender, receiver, call=False)
        receiver.call("slow", disk)
        before = [tab_bytes(side) for side in sides]
        peak = [0, 0]
        started = time.monotonic()
        offer(sender, source)

        def over() -> bool:
            carry(sender, receiver)
            for number, side in enumerate(sides):
                peak[number] = max(peak[number], tab_bytes(side) - before[number])
            return bool(receiver.call("state") == "done")

        while not over():
            time.sleep(1)
        seconds = time.monotonic() - started
        wait_until(lambda: sender.call("state") == "done", 10, "the sender knows")
        same = receiver.page.evaluate("(block) => bench.digest(block)", BLOCK) == digest
        for side in sides:
            side.call("leave")
            side.context.close()
    source.unlink()
    disk_word = f"a disk of {disk / MB:g} MB/s" if disk else "a free disk"
    print(
        f"{size / 1e9:g} GB to {disk_word}: {seconds:.0f} s, {size / seconds / MB:.1f} MB/s; "
        f"sender's tab + {peak[0] / MB:.0f} MB, receiver's + {peak[1] / MB:.0f} MB (at most {LIMIT / MB:g}); "
        f"{'the same' if same else 'NOT THE SAME'} byte for byte",
        flush=True,
    )
    return same and max(peak) <= LIMIT


def main() -> None:
    """Measure and print; the exit code is 1 when something is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--runs", nargs="*", default=["4000:0", "2000:4"], help="megabytes:megabytes a second of the disk"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="meetingpoint-files-") as folder:
        results = [
            run(int(size) * MB, int(disk) * MB, Path(folder)) for size, disk in (r.split(":") for r in options.runs)
        ]
    raise SystemExit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
