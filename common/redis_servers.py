"""The Redis or Valkey servers of REDIS_URL: how the list is read, and which of them keeps what.

Each is a server of its own and knows nothing of the others: not a cluster. What belongs to one room or one limit is all
on one of them, found by a number, so that each process looks for it on the same.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qs, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT = 2.0  # seconds that a server may take to answer
SILENT_SECONDS: Final = 5.0  # for which pages do not ask a server that let one of them wait in vain
# The cache of Django, which asks again by itself otherwise.
CACHE_OPTIONS: Final = {
    "socket_timeout": TIMEOUT,
    "socket_connect_timeout": TIMEOUT,
    # A connection from before a restart of Redis; a server that says nothing is not asked twice.
    "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
}
_silent_until: dict[str, float] = {}
SCHEMES = ("redis", "rediss", "unix")
_BETWEEN = re.compile(r"\s*,\s*(?=[a-z]+://)")  # passwords may have a comma in them


@lru_cache(maxsize=8)
def addresses(value: str) -> tuple[str, ...]:
    """Return the addresses in a value of REDIS_URL, in their order; none if it is empty."""
    return tuple(address for address in _BETWEEN.split(value.strip(" \t\n,")) if address)


def shard_of(number: int, count: int) -> int:
    """Return the position of the server, of `count`, that keeps what belongs to a number."""
    return abs(number) % count


def layer_name(position: int) -> str:
    """Return the name of the channel layer of the server at a position."""
    return f"redis-{position + 1}" if position else "default"


def place_of(address: str) -> str:
    """Return where a server is, without name and password. Raises `ValueError` if it is no address of one."""
    parts = urlsplit(address)
    if parts.scheme not in SCHEMES or "," in parts.netloc.rpartition("@")[2]:
        raise ValueError(parts.scheme)
    database = "".join(parse_qs(parts.query).get("db", []))
    if parts.scheme == "unix":
        return f"{parts.path}?{database}" if database else parts.path
    return f"{parts.hostname or 'localhost'}:{parts.port or 6379}{parts.path.rstrip('/') or '/' + (database or '0')}"


@contextmanager
def unless_silent(address: str) -> Iterator[None]:
    """Ask a server in the block, unless it let another page wait in vain a moment ago: one page waits, not each.

    Raises `redis.ConnectionError` instead of asking.
    """
    if time.monotonic() < _silent_until.get(address, 0.0):
        raise redis.ConnectionError("it did not answer a moment ago")
    try:
        yield
    except redis.TimeoutError:
        _silent_until[address] = time.monotonic() + SILENT_SECONDS
        raise


def client(address: str, *, text: bool = False) -> "redis.Redis":
    """Return a client for one look at a server, to be used as a context manager; `text`: answers are strings."""
    return redis.Redis.from_url(
        address,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 0),
        decode_responses=text,
    )
