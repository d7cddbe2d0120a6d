"""Which rooms have people inside now, for the administration: all of them, with head counts."""

import logging

import redis
from django.conf import settings
from redis.exceptions import RedisError

from rooms.signaling.hub import live_hubs

from .presence import MemoryPresence, head_counts
from .presence_redis import TIMEOUT

logger = logging.getLogger(__name__)


def live_counts() -> dict[int, int]:
    """Return how many people are in each room that has any, by the room's id; empty when that cannot be known."""
    return {room: count for room, count in head_counts(_rooms()).items() if count}


def _rooms() -> set[int]:
    if settings.REDIS_URL:
        return _stored(settings.REDIS_URL)
    hubs = [hub.presence for hub in live_hubs() if isinstance(hub.presence, MemoryPresence)]
    return {room for presence in hubs for room in tuple(presence.rooms)}


def _stored(url: str) -> set[int]:
    try:
        with redis.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) as client:
            names = [key.decode().split(":") for key in client.scan_iter("mp:room:*", count=1000)]
    except (RedisError, OSError):
        logger.warning("Redis is away: nobody knows which rooms are live")
        return set()
    return {int(parts[2]) for parts in names if len(parts) == 3 and parts[2].isdigit()}
