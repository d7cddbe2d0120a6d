"""Open dashboards and room pages: which rooms each one watches, and how it learns of people inside and of knocks.

A process notes which rooms people have joined or left and tells the others at most twice a second; each process then
reads those of them that are watched here from the presence store. An idle dashboard costs nothing but its socket.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from rooms.live.close_codes import CloseCode
from rooms.live.events import AnyEvent, Close, OccupancyChanged, PresenceEntry, Scope
from rooms.live.presence import PresenceDown, Rosters
from rooms.live.transfer_rooms import is_transfer_room
from rooms.permissions import is_host
from rooms.signaling.admission import Refused, WatchedRoom, WatchGrant, authorize_watcher
from rooms.signaling.database.queue import Unavailable
from rooms.signaling.limits import MAX_WATCHERS_A_USER
from rooms.signaling.messages import Peer, ServerMessage, encode
from rooms.signaling.registry import Socket, as_peer

from .messages import KnockEndedAt, KnocksAt, Occupied, RoomNow, Watching

logger = logging.getLogger(__name__)

GATHER_SECONDS = 0.5  # changes are gathered for so long
RENEW_SECONDS = 10.0  # between two looks at the rooms that are shown as occupied: a process that died says nothing


class WatchHub(Protocol):
    """What the watchers need of their hub."""

    presence: Rosters
    several_processes: bool

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> object:
        """Run a coroutine in the background."""

    async def broadcast(self, event: AnyEvent) -> None:
        """Send an event to every process; raises `PresenceDown`."""


@dataclass(slots=True, eq=False)
class Watcher:
    """An open page that watches the rooms of an account; `rooms` by the room's id."""

    socket: Socket
    user_id: int
    stamp: str
    rooms: dict[int, WatchedRoom] = field(default_factory=dict)
    renewing: bool = False


