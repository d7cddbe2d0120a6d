"""Who is in which room now. In memory for one process; in Redis, with expiry, for several (`presence_redis.py`).

A store gives strict answers to two questions, however many join at the same moment: in which order people came, and
whether the room is full. Every change of a room's roster has a number, `seq`; it starts at the time in milliseconds,
so that it also rises over a restart of the server or of Redis.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings

from .events import Departed, Entry


class RoomFull(Exception):
    """As many sockets as the room holds are in it, each of another membership and none of this one."""


class PidTaken(Exception):
    """Another membership holds this `pid`."""


class PresenceDown(Exception):
    """The store cannot be reached just now."""


@dataclass(slots=True)
class Arrival:
    """The outcome of a join: everybody in the room in order of arrival, the newcomer included."""

    entries: list[Entry]
    seq: int
    departed: list[Departed] = field(default_factory=list)
    replaced: Entry | None = None


class Presence(Protocol):
    """A store of who is where."""

    async def join(self, room: int, entry: Entry, limit: int) -> Arrival:
        """Give `entry` a place. Raises `RoomFull`, `PidTaken` or `PresenceDown`.

        A `pid` that is here already (same membership) keeps its place and its old socket is `replaced`. In a full
        room the oldest socket of the same membership gives way, else the oldest of whoever has the most of at least
        two: a person with many tabs keeps nobody out.
        """

    async def leave(self, room: int, pid: str, socket: str) -> int | None:
        """Free the place if that socket still holds it; return the `seq`, or None. Raises `PresenceDown`."""

    async def roster(self, room: int) -> tuple[list[Entry], int]:
        """Return everybody in order of arrival, and the `seq`. Raises `PresenceDown`."""

    async def count(self, room: int) -> int:
        """Return how many different memberships are in the room. Raises `PresenceDown`."""

    async def purge(self, rooms: Iterable[int]) -> list[Departed]:
        """Free the places that dead processes hold. Raises `PresenceDown`."""

    async def beat(self, process: str, rooms: Iterable[int]) -> bool:
        """Say that the process lives; False when the store did not know it (any more). Raises `PresenceDown`."""

    async def restore(self, process: str, former: str, rooms: Mapping[int, list[Entry]]) -> None:
        """Make the store agree with what the process (once named `former`) holds. Raises `PresenceDown`."""

    async def close(self, process: str) -> None:
        """Sign the process off."""


class MemoryPresence:
    """Presence in this process alone. Nothing in it waits, so a join is atomic by itself."""

    def __init__(self) -> None:
        self.rooms: dict[int, dict[str, Entry]] = {}
        self._seq: dict[int, int] = {}

    def _next(self, room: int) -> int:
        self._seq[room] = seq = max(self._seq.get(room, 0) + 1, int(time.time() * 1000) if room not in self._seq else 0)
        return seq

    async def join(self, room: int, entry: Entry, limit: int) -> Arrival:
        places = self.rooms.setdefault(room, {})
        departed: list[Departed] = []
        replaced = places.get(entry.pid)
        if replaced is not None:
            if replaced.member != entry.member:
                raise PidTaken
        elif len(places) >= limit:
            replaced = _gives_way(entry.member, places.values())
            if replaced is None:
                raise RoomFull
            del places[replaced.pid]
            departed.append(Departed(room, replaced.pid, self._next(room)))
        places[entry.pid] = entry
        return Arrival(list(places.values()), self._next(room), departed, replaced)

    async def leave(self, room: int, pid: str, socket: str) -> int | None:
        places = self.rooms.get(room, {})
        entry = places.get(pid)
        if entry is None or entry.socket != socket:
            return None
        del places[pid]
        seq = self._next(room)
        if not places:
            del self.rooms[room], self._seq[room]
        return seq

    async def roster(self, room: int) -> tuple[list[Entry], int]:
        return list(self.rooms.get(room, {}).values()), self._seq.get(room, 0)

    async def count(self, room: int) -> int:
        return people(self.rooms.get(room, {}).values())

    async def purge(self, rooms: Iterable[int]) -> list[Departed]:
        return []

    async def beat(self, process: str, rooms: Iterable[int]) -> bool:
        return True

    async def restore(self, process: str, former: str, rooms: Mapping[int, list[Entry]]) -> None:
        return None

    async def close(self, process: str) -> None:
        return None


def _gives_way(member: str, entries: Iterable[Entry]) -> Entry | None:
    held = Counter(entry.member for entry in entries)
    whose = member if held[member] else held.most_common(1)[0][0]
    if whose != member and held[whose] < 2:
        return None
    return next(entry for entry in entries if entry.member == whose)


def people(entries: Iterable[Entry]) -> int:
    """Return how many different memberships there are: two tabs of one person count once."""
    return len({entry.member for entry in entries})


def make_presence() -> Presence:
    """Return the store that the settings ask for."""
    if settings.REDIS_URL:
        from .presence_redis import RedisPresence  # noqa: PLC0415

        return RedisPresence(settings.REDIS_URL)
    return MemoryPresence()


async def count(room_id: int) -> int:
    """Return how many people are in the room now; 0 when that cannot be known."""
    from rooms.signaling.hub import Hub  # noqa: PLC0415

    try:
        return await Hub.current().presence.count(room_id)
    except PresenceDown:
        return 0


def members_inside(room_ids: Iterable[int]) -> dict[int, set[str]]:
    """Return the memberships in each room now, for views and the admin; none where that cannot be known."""
    if settings.REDIS_URL:
        from .presence_redis import members_inside as stored_members  # noqa: PLC0415

        return stored_members(settings.REDIS_URL, list(room_ids))
    from rooms.signaling.hub import live_hubs  # noqa: PLC0415

    inside: dict[int, set[str]] = {room: set() for room in room_ids}
    for hub in live_hubs():
        if isinstance(hub.presence, MemoryPresence):
            for room, found in inside.items():
                found.update(entry.member for entry in list(hub.presence.rooms.get(room, {}).values()))
    return inside


def head_counts(room_ids: Iterable[int]) -> dict[int, int]:
    """Return how many people are in each room now, for views and the admin; 0 where that cannot be known."""
    return {room: len(members) for room, members in members_inside(room_ids).items()}
