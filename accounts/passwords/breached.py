"""Whether a password is known from a breach, answered by a file that comes with the program: no one else is asked.

`breached.bin` holds the first `SIZE` bytes of the SHA-256 of each known password, sorted. A password that is
not in the lists is refused by chance once in 2^40 ÷ 149,000, or 7 million, times. README.md says where they come from.
"""

import hashlib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).resolve().parent / "breached.bin"
SIZE: Final = 5  # bytes


def digest(password: str) -> bytes:
    """Return what the file has for a password, which is the same in upper and lower case."""
    text = unicodedata.normalize("NFKC", password).casefold()
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:SIZE]


def is_breached(password: str) -> bool:
    """Say whether the password, in any case of its letters, is in the lists."""
    known, wanted = _read(), digest(password)
    low, high = 0, len(known) // SIZE
    while low < high:
        middle = (low + high) // 2
        if known[middle * SIZE : (middle + 1) * SIZE] < wanted:
            low = middle + 1
        else:
            high = middle
    return known[low * SIZE : (low + 1) * SIZE] == wanted


@cache
def _read() -> bytes:
    return FILE.read_bytes()
