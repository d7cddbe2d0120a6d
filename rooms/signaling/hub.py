"""Where the members of a room are and how to reach them: only this module distinguishes local and remote members.

There is one hub per process (per event loop, to be exact). Everything in it runs in that loop.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from msgspec.structs import replace

from common.redis_servers import layer_name, shard_of
from rooms.live.close_codes import CLOSE_POLICIES, ClientAction, CloseCode
from rooms.live.events import (
    AnyEvent,
    Close,
    Deliver,
    MemberJoined,
    MemberLeft,
    OccupancyChanged,
    Probe,
    Replace,
    Resync,
    RoomChanged,
    SessionRekeyed,
    TransfersChanged,
    UserRoomsChanged,
    shard_key,
)
from rooms.live.path_stats import PathStats
from rooms.live.presence import JoinResult, Presence, PresenceDown, Rosters
from rooms.live.presence_sharded import ShardedPresence
from rooms.live.transfer_rooms import is_transfer_room, room_of, transfer_room

from . import messages
from .admission import Refused, read_room
from .database.queue import Unavailable
from .links.link import Link
from .links.mailbox import Mailbox
from .lobby import Lobby
from .registry import Change, LiveRoom, Member, RecentCloses, Socket, Sockets, as_peer, change_frame
from .transfers import Transfers
from .watch.watchers import Watchers

logger = logging.getLogger(__name__)

READ_RETRIES = (1.0, 2.0, 4.0, 8.0)  # seconds between tries to read a room while the database is unreachable


class Hub:
    """The rooms and sockets of this process, and a link for each of its `stores`; see `links/`."""

    def __init__(self, stores: Sequence[Presence], path_stats: PathStats, *, several_processes: bool = False) -> None:
        self.loop = asyncio.get_running_loop()
        self.several_processes = several_processes
        self.links: list[Link] = []
        for position, store in enumerate(stores):
            mailbox = Mailbox(self.handle, layer_name(position)) if several_processes else None
            label = f" ({position + 1} of {len(stores)})" if len(stores) > 1 else ""
            self.links.append(Link(store, mailbox, label))
        self.presence: Rosters = ShardedPresence(stores) if len(stores) > 1 else stores[0]
        self.path_stats = path_stats
        self.rooms: dict[int, LiveRoom] = {}
        self.sockets = Sockets()
        self.watchers = Watchers(self)
        self.lobby = Lobby(self)
        self.transfers = Transfers(self)
        self.draining = False
        self.tasks: set[asyncio.Task[None]] = set()
        self._closes = RecentCloses()

    def link(self, room_id: int) -> Link:
        """Return the link to the server that keeps a room."""
        return self.links[shard_of(room_id, len(self.links))]

    def rooms_of(self, link: Link) -> Iterator[LiveRoom]:
        """Yield the rooms with people here that the server of a link keeps."""
        return (room for room in self.rooms.values() if self.link(room.id) is link)

    async def broadcast(self, event: AnyEvent) -> None:
        """Send an event to every process, this one included; raises `PresenceDown` when no server carries it."""
        first = shard_of(shard_key(event), len(self.links))
        for link in sorted(self.links[first:] + self.links[:first], key=lambda link: link.away):
            try:
                if link.mailbox:
                    return await link.mailbox.broadcast(event)
            except Exception as error:
                logger.info("A server does not carry %s: %s", type(event).__name__, type(error).__name__)
        raise PresenceDown

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine in the background; a strong reference is kept until it ends."""
        task = self.loop.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def stop(self) -> None:
        """End the background work."""
        for task in self.tasks:
            task.cancel()

    # ── Join, leave, deliver ─────────────────────────────────────────────────────────────────────

    def load_room(self, room_id: int, info: messages.RoomInfo, expires: float | None) -> LiveRoom:
        """Return the room, updated by what has just been read from the database."""
        room = self.rooms.get(room_id)
        if room is None:
            room = self.rooms[room_id] = LiveRoom(room_id, info)
        room.info, room.expires = info, expires
        return room

    async def join(self, member: Member, limit: int) -> tuple[list[messages.Peer], int, list[str]]:
        """Add a member and notify the others; return the peers already inside, the roster's `seq` and later changes.

        When it returns the member is registered, and nothing has been sent to it: the caller answers before the next
        event, and sends the changes, as frames, after the answer. Raises `RoomFull`, `PidTaken` or `PresenceDown`.
        """
        room = member.room
        async with self.changing(room):
            member.entry = replace(member.entry, process=await self.link(room.id).ready())
            known = room.seq
            result = await self.presence.join(room.id, member.entry, limit)
            return self._joined(member, result, known)

    def _joined(self, member: Member, result: JoinResult, known: int) -> tuple[list[messages.Peer], int, list[str]]:
        room, replaced, link = member.room, result.replaced, self.link(member.room.id)
        member.entry = next((e for e in result.entries if e.socket == member.entry.socket), member.entry)
        if replaced is not None:
            if replaced.process in link.names:
                self._replace(room, replaced.pid, replaced.socket)
            elif link.mailbox:
                link.mailbox.post(replaced.process, Replace(room.id, replaced.pid, replaced.socket))
        room.local[member.entry.pid] = member
        member.synced_seq = result.seq
        changes: list[Change] = [*result.left, MemberJoined(room.id, member.entry, result.seq)]
        later = room.take_roster(result.entries, result.seq, known, link.process)
        for change in changes:
            room.apply(change)
        self.watchers.on_occupancy(room.id)
        for change in changes:
            room.send_to_all(change_frame(change), change.seq, but=member)
            self.send_to_processes(room, change)
        peers = [as_peer(entry) for entry in result.entries if entry.pid != member.entry.pid]
        return peers, result.seq, [change_frame(change) for change in later]

    async def leave(self, member: Member) -> None:
        """Remove a member and notify the others; nothing happens the second time, or after a replacement."""
        room, entry = member.room, member.entry
        if room.local.get(entry.pid) is member:
            del room.local[entry.pid]
        async with self.changing(room):
            try:
                seq = await self.presence.leave(room.id, entry.pid, entry.socket)
                if seq is not None:
                    self._left(room, MemberLeft(room.id, entry.pid, seq, member.final))
            except PresenceDown:
                self.link(room.id).orphans.add(room.id)
                room.send_to_all(messages.encode(messages.PeerLeft(entry.pid, room.seq + 1, member.final)))

    @asynccontextmanager
    async def changing(self, room: LiveRoom) -> AsyncIterator[None]:
        """Change who is in a room, one after the other; the room is kept meanwhile, even if no one is in it."""
        room.pending_changes += 1
        try:
            async with room.lock:
                yield
        finally:
            room.pending_changes -= 1
            if not room.local and not room.pending_changes and self.rooms.get(room.id) is room:
                del self.rooms[room.id]

    def _left(self, room: LiveRoom, change: MemberLeft) -> None:
        if room.apply(change):
            room.send_to_all(change_frame(change), change.seq)
        self.watchers.on_occupancy(room.id)
        self.send_to_processes(room, change)

    def deliver(self, room: LiveRoom, pid: str, frame: str) -> bool:
        """Send a frame to one member of the room, on any process; False when no member has that id."""
        member = room.local.get(pid)
        if member is not None:
            member.socket.outgoing.send_text(frame)
            return True
        entry, mailbox = room.remote.get(pid), self.link(room.id).mailbox
        if entry is None or mailbox is None:
            return False
        mailbox.post(entry.process, Deliver(room.id, pid, frame))
        return True

    async def send_rosters(self, room: LiveRoom, members: Iterable[Member] | None = None) -> None:
        """Read the roster from the store and send it to these members, or to all that are here. Raises `PresenceDown`.

        What has changed since it was read follows, so that no member falls back to an earlier state.
        """
        known = room.seq
        entries, seq = await self.presence.roster(room.id)
        later = room.take_roster(entries, seq, known, self.link(room.id).process)
        for member in tuple(room.local.values() if members is None else members):
            peers = [as_peer(entry) for entry in entries if entry.pid != member.entry.pid]
            member.synced_seq = seq
            member.socket.outgoing.send_text(messages.encode(messages.Roster(peers, seq)))
            for change in later:
                member.socket.outgoing.send_text(change_frame(change))

    def send_to_processes(self, room: LiveRoom, event: AnyEvent) -> None:
        """Send an event to the other processes that have members in the room."""
        if mailbox := self.link(room.id).mailbox:
            for process in room.processes():
                mailbox.post(process, event)

    def _apply_remote_change(self, room: LiveRoom, change: Change) -> None:
        if room.apply(change):
            room.send_to_all(change_frame(change), change.seq)

    # ── Events ───────────────────────────────────────────────────────────────────────────────────

    def post_from_thread(self, event: AnyEvent) -> None:
        """Handle an event in the hub's own loop; may be called in any thread."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.handle, event)

    def handle(self, event: AnyEvent) -> None:
        """Act on an event from this process's views or from another process."""
        match event:
            case Deliver(room_id, pid, text):
                if (room := self.rooms.get(room_id)) and (member := room.local.get(pid)):
                    member.socket.outgoing.send_text(text)
            case MemberJoined(room_id, entry, seq):
                if room := self.rooms.get(room_id):
                    mine = room.local.get(entry.pid)
                    if mine is not None and mine.synced_seq < seq:
                        self._replace(room, entry.pid, mine.entry.socket)
                    self._apply_remote_change(room, event)
            case MemberLeft(room_id):
                if room := self.rooms.get(room_id):
                    self._apply_remote_change(room, event)
            case Replace(room_id, pid, socket):
                if room := self.rooms.get(room_id):
                    self._replace(room, pid, socket)
            case OccupancyChanged(rooms):
                self.watchers.on_occupancy_changed(rooms)
            case UserRoomsChanged(user_id):
                self.watchers.on_rooms_of_user(user_id)
            case Resync(room_id):
                if room := self.rooms.get(room_id):
                    self.spawn(self.resync_room(room))
            case Close():
                self._close(event)
            case SessionRekeyed(old, new):
                self.sockets.rekey(old, new)
            case RoomChanged(room_id):
                self.lobby.review(room_id)
                self.watchers.on_room_changed(room_id)
                for key in (room_id, transfer_room(room_id)):
                    if room := self.rooms.get(key):
                        self.spawn(self.reload_room(room))
            case TransfersChanged(members):
                self.transfers.on_changed(set(members))
            case Probe():
                for link in self.links:
                    if link.mailbox:
                        link.mailbox.on_probe(event)
            case _:
                self.lobby.handle(event)

    def _replace(self, room: LiveRoom, pid: str, socket_id: str) -> None:
        member = room.local.get(pid)
        if member is not None and member.entry.socket == socket_id:
            del room.local[pid]
            member.socket.member = None  # the entry belongs to the new socket: this one's end must not remove it
            member.socket.outgoing.close(CloseCode.REPLACED)

    def _close(self, event: Close) -> None:
        self._closes.add(event)
        for socket in self.sockets.targets(event):
            self.disconnect(socket, event.code)
        self.watchers.on_close(event)

    def close_order_since(self, moment: float, socket: Socket) -> CloseCode | None:
        """Return the code of a `Close` for this socket that came after `moment`, while it was being authorized."""
        return self._closes.code_since(moment, socket)

    def disconnect(self, socket: Socket, code: CloseCode) -> None:
        """Close a socket and remove its member without waiting for the browser."""
        if member := socket.member:
            # Before the close: the socket may end first, and its end removes the member, too.
            member.final = CLOSE_POLICIES[code].action is ClientAction.STOP
            self.spawn(self.leave(member)).set_name("leave")
        socket.outgoing.close(code)

    async def resync_room(self, room: LiveRoom) -> None:
        """Send every member here the roster as the store has it, or remember to do it when the store is back."""
        try:
            async with room.lock:
                await self.send_rosters(room)
        except PresenceDown:
            self.link(room.id).orphans.add(room.id)

    async def reload_room(self, room: LiveRoom) -> None:
        """Read the room's row again, send it to the members here, and apply a new end of the room."""
        for pause in (*READ_RETRIES, None):
            try:
                info, expires = await read_room(room_of(room.id))
                break
            except Refused as refusal:
                for member in tuple(room.local.values()):
                    self.disconnect(member.socket, refusal.code)
                return
            except Unavailable:
                if pause is None or self.rooms.get(room.id) is not room:
                    return
                await asyncio.sleep(pause)
        room.info, room.expires = info, expires
        room.send_to_all(messages.encode(messages.RoomChanged(info)))
        if is_transfer_room(room.id):
            await self.transfers.review(room)
