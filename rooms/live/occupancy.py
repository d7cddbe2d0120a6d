"""Who is in which room now, for pages and the administration: over all processes, without an event loop."""

import logging
from collections.abc import Iterable

from django.conf import settings
from redis.exceptions import RedisError

from common.redis_servers import addresses, client, shard_of, unless_silent

from .local import live_hubs
from .presence import MemoryPresence
from .presence_redis import decode_entry
from .transfer_rooms import is_transfer_room

logger = logging.getLogger(__name__)


def members_inside(room_ids: Iterable[int]) -> dict[int, set[str]]:
    """Return the memberships in each of these rooms; empty sets while the Redis that keeps a room is unreachable."""
    inside: dict[int, set[str]] = {room: set() for room in room_ids}
    if servers := addresses(settings.REDIS_URL):
        for position, address in enumerate(servers):
            if kept := [room for room in inside if shard_of(room, len(servers)) == position]:
                inside.update(_members_on(address, kept))
        return inside
    for presence in _memory_stores():
        for room, found in inside.items():
            found.update(entry.member for entry in list(presence.rooms.get(room, {}).values()))
    return inside


def head_counts(room_ids: Iterable[int]) -> dict[int, int]:
    """Return how many people are in each of these rooms; 0 while its Redis is unreachable."""
    return {room: len(members) for room, members in members_inside(room_ids).items()}


def occupied_rooms() -> dict[int, int]:
    """Return how many people are in each room that has any, by the room's id; none of a Redis that is unreachable."""
    servers = addresses(settings.REDIS_URL)
    rooms = {room for address in servers for room in _rooms_on(address)} if servers else _rooms_in_memory()
    return {room: count for room, count in head_counts(rooms).items() if count}


def _memory_stores() -> list[MemoryPresence]:
    return [hub.presence for hub in live_hubs() if isinstance(hub.presence, MemoryPresence)]


def _rooms_in_memory() -> set[int]:
    rooms = {room for presence in _memory_stores() for room in tuple(presence.rooms)}
    return {room for room in rooms if not is_transfer_room(room)}


def _members_on(address: str, room_ids: list[int]) -> dict[int, set[str]]:
    try:
        with unless_silent(address), client(address) as server:
            pipe = server.pipeline(transaction=False)
            for room in room_ids:
                pipe.hvals(f"mp:room:{room}")
            rooms = [[decode_entry(value) for value in values] for values in pipe.execute()]
            names = sorted({entry.process for entries in rooms for entry in entries})
            found = server.mget([f"mp:process:{name}" for name in names]) if names else []
    except (RedisError, OSError):
        logger.warning("Redis is unreachable: who is in which room is unknown")
        return {}
    alive = {name for name, value in zip(names, found, strict=True) if value is not None}
    return {
        room: {entry.member for entry in entries if entry.process in alive}
        for room, entries in zip(room_ids, rooms, strict=True)
    }


def _rooms_on(address: str) -> set[int]:
    try:
        with unless_silent(address), client(address) as server:
            names = [key.decode().split(":") for key in server.scan_iter("mp:room:*", count=1000)]
    except (RedisError, OSError):
        logger.warning("Redis is unreachable: which rooms are occupied is unknown")
        return set()
    return {int(parts[2]) for parts in names if len(parts) == 3 and parts[2].isdigit()}
