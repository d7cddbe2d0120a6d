"""How many connections took which way, a day: direct, through a relay over UDP or TCP, or not at all. Never whose.

Browsers say so when they leave (`messages.Paths`), so it is their word, and calls that end otherwise are not in it.
In memory with one process, until it ends; in Redis with several, for `DAYS` days.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

import redis
import redis.asyncio
from django.conf import settings
from msgspec.structs import asdict
from redis.exceptions import RedisError

from rooms.signaling.messages import Paths

from .presence_redis import TIMEOUT

logger = logging.getLogger(__name__)

WAYS: tuple[str, ...] = Paths.__struct_fields__
DAYS = 31


class Tally(Protocol):
    """Counts for today."""

    async def add(self, paths: Paths) -> None:
        """Add what somebody who leaves says; never raises."""


class MemoryTally:
    """In this process alone."""

    def __init__(self) -> None:
        self.days: dict[str, Counter[str]] = {}

    async def add(self, paths: Paths) -> None:
        self.days.setdefault(_day(0), Counter()).update(asdict(paths))
        for old in self.days.keys() - set(_days()):
            del self.days[old]


class RedisTally:
    """Shared by all processes."""

    def __init__(self, url: str) -> None:
        self._redis = redis.asyncio.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)

    async def add(self, paths: Paths) -> None:
        counts = {way: count for way, count in asdict(paths).items() if count}
        if not counts:
            return
        key = _key(_day(0))
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for way, count in counts.items():
                    pipe.hincrby(key, way, count)
                pipe.expire(key, DAYS * 86400)
                await pipe.execute()
        except (RedisError, OSError, TimeoutError):
            logger.info("Redis was away: some connections are not counted")


def make_tally() -> Tally:
    """Return the tally that the settings ask for."""
    return RedisTally(settings.REDIS_URL) if settings.REDIS_URL else MemoryTally()


def totals(days: int) -> dict[str, int]:
    """Return how many connections took which way in the last `days` days, today included; 0 when Redis is away."""
    total = Counter(dict.fromkeys(WAYS, 0))
    for counts in _stored(days) if settings.REDIS_URL else _held(days):
        total.update({way: counts[way] for way in WAYS if way in counts})
    return dict(total)


def _held(days: int) -> list[Mapping[str, int]]:
    from rooms.signaling.hub import live_hubs  # noqa: PLC0415

    tallies = [hub.tally for hub in live_hubs() if isinstance(hub.tally, MemoryTally)]
    return [tally.days[day] for tally in tallies for day in _days()[:days] if day in tally.days]


def _stored(days: int) -> list[Mapping[str, int]]:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, decode_responses=True
        ) as client:
            pipe = client.pipeline(transaction=False)
            for day in _days()[:days]:
                pipe.hgetall(_key(day))
            return [{way: int(count) for way, count in found.items()} for found in pipe.execute()]
    except (RedisError, OSError):
        logger.warning("Redis is away: nobody knows which ways connections took")
        return []


def _day(ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=ago)).date().isoformat()


def _days() -> list[str]:
    return [_day(ago) for ago in range(DAYS)]


def _key(day: str) -> str:
    return f"mp:paths:{day}"
