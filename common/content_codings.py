"""Content codings (RFC 9110 §8.4) of what is compressed once and sent to many."""

import gzip
import re
from collections.abc import Callable
from functools import lru_cache

import brotli
import zstandard

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=11),
    "zstd": lambda body: zstandard.ZstdCompressor(level=19).compress(body),
    "gzip": lambda body: gzip.compress(body, mtime=0),
}


@lru_cache(maxsize=256)
def accepts(coding: str, accept_encoding: bytes) -> bool:
    """Say whether an Accept-Encoding allows a content coding (RFC 9110 §12.5.3)."""
    weights = {}
    for part in accept_encoding.lower().split(b","):
        name, _, weight = part.partition(b";")
        weights[name.strip()] = not re.fullmatch(rb"q=0(\.0*)?", weight.replace(b" ", b""))
    return weights.get(coding.encode(), weights.get(b"*", False))
