"""One socket of the signaling server: which messages a browser may send, and in which order."""

import time
from collections.abc import Awaitable
from contextlib import suppress
from uuid import UUID

from msgspec.structs import asdict

from common import metrics, ratelimit
from rooms.ice import ice_servers
from rooms.live.close_codes import CloseCode, ErrorCode, close_name
from rooms.live.events import PresenceEntry
from rooms.live.path_stats import PathCounts
from rooms.live.presence import PidTaken, PresenceDown, RoomFull
from rooms.models import TurnedAwayReason
from rooms.permissions import is_host

from .admission import (
    EntryGrant,
    Refused,
    authorize,
    authorize_join,
    authorize_knock,
    consume_knock,
    note_use,
    record_refused,
    record_turned_away,
)
from .connection import Connection
from .database.queue import Busy, Dropped, Unavailable
from .lobby import EMPTY_BODY
from .messages import (
    MAX_BODY,
    VERSION,
    Admit,
    Deny,
    Enter,
    Ice,
    Join,
    Joined,
    Knock,
    Leave,
    Ping,
    Pong,
    Refresh,
    Relay,
    Sync,
    WaitingTransfers,
    decode,
    encode,
    relayed,
    type_of,
)
from .registry import LiveRoom, Member, new_socket_id

NORMAL = 1000
MAX_INSIDE_SECONDS = 7 * 24 * 3600  # that a browser can say it was in the call before