class Watchers:
    """The watchers of this process."""

    def __init__(self, hub: WatchHub) -> None:
        self._hub = hub
        self._of_room: dict[int, set[Watcher]] = {}
        self._of_user: dict[int, list[Watcher]] = {}
        self._of_member: dict[str, set[Watcher]] = {}
        self._occupied: set[int] = set()  # watched rooms that were last shown with people inside
        self._changed: set[int] = set()
        self._lock = asyncio.Lock()  # what was read first is sent first

    # ── Who watches what ─────────────────────────────────────────────────────────────────────────

    def add(self, socket: Socket, grant: WatchGrant) -> Watcher:
        """Begin to watch an account's rooms. The oldest of too many pages of one account gives way."""
        watcher = Watcher(socket, grant.user_id, grant.stamp)
        socket.watching = True
        own = self._of_user.setdefault(grant.user_id, [])
        own.append(watcher)
        self._set_rooms(watcher, grant)
        for former in own[:-MAX_WATCHERS_A_USER]:
            self.remove(former)
            former.socket.outgoing.close(CloseCode.REPLACED)
        return watcher

    def remove(self, watcher: Watcher) -> None:
        """Stop watching; nothing happens the second time."""
        self._set_rooms(watcher, None)
        own = self._of_user.get(watcher.user_id, [])
        if watcher in own:
            own.remove(watcher)
        if not own:
            self._of_user.pop(watcher.user_id, None)

    def _set_rooms(self, watcher: Watcher, grant: WatchGrant | None) -> None:
        rooms = {room.room_id: room for room in grant.rooms} if grant else {}
        watcher.stamp = grant.stamp if grant else ""
        for room in watcher.rooms.values():
            self._of_member[room.member].discard(watcher)
            if not self._of_member[room.member]:
                del self._of_member[room.member]
        for room in rooms.values():
            self._of_member.setdefault(room.member, set()).add(watcher)
        for key in watcher.rooms.keys() - rooms.keys():
            self._of_room[key].discard(watcher)
            if not self._of_room[key]:
                del self._of_room[key]
                self._occupied.discard(key)
        for key in rooms:
            self._of_room.setdefault(key, set()).add(watcher)
        watcher.rooms = rooms

    # ── Changes of rooms and of rights ───────────────────────────────────────────────────────────

    def on_close(self, event: Close) -> None:
        """Look again at the rights of those whom an order to close sockets may concern."""
        if event.scope is Scope.ROOM:
            self.on_room_changed(int(event.key))
        elif event.scope is Scope.MEMBERSHIP:
            self.on_members({event.key})

    def on_members(self, members: set[str]) -> None:
        """Look again at what the accounts of these memberships may watch, and what waits for them."""
        for watcher in {watcher for member in members for watcher in self._of_member.get(member, ())}:
            self.renew(watcher)

    def on_room_changed(self, room: int) -> None:
        """Look again at a room's row, and at who may watch it."""
        for watcher in tuple(self._of_room.get(room, ())):
            self.renew(watcher)

    def on_rooms_of_user(self, user_id: int) -> None:
        """Look again at which rooms an account has."""
        for watcher in tuple(self._of_user.get(user_id, ())):
            self.renew(watcher)

    def renew(self, watcher: Watcher) -> None:
        """Soon read from the database what an account may watch, and send it; several wishes at once are one."""
        if not watcher.renewing:
            watcher.renewing = True
            self._hub.spawn(self._renew_soon(watcher))

    async def renew_all(self) -> None:
        """Read everything again, one watcher after the other: changes may not have arrived."""
        for watcher in [watcher for watchers in self._of_user.values() for watcher in watchers]:
            await self._renew(watcher)

    async def _renew_soon(self, watcher: Watcher) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        watcher.renewing = False
        await self._renew(watcher)

    async def _renew(self, watcher: Watcher) -> None:
        if watcher.socket.outgoing.code is not None:
            return
        try:
            grant = await authorize_watcher(watcher.socket.session_key)
            if watcher.socket.outgoing.code is not None or watcher not in self._of_user.get(watcher.user_id, ()):
                return
            self._set_rooms(watcher, grant)
            await self.send_all(watcher)
        except Refused as refused:
            watcher.socket.outgoing.close(refused.code)
        except (Unavailable, PresenceDown):
            watcher.socket.outgoing.close(CloseCode.JOIN_TIMEOUT)  # the page tries again until it is true

    # ── Who is inside ────────────────────────────────────────────────────────────────────────────

    def on_occupancy(self, room: int) -> None:
        """Note that people on this process have joined or left a room. Of transfer rooms no one learns it."""
        if is_transfer_room(room):
            return
        if not self._changed:
            self._hub.spawn(self._report())
        self._changed.add(room)

    async def _report(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        changed, self._changed = self._changed, set()
        if self._hub.several_processes:
            try:
                await self._hub.broadcast(OccupancyChanged(sorted(changed)))
            except PresenceDown:
                logger.warning("Changes of rooms did not reach the other processes")
        else:
            await self.refresh(changed)

    def on_occupancy_changed(self, rooms: Iterable[int]) -> None:
        """Read rooms again in which people of any process have joined or left."""
        if watched := self._of_room.keys() & set(rooms):
            self._hub.spawn(self.refresh(watched))

    async def refresh(self, rooms: Iterable[int]) -> None:
        """Send who is inside to those who watch these rooms."""
        watched = self._of_room.keys() & set(rooms)
        if not watched:
            return
        try:
            async with self._lock:
                rosters = await self._hub.presence.rosters(watched)
                for room, entries in rosters.items():
                    self._note(room, entries)
                    for watcher in tuple(self._of_room.get(room, ())):
                        self._send(watcher, Occupied(_now(watcher.rooms[room], entries)))
        except PresenceDown:
            return  # when the store is back, everything is read again

    async def send_all(self, watcher: Watcher) -> None:
        """Send all rooms of a watcher. Raises `PresenceDown`."""
        async with self._lock:
            rosters = await self._hub.presence.rosters(watcher.rooms)
            for room, entries in rosters.items():
                self._note(room, entries)
            rooms = [_now(room, rosters.get(key, [])) for key, room in watcher.rooms.items()]
            self._send(watcher, Watching(watcher.stamp, rooms))

    async def run(self) -> None:
        """Look at occupied rooms again now and then, where other processes may die with people inside."""
        while self._hub.several_processes:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await self.refresh(tuple(self._occupied))
            except Exception:
                logger.exception("The watched rooms could not be read again")

    def _note(self, room: int, entries: list[PresenceEntry]) -> None:
        if entries and room in self._of_room:
            self._occupied.add(room)
        else:
            self._occupied.discard(room)

    # ── Who knocks ───────────────────────────────────────────────────────────────────────────────

    def on_knock(self, room: int, peer: Peer) -> None:
        """Tell the hosts who watch a room that a guest knocks."""
        for watcher, watched in self._hosts(room):
            self._send(watcher, KnocksAt(watched.slug, peer))

    def on_knock_ended(self, room: int, member: str) -> None:
        """Tell the hosts who watch a room that a guest has stopped knocking."""
        for watcher, watched in self._hosts(room):
            self._send(watcher, KnockEndedAt(watched.slug, member))

    def _hosts(self, room: int) -> list[tuple[Watcher, WatchedRoom]]:
        watchers = [(watcher, watcher.rooms[room]) for watcher in self._of_room.get(room, ())]
        return [(watcher, watched) for watcher, watched in watchers if is_host(watched.role)]

    def _send(self, watcher: Watcher, message: ServerMessage) -> None:
        watcher.socket.outgoing.send_text(encode(message))


def _now(room: WatchedRoom, entries: list[PresenceEntry]) -> RoomNow:
    latest = {entry.member: entry for entry in entries}
    people = [as_peer(entry) for entry in latest.values()] if room.sees_people else []
    since = min((entry.since for entry in entries if entry.since), default=None)
    names = room.slug, room.member, room.role, room.epoch, room.key_check
    return RoomNow(*names, len(latest), since, people, room.transfers)
