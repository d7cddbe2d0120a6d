"""Stores of who is in which room: in memory for one process; in Redis, with expiry, for several (`presence_redis.py`).

Joins are atomic: a store decides exactly in which order people came and whether the room is full, however many join at
the same moment. Every change of a room's roster has a sequence number, `seq`. It starts at the time in milliseconds, so
that it also rises over a restart of the server or of Redis.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from .events import MemberLeft, PresenceEntry


class RoomFull(Exception):
    """The room has as many sockets as it may have, each of a different membership and none of this one."""


class PidTaken(Exception):
    """Another membership holds this `pid`."""


class PresenceDown(Exception):
    """The store cannot be reached just now."""


@dataclass(slots=True)
class JoinResult:
    """The outcome of a join: all entries of the room in order of arrival, the newcomer included."""

    entries: list[PresenceEntry]
    seq: int
    left: list[MemberLeft] = field(default_factory=list)
    replaced: PresenceEntry | None = None


class Rosters(Protocol):
    """Who is in which room."""

    async def join(self, room: int, entry: PresenceEntry, limit: int) -> JoinResult:
        """Add `entry` to the room. Raises `RoomFull`, `PidTaken` or `PresenceDown`.

        A `pid` that is in the room already (same membership) keeps its position, and its old socket is `replaced`. In
        a full room the oldest socket of the same membership is evicted, else the oldest of the membership that has the
        most, if at least two: a person with many tabs keeps no one out.
        """

    async def leave(self, room: int, pid: str, socket: str) -> int | None:
        """Remove the entry if it still belongs to that socket; return the `seq`, or None. Raises `PresenceDown`."""

    async def roster(self, room: int) -> tuple[list[PresenceEntry], int]:
        """Return the entries in order of arrival, and the `seq`. Raises `PresenceDown`."""

    async def rosters(self, rooms: Iterable[int]) -> dict[int, list[PresenceEntry]]:
        """Return the entries of several rooms, each in order of arrival. Raises `PresenceDown`."""


class Presence(Rosters, Protocol):
    """A store of who is in which room, which knows the processes that hold their sockets."""

    async def purge(self, rooms: Mapping[int, set[str]]) -> list[MemberLeft]:
        """Remove the entries of dead processes from rooms, given with the processes of their people.

        What it costs depends on how many processes there are, and not on the rooms. Raises `PresenceDown`.
        """

    async def heartbeat(self, process: str, rooms: Iterable[int]) -> bool:
        """Record that the process is alive, with people in these rooms; False when the store did not know it.

        Raises `PresenceDown`.
        """

    async def restore(self, process: str, names: Collection[str], room: int, entries: Iterable[PresenceEntry]) -> None:
        """Replace the entries of the process in a room by these, also those under its other `names`.

        Raises `PresenceDown`.
        """

    async def close(self, process: str) -> None:
        """Unregister the process."""


class MemoryPresence:
    """Presence in this process only. No method awaits anything, so a join is atomic by itself."""

    def __init__(self) -> None:
        self.rooms: dict[int, dict[str, PresenceEntry]] = {}
        self._seq: dict[int, int] = {}

    def _next_seq(self, room: int) -> int:
        self._seq[room] = seq = max(self._seq.get(room, 0) + 1, int(time.time() * 1000) if room not in self._seq else 0)
        return seq

    async def join(self, room: int, entry: PresenceEntry, limit: int) -> JoinResult:
        entries = self.rooms.setdefault(room, {})
        left: list[MemberLeft] = []
        replaced = entries.get(entry.pid)
        if replaced is not None:
            if replaced.member != entry.member:
                raise PidTaken
        elif len(entries) >= limit:
            replaced = _member_to_evict(entry.member, entries.values())
            if replaced is None:
                raise RoomFull
            del entries[replaced.pid]
            left.append(MemberLeft(room, replaced.pid, self._next_seq(room)))
        entries[entry.pid] = entry
        return JoinResult(list(entries.values()), self._next_seq(room), left, replaced)

    async def leave(self, room: int, pid: str, socket: str) -> int | None:
        entries = self.rooms.get(room, {})
        entry = entries.get(pid)
        if entry is None or entry.socket != socket:
            return None
        del entries[pid]
        seq = self._next_seq(room)
        if not entries:
            del self.rooms[room], self._seq[room]
        return seq

    async def roster(self, room: int) -> tuple[list[PresenceEntry], int]:
        return list(self.rooms.get(room, {}).values()), self._seq.get(room, 0)

    async def rosters(self, rooms: Iterable[int]) -> dict[int, list[PresenceEntry]]:
        return {room: list(self.rooms.get(room, {}).values()) for room in rooms}

    async def purge(self, rooms: Mapping[int, set[str]]) -> list[MemberLeft]:
        return []

    async def heartbeat(self, process: str, rooms: Iterable[int]) -> bool:
        return True

    async def restore(self, process: str, names: Collection[str], room: int, entries: Iterable[PresenceEntry]) -> None:
        return None

    async def close(self, process: str) -> None:
        return None


def _member_to_evict(newcomer: str, entries: Iterable[PresenceEntry]) -> PresenceEntry | None:
    sockets = Counter(entry.member for entry in entries)
    member = newcomer if sockets[newcomer] else sockets.most_common(1)[0][0]
    if member != newcomer and sockets[member] < 2:
        return None
    return next(entry for entry in entries if entry.member == member)
