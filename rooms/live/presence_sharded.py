"""Presence over several stores: each room is in one of them, whatever becomes of the others."""

from collections.abc import Iterable, Sequence

from common.redis_servers import shard_of

from .events import PresenceEntry
from .presence import JoinResult, PresenceDown, Rosters


class ShardedPresence:
    """The rooms of several stores, each asked for those that it keeps."""

    def __init__(self, stores: Sequence[Rosters]) -> None:
        self._stores = stores

    def _store(self, room: int) -> Rosters:
        return self._stores[shard_of(room, len(self._stores))]

    async def join(self, room: int, entry: PresenceEntry, limit: int) -> JoinResult:
        return await self._store(room).join(room, entry, limit)

    async def leave(self, room: int, pid: str, socket: str) -> int | None:
        return await self._store(room).leave(room, pid, socket)

    async def roster(self, room: int) -> tuple[list[PresenceEntry], int]:
        return await self._store(room).roster(room)

    async def rosters(self, rooms: Iterable[int]) -> dict[int, list[PresenceEntry]]:
        """Return what is known: the rooms of a store that is away are missing. Raises `PresenceDown` if all are."""
        kept: dict[int, list[int]] = {}
        for room in rooms:
            kept.setdefault(shard_of(room, len(self._stores)), []).append(room)
        found: dict[int, list[PresenceEntry]] = {}
        away = 0
        for position, wanted in kept.items():
            try:
                found.update(await self._stores[position].rosters(wanted))
            except PresenceDown:
                away += 1
        if kept and away == len(kept):
            raise PresenceDown
        return found
