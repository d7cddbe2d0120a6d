"""Who is in which room now, for pages and the administration: over all processes, without an event loop."""

import logging
from collections.abc import Iterable

import redis
from django.conf import settings
from redis.exceptions import RedisError

from . import presence_redis
from .local import live_hubs
from .presence import MemoryPresence
from .transfer_rooms import is_transfer_room

logger = logging.getLogger(__name__)


def members_inside(room_ids: Iterable[int]) -> dict[int, set[str]]:
    """Return the memberships in each of these rooms; empty sets while Redis is unreachable."""
    if settings.REDIS_URL:
        return presence_redis.members_inside(settings.REDIS_URL, list(room_ids))
    inside: dict[int, set[str]] = {room: set() for room in room_ids}
    for presence in _memory_stores():
        for room, found in inside.items():
            found.update(entry.member for entry in list(presence.rooms.get(room, {}).values()))
    return inside


def head_counts(room_ids: Iterable[int]) -> dict[int, int]:
    """Return how many people are in each of these rooms; 0 while Redis is unreachable."""
    return {room: len(members) for room, members in members_inside(room_ids).items()}


def occupied_rooms() -> dict[int, int]:
    """Return how many people are in each room that has any, by the room's id; empty while Redis is unreachable."""
    rooms = _stored_rooms(settings.REDIS_URL) if settings.REDIS_URL else _rooms_in_memory()
    return {room: count for room, count in head_counts(rooms).items() if count}


def _memory_stores() -> list[MemoryPresence]:
    return [hub.presence for hub in live_hubs() if isinstance(hub.presence, MemoryPresence)]


def _rooms_in_memory() -> set[int]:
    rooms = {room for presence in _memory_stores() for room in tuple(presence.rooms)}
    return {room for room in rooms if not is_transfer_room(room)}


def _stored_rooms(url: str) -> set[int]:
    timeout = presence_redis.TIMEOUT
    try:
        with redis.Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout) as client:
            names = [key.decode().split(":") for key in client.scan_iter("mp:room:*", count=1000)]
    except (RedisError, OSError):
        logger.warning("Redis is unreachable: which rooms are occupied is unknown")
        return set()
    return {int(parts[2]) for parts in names if len(parts) == 3 and parts[2].isdigit()}
