"""`python -m benchmarks.scale.reader URL`: fetch a page again and again until SIGTERM, and print the seconds of each.

It is a process of its own, because the benchmark's tabs keep their own process busy and would be part of the time.
"""

import sys
import time
import urllib.request
from contextlib import suppress

EVERY = 0.05  # seconds between the end of one fetch and the next
LONGEST = 60.0  # seconds


def fetch(url: str, cookie: str = "") -> int:
    """Fetch a page; return its size."""
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Cookie": cookie}), timeout=LONGEST) as answer:
        return len(answer.read())


def read(url: str) -> None:
    """Fetch for ever; a fetch that fails is not counted."""
    while True:
        began = time.monotonic()
        with suppress(OSError):
            fetch(url)
            print(time.monotonic() - began, flush=True)
        time.sleep(EVERY)


if __name__ == "__main__":
    read(sys.argv[1])