class SignalingConsumer(Connection):
    """Serves `/ws/rooms/<slug>`."""

    in_call = True

    async def end(self) -> None:
        """Take the person out of the room and the lobby."""
        self.hub.lobby.leave(self.socket)
        if self.socket.member is not None:
            await self.hub.leave(self.socket.member)

    async def handle_text(self, text: str) -> None:
        """Act on the message in a frame. Raises `BadMessage`."""
        message = decode(text)
        if type(message) is Relay:
            self.relay(message)
        elif type(message) is Ping:
            self.outgoing.send_text(encode(Pong(message.n)))
        elif type(message) is Join:
            await self.ask(self.count_join(message))
        elif type(message) is Knock:
            await self.ask(self.knock(message))
        elif type(message) is Enter:
            self.error(ErrorCode.ALREADY_JOINED, "enter")
        elif self.socket.member is None:
            self.error(ErrorCode.NOT_JOINED, type_of[type(message)])
        elif type(message) is Sync:
            await self.sync(self.socket.member)
        elif type(message) is Refresh:
            self.refresh(self.socket.member)
        elif type(message) is Admit or type(message) is Deny:
            await self.answer_knock(self.socket.member, message)
        elif type(message) is Leave:
            self.outgoing.close(NORMAL)
            self.count_paths(message.paths)
            await self.hub.leave(self.socket.member)

    async def ask(self, answer: Awaitable[None]) -> None:
        """Answer a `join` or `knock`: the socket is not late while it waits for that."""
        self.socket.asking = True
        try:
            await answer
        finally:
            self.socket.asking = False

    def relay(self, message: Relay) -> None:
        """Pass a body on to one peer, unread."""
        member = self.socket.member
        if member is None:
            self.error(ErrorCode.NOT_JOINED, "relay")
        elif len(message.body) > MAX_BODY + 2:
            self.error(ErrorCode.TOO_LARGE, message.to)
        elif not self.hub.deliver(member.room, message.to, relayed(member.entry.pid, message.body)):
            self.error(ErrorCode.UNKNOWN_PEER, message.to)
        else:
            metrics.RELAYED.inc()
            metrics.RELAYED_CHARACTERS.inc(len(message.body))

    async def authorize_message(self, message: Join | Knock) -> EntryGrant | None:
        """Check whether the person at this socket may enter; None when the socket is closed or has joined already."""
        hub, socket = self.hub, self.socket
        if socket.member is not None or socket.guest is not None:
            self.error(ErrorCode.ALREADY_JOINED, type_of[type(message)])
            return None
        if message.v != VERSION:
            self.outgoing.close(CloseCode.VERSION)
            return None
        began = time.monotonic()
        try:
            if isinstance(message, Join):
                grant = await authorize_join(
                    socket.session_key, self.slug, in_call=self.in_call, wanted=self.outgoing.is_open
                )
            else:
                grant = await authorize_knock(socket.session_key, self.slug, self.outgoing.is_open)
        except Refused as refused:
            self.outgoing.close(refused.code)
            hub.spawn(record_refused(refused))
            return None
        except Busy as busy:
            self.outgoing.close(CloseCode.BUSY, str(busy.seconds))
            return None
        except (Unavailable, Dropped):
            self.outgoing.close(CloseCode.JOIN_TIMEOUT)
            return None
        hub.sockets.identify(socket, grant.room_id, grant.member, grant.user_id)
        if (code := hub.close_order_since(began, socket)) is not None:
            self.outgoing.close(code)
        return None if self.outgoing.code is not None else grant

    async def knock(self, message: Knock) -> None:
        """Make the guest wait to be admitted, or admit them at once."""
        if (grant := await self.authorize_message(message)) is None:
            return
        entry = PresenceEntry(message.pid, grant.member, grant.role, bytes(message.hello), "", new_socket_id())
        try:
            if not await consume_knock(grant.member):
                self.outgoing.close(CloseCode.FLOODING)
                return
            await self.hub.lobby.knock(self.socket, grant, entry, lobby=message.lobby)
        except (RoomFull, PresenceDown, Unavailable) as failure:
            self.outgoing.close(_FAILURES[type(failure)])

    async def answer_knock(self, member: Member, message: Admit | Deny) -> None:
        """Admit or deny a guest; whether this member may is checked again in the database."""
        try:
            grant = await authorize(self.socket.session_key, self.slug)
        except (Refused, Unavailable):
            return
        if not is_host(grant.role):
            self.error(ErrorCode.NOT_ALLOWED, type_of[type(message)])
            return
        body = bytes(message.body) if isinstance(message, Admit) else EMPTY_BODY
        admitted = isinstance(message, Admit)
        self.hub.lobby.answer(member.room.id, message.member, member.entry.pid, admitted=admitted, body=body)

    async def count_join(self, message: Join) -> None:
        """Join, and count how it ended; a second `join` of a socket is none."""
        was_inside, began = self.socket.member is not None, time.monotonic()
        await self.join(message)
        if was_inside or (self.socket.member is None and self.outgoing.code is None):
            return
        code = self.outgoing.code
        metrics.JOINS.labels(code=metrics.JOINED if code is None else close_name(code)).inc()
        metrics.JOIN_SECONDS.observe(time.monotonic() - began)

    def count_paths(self, paths: PathCounts) -> None:
        """Count how the connections of this stay were made."""
        for outcome, count in asdict(paths).items():
            metrics.ICE_OUTCOMES.labels(outcome=outcome).inc(count)
        self.hub.spawn(self.hub.path_stats.add(paths))

    async def join(self, message: Join) -> None:
        """Enter the room, or close the socket with the reason why not."""
        hub, socket = self.hub, self.socket
        if (grant := await self.authorize_message(message)) is None:
            return
        if grant.must_knock or (grant.requires_host and not await hub.lobby.hosts_in(grant.room_id)):
            self.outgoing.close(CloseCode.KNOCK_REQUIRED)
            return
        if grant.joins_too_often:
            self.outgoing.close(CloseCode.JOIN_TIMEOUT)
            return
        key, limit = self.live_room(grant)
        room = hub.load_room(key, grant.room, grant.room_expires)
        since = int((time.time() - min(message.inside, MAX_INSIDE_SECONDS)) * 1000)
        names = message.pid, grant.member, grant.role
        entry = PresenceEntry(*names, bytes(message.hello), "", new_socket_id(), since=since)
        socket.member = member = Member(socket, room, entry, grant.member_expires)
        try:
            peers, seq, later = await hub.join(member, limit)
        except (RoomFull, PidTaken, PresenceDown) as failure:
            socket.member = None
            self.outgoing.close(_FAILURES[type(failure)])
            self.join_failed(grant, failure)
            return
        self.outgoing.send_text(
            encode(
                Joined(
                    pid=message.pid,
                    member=grant.member,
                    role=grant.role,
                    room=room.info,
                    peers=peers,
                    seq=seq,
                    ice=grant.ice,
                    ice_ttl=grant.ice_ttl,
                    now=int(time.time() * 1000),
                )
            )
        )
        for frame in later:
            self.outgoing.send_text(frame)
        self.join_succeeded(grant, room)

    def live_room(self, grant: EntryGrant) -> tuple[int, int]:
        """Return the key of the live room that this socket enters, and how many sockets may be in it."""
        return grant.room_id, grant.room.max_people

    def join_succeeded(self, grant: EntryGrant, room: LiveRoom) -> None:
        """Do what follows from a person's arrival in the call."""
        if grant.transfers:
            self.outgoing.send_text(encode(WaitingTransfers(grant.transfers)))
        if grant.first_this_hour:
            note_use(grant.room_id)
        if is_host(grant.role):
            self.hub.lobby.host_joined(room)

    def join_failed(self, grant: EntryGrant, failure: Exception) -> None:
        """Let the hosts know of a person for whom the call was too full."""
        if isinstance(failure, RoomFull):
            self.hub.spawn(record_turned_away(grant.member, TurnedAwayReason.ROOM_FULL))

    async def sync(self, member: Member) -> None:
        """Send the roster."""
        with suppress(PresenceDown):  # housekeeping sends a roster when the store is back
            await self.hub.send_rosters(member.room, [member])

    def refresh(self, member: Member) -> None:
        """Send ICE servers with fresh credentials. The open socket is proof of the membership: it is closed with it."""
        if ratelimit.consume_here(ratelimit.TURN, member.entry.member):
            self.error(ErrorCode.SLOW_DOWN, "")
            return
        servers = ice_servers(UUID(member.entry.member))
        self.outgoing.send_text(encode(Ice(servers.servers, servers.ttl)))


_FAILURES: dict[type[Exception], CloseCode] = {
    RoomFull: CloseCode.ROOM_FULL,
    PidTaken: CloseCode.BAD_MESSAGE,
    PresenceDown: CloseCode.JOIN_TIMEOUT,
    Unavailable: CloseCode.JOIN_TIMEOUT,
}
