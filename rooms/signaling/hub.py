"""Where the members of a room are, and how to reach them: the one place that knows here from elsewhere.

There is one hub a process (one an event loop, to be exact). Everything in it runs in that loop.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Coroutine
from typing import Any

from msgspec.structs import replace

from rooms.live.close_codes import ENDINGS, CloseCode, Then
from rooms.live.events import (
    AnyEvent,
    Arrived,
    Changed,
    Close,
    Deliver,
    Departed,
    Entry,
    Probe,
    Replace,
    Resync,
    SessionMoved,
)
from rooms.live.path_stats import make_tally
from rooms.live.presence import Arrival, Presence, PresenceDown, make_presence

from .lobby import Lobby
from .mailbox import Mailbox, make_mailbox
from .messages import Peer, PeerJoined, PeerLeft, RoomInfo, Roster, encode
from .registry import Member, Room, Socket, as_peer, meets

logger = logging.getLogger(__name__)

REMEMBERED_SECONDS = 15.0  # how long a `Close` also meets members whose admission was under way when it came


class Hub:
    """The rooms and sockets of this process."""

    def __init__(self, presence: Presence) -> None:
        self.loop = asyncio.get_running_loop()
        self.presence = presence
        self.tally = make_tally()
        self.mailbox: Mailbox | None = make_mailbox(self)
        self.rooms: dict[int, Room] = {}
        self.sockets: set[Socket] = set()
        self.lobby = Lobby(self)
        self.orphans: set[int] = set()  # rooms that may differ from the store: it was away when one of them changed
        self.draining = False
        self._known = False
        self.tasks: set[asyncio.Task[None]] = set()
        self._closes: deque[tuple[float, Close]] = deque()

    @classmethod
    def current(cls) -> "Hub":
        """Return the running loop's hub, made at its first use."""
        loop = asyncio.get_running_loop()
        hub = _hubs.get(loop)
        if hub is None:
            for other in [other for other in _hubs if other.is_closed()]:
                del _hubs[other]
            hub = _hubs[loop] = cls(make_presence())
            from .housekeeping import keep  # noqa: PLC0415

            hub.spawn(keep(hub))
        return hub

    @property
    def process(self) -> str:
        """This process's address: the name of its mailbox."""
        return self.mailbox.name if self.mailbox else "here"

    async def ready(self) -> str:
        """Return `process` once the store and the other processes know it. Raises `PresenceDown`."""
        if self.mailbox and not self._known:
            try:
                await self.mailbox.ready()
            except Exception as error:
                raise PresenceDown from error
            await self.presence.beat(self.mailbox.name, ())
            self._known = True
        return self.process

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine beside the sockets; a strong reference is kept until it ends."""
        task = self.loop.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def stop(self) -> None:
        """End the background work."""
        for task in self.tasks:
            task.cancel()

    # ── Coming, going, speaking ──────────────────────────────────────────────────────────────────

    def open(self, room_id: int, info: RoomInfo, expires: float | None) -> Room:
        """Return the room, with what has just been read about it."""
        room = self.rooms.get(room_id)
        if room is None:
            room = self.rooms[room_id] = Room(room_id, info)
        room.info, room.expires = info, expires
        return room

    async def join(self, member: Member, limit: int) -> tuple[list[Peer], int, list[str]]:
        """Bring a member in and tell the others; return those who were here, the roster's number and later news.

        When it returns the member is registered, and nothing has been sent to it: the caller answers before the next
        event, and sends the news, as frames, after the answer. Raises `RoomFull`, `PidTaken` or `PresenceDown`.
        """
        room = member.room
        room.waiting += 1
        try:
            async with room.lock:
                member.entry = replace(member.entry, process=await self.ready())
                arrival = await self.presence.join(room.id, member.entry, limit)
                return self._arrived(member, arrival)
        finally:
            room.waiting -= 1
            self._forget_if_empty(room)

    def _arrived(self, member: Member, arrival: Arrival) -> tuple[list[Peer], int, list[str]]:
        room, replaced = member.room, arrival.replaced
        member.entry = next((e for e in arrival.entries if e.socket == member.entry.socket), member.entry)
        if replaced is not None:
            if replaced.process == self.process:
                self._replace(room, replaced.pid, replaced.socket)
            elif self.mailbox:
                self.mailbox.post(replaced.process, Replace(room.id, replaced.pid, replaced.socket))
        room.local[member.entry.pid] = member
        room.remote = {entry.pid: entry for entry in arrival.entries if entry.process != self.process}
        room.since = member.since = arrival.seq
        room.seq = max(room.seq, arrival.seq)
        for departed in arrival.departed:
            room.tell(_frame(departed), departed.seq, but=member)
            self.mail(room, departed)
        arrived = Arrived(room.id, member.entry, arrival.seq)
        room.tell(_frame(arrived), arrival.seq, but=member)
        self.mail(room, arrived)
        later = [news for news in room.backlog if news.seq > arrival.seq]
        for news in later:
            room.note(news)
        peers = [as_peer(entry) for entry in arrival.entries if entry.pid != member.entry.pid]
        return peers, arrival.seq, [_frame(news) for news in later]

    async def leave(self, member: Member) -> None:
        """Take a member out and tell the others; nothing happens the second time, or after a replacement."""
        room, entry = member.room, member.entry
        if room.local.get(entry.pid) is member:
            del room.local[entry.pid]
        room.waiting += 1
        try:
            async with room.lock:
                seq = await self.presence.leave(room.id, entry.pid, entry.socket)
                if seq is not None:
                    self._departed(room, Departed(room.id, entry.pid, seq, member.put_out))
        except PresenceDown:
            self.orphans.add(room.id)
            room.tell(encode(PeerLeft(entry.pid, room.seq + 1, member.put_out)))
        finally:
            room.waiting -= 1
            self._forget_if_empty(room)

    def _departed(self, room: Room, departed: Departed) -> None:
        room.remote.pop(departed.pid, None)
        room.seq = max(room.seq, departed.seq)
        room.tell(_frame(departed), departed.seq)
        self.mail(room, departed)

    def deliver(self, room: Room, pid: str, frame: str) -> bool:
        """Send a frame to one member of the room, wherever it is; False when nobody there has that id."""
        member = room.local.get(pid)
        if member is not None:
            member.socket.outbox.text(frame)
            return True
        entry = room.remote.get(pid)
        if entry is None or self.mailbox is None:
            return False
        self.mailbox.post(entry.process, Deliver(room.id, pid, frame))
        return True

    def roster_frame(self, room: Room, entries: list[Entry], seq: int, pid: str) -> str:
        """Return the `roster` for the member `pid`."""
        return encode(Roster([as_peer(entry) for entry in entries if entry.pid != pid], seq))

    def mail(self, room: Room, event: AnyEvent) -> None:
        """Tell the other processes that have members in the room."""
        if self.mailbox:
            for process in room.processes():
                self.mailbox.post(process, event)

    def _news(self, room: Room, news: Arrived | Departed) -> None:
        if room.waiting:
            room.backlog.append(news)
        room.note(news)
        room.tell(_frame(news), news.seq)

    def _forget_if_empty(self, room: Room) -> None:
        if not room.waiting:
            room.backlog.clear()
        if not room.local and not room.waiting and self.rooms.get(room.id) is room:
            del self.rooms[room.id]

    # ── News ─────────────────────────────────────────────────────────────────────────────────────

    def post_from_thread(self, event: AnyEvent) -> None:
        """Handle an event from any thread."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.handle, event)

    def handle(self, event: AnyEvent) -> None:
        """Act on an event of this process's views or of another process."""
        match event:
            case Deliver(room_id, pid, text):
                if (room := self.rooms.get(room_id)) and (member := room.local.get(pid)):
                    member.socket.outbox.text(text)
            case Arrived(room_id, entry, seq):
                if room := self.rooms.get(room_id):
                    mine = room.local.get(entry.pid)
                    if mine is not None and mine.since < seq:
                        self._replace(room, entry.pid, mine.entry.socket)
                    self._news(room, event)
            case Departed(room_id):
                if room := self.rooms.get(room_id):
                    self._news(room, event)
            case Replace(room_id, pid, socket):
                if room := self.rooms.get(room_id):
                    self._replace(room, pid, socket)
            case Resync(room_id):
                if room := self.rooms.get(room_id):
                    self.spawn(self.resync_room(room))
            case Close():
                self._close(event)
            case SessionMoved(old, new):
                for its in self.sockets:
                    if its.session_key == old:
                        its.session_key = new
            case Changed(room_id):
                self.lobby.review(room_id)
                if room := self.rooms.get(room_id):
                    from .housekeeping import refresh  # noqa: PLC0415

                    self.spawn(refresh(self, room))
            case Probe():
                if self.mailbox:
                    self.mailbox.heard(event)
            case _:
                self.lobby.handle(event)

    def _replace(self, room: Room, pid: str, socket_id: str) -> None:
        member = room.local.get(pid)
        if member is not None and member.entry.socket == socket_id:
            del room.local[pid]
            member.socket.member = None  # its place has a new holder: its end frees nothing
            member.socket.outbox.close(CloseCode.REPLACED)

    def _close(self, event: Close) -> None:
        self._closes.append((time.monotonic(), event))
        for socket in tuple(self.sockets):
            if meets(event, socket):
                self.expel(socket, event.code)

    def closed_since(self, moment: float, socket: Socket) -> CloseCode | None:
        """Return the code of a `Close` that met this socket while its admission was under way since `moment`."""
        while self._closes and self._closes[0][0] < time.monotonic() - REMEMBERED_SECONDS:
            self._closes.popleft()
        return next((event.code for at, event in self._closes if at >= moment and meets(event, socket)), None)

    def expel(self, socket: Socket, code: CloseCode) -> None:
        """Close a socket and free its place without waiting for the peer."""
        if member := socket.member:
            # Before the close: the socket's own end may come first and take the member out.
            member.put_out = ENDINGS[code].then is Then.STOP
            self.spawn(self.leave(member)).set_name("leave")
        socket.outbox.close(code)

    async def resync_room(self, room: Room) -> None:
        """Read the roster from the store and send it to the members here."""
        try:
            async with room.lock:
                entries, seq = await self.presence.roster(room.id)
        except PresenceDown:
            self.orphans.add(room.id)
            return
        room.remote = {entry.pid: entry for entry in entries if entry.process != self.process}
        room.seq = room.since = seq
        for pid, member in tuple(room.local.items()):
            member.since = seq
            member.socket.outbox.text(self.roster_frame(room, entries, seq, pid))


def _frame(news: Arrived | Departed) -> str:
    if isinstance(news, Arrived):
        return encode(PeerJoined(as_peer(news.entry), news.seq))
    return encode(PeerLeft(news.pid, news.seq, news.final))


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def live_hubs() -> list[Hub]:
    """Return the hubs of this process whose loops run; usually one, or none outside a server."""
    return [hub for loop, hub in tuple(_hubs.items()) if not loop.is_closed()]
