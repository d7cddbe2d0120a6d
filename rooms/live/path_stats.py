"""Daily counts of how ICE ended: direct, through a relay over UDP or TCP, or not at all. Never whose connections.

Browsers report the counts when they leave, so a browser can make them up, and a call that ends otherwise is not in
them. In memory with one process, until it ends; in Redis with several, on the first server, for `DAYS` days.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Protocol

import redis.asyncio
from msgspec import Meta, Struct
from msgspec.structs import asdict
from redis.exceptions import RedisError

from common.redis_servers import TIMEOUT, addresses, client

logger = logging.getLogger(__name__)

DAYS = 31
SmallCount = Annotated[int, Meta(ge=0, le=64)]


class PathCounts(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """How the connections of one stay in a room were made. Only one of the two peers of a connection counts it."""

    direct: SmallCount = 0
    relay_udp: SmallCount = 0
    relay_tcp: SmallCount = 0
    failed: SmallCount = 0


OUTCOMES: tuple[str, ...] = PathCounts.__struct_fields__


class PathStats(Protocol):
    """The counts of each day."""

    async def add(self, counts: PathCounts) -> None:
        """Add to today's counts; never raises."""


class MemoryPathStats:
    """The counts of this process only."""

    def __init__(self) -> None:
        self.days: dict[str, Counter[str]] = {}

    async def add(self, counts: PathCounts) -> None:
        today = day_ago(0)
        if today not in self.days:
            self.days[today] = Counter()
            for old in self.days.keys() - set(last_days(DAYS)):
                del self.days[old]
        self.days[today].update(asdict(counts))

    def counts(self, days: int) -> list[Mapping[str, int]]:
        """Return the counts of each of the last `days` days that has any."""
        return [self.days[day] for day in last_days(days) if day in self.days]


class RedisPathStats:
    """The counts of all processes."""

    def __init__(self, url: str) -> None:
        first = addresses(url)[0]
        self._redis = redis.asyncio.Redis.from_url(first, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)

    async def add(self, counts: PathCounts) -> None:
        increments = {outcome: count for outcome, count in asdict(counts).items() if count}
        if not increments:
            return
        key = _key(day_ago(0))
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for outcome, count in increments.items():
                    pipe.hincrby(key, outcome, count)
                pipe.expire(key, DAYS * 86400)
                await pipe.execute()
        except (RedisError, OSError, TimeoutError):
            logger.info("Redis is unreachable: some connections are not counted")


def stored_counts(url: str, days: int) -> list[Mapping[str, int]]:
    """Return what all processes counted on each of the last `days` days; empty while Redis is unreachable."""
    try:
        with client(addresses(url)[0], text=True) as server:
            pipe = server.pipeline(transaction=False)
            for day in last_days(days):
                pipe.hgetall(_key(day))
            return [{outcome: int(count) for outcome, count in found.items()} for found in pipe.execute()]
    except (RedisError, OSError):
        logger.warning("Redis is unreachable: how connections were made is unknown")
        return []


def store_counts(url: str, days: Sequence[Mapping[str, int]]) -> bool:
    """Replace the counts of the last days, today first; return whether Redis was reachable."""
    try:
        with client(addresses(url)[0]) as server:
            for day, counts in zip(last_days(len(days)), days, strict=True):
                server.hset(_key(day), mapping=dict(counts))
                server.expire(_key(day), DAYS * 86400)
    except (RedisError, OSError):
        return False
    return True


def day_ago(days: int) -> str:
    """Return the date of `days` days ago (UTC), as the counts are keyed by it."""
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


def last_days(days: int) -> list[str]:
    """Return the dates of the last `days` days, today first."""
    return [day_ago(days_ago) for days_ago in range(days)]


def _key(day: str) -> str:
    return f"mp:paths:{day}"
