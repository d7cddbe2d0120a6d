"""One socket of the signaling server: which messages a browser may send, and in which order."""

import logging
import time
from typing import Any
from uuid import UUID

from channels.consumer import AsyncConsumer
from django.conf import settings

from rooms.ice import ice_servers
from rooms.live.close_codes import CloseCode, ErrorCode
from rooms.live.events import PresenceEntry
from rooms.live.presence import PidTaken, PresenceDown, RoomFull
from rooms.models import TurnedAwayReason
from rooms.permissions import is_host

from .admission import EntryGrant, Refused, Unavailable, authorize, consume_knock, record_refused, record_turned_away
from .limits import BAD_MESSAGES, TokenBucket
from .lobby import EMPTY_BODY
from .messages import (
    MAX_BODY,
    MAX_FRAME,
    VERSION,
    Admit,
    BadMessage,
    Deny,
    Error,
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
    decode,
    encode,
    relayed,
    type_of,
)
from .process import current_hub
from .registry import Member, Socket, new_socket_id
from .send_buffer import SendBuffer

logger = logging.getLogger(__name__)

NORMAL = 1000


class SignalingConsumer(AsyncConsumer):
    """Serves `/ws/rooms/<slug>`.

    It has the interface of a Channels consumer and replaces its loop by a plain receive loop: no channel of the channel
    layer per socket, and no database connection handling per message.
    """

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one connection until it ends."""
        self.hub = hub = current_hub()
        self.slug: str = scope["url_route"]["kwargs"]["slug"]
        now = time.monotonic()
        self.outgoing = SendBuffer(send)
        self.socket = Socket(self.outgoing, scope["cookies"].get(settings.SESSION_COOKIE_NAME, ""), now)
        self.bucket = TokenBucket(now)
        self.bad_frames = 0
        self.warned_at = 0.0
        await receive()  # websocket.connect
        hub.sockets.add(self.socket)
        try:
            await send({"type": "websocket.accept"})
            if hub.draining:
                self.outgoing.close(CloseCode.DRAINING)
            while (event := await receive())["type"] == "websocket.receive":
                if self.outgoing.code is None:
                    try:
                        await self.handle_frame(event.get("text"))
                    except Exception:
                        logger.exception("A signaling message could not be handled")
                        self.outgoing.close(CloseCode.JOIN_TIMEOUT)
        finally:
            hub.sockets.discard(self.socket)
            try:
                hub.lobby.leave(self.socket)
                if self.socket.member is not None:
                    await hub.leave(self.socket.member)
            finally:
                self.socket.ended.set()

    async def handle_frame(self, text: str | None) -> None:
        """Act on one text frame; None is a binary one."""
        now = time.monotonic()
        if not self.bucket.consume(now):
            self.refuse_flood(now)
            return
        if text is None or len(text) > MAX_FRAME:
            if text is None:
                self.refuse_bad()
            else:
                self.outgoing.close(CloseCode.TOO_LARGE)
            return
        try:
            message = decode(text)
        except BadMessage:
            self.refuse_bad()
            return
        if type(message) is Relay:
            self.relay(message)
        elif type(message) is Ping:
            self.outgoing.send_text(encode(Pong(message.n)))
        elif type(message) is Join:
            await self.join(message)
        elif type(message) is Knock:
            await self.knock(message)
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
            self.hub.spawn(self.hub.path_stats.add(message.paths))
            await self.hub.leave(self.socket.member)

    def relay(self, message: Relay) -> None:
        """Pass a body on to one peer, unread."""
        member = self.socket.member
        if member is None:
            self.error(ErrorCode.NOT_JOINED, "relay")
        elif len(message.body) > MAX_BODY + 2:
            self.error(ErrorCode.TOO_LARGE, message.to)
        elif not self.hub.deliver(member.room, message.to, relayed(member.entry.pid, message.body)):
            self.error(ErrorCode.UNKNOWN_PEER, message.to)

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
            grant = await authorize(socket.session_key, self.slug)
        except Refused as refused:
            self.outgoing.close(refused.code)
            hub.spawn(record_refused(refused))
            return None
        except Unavailable:
            self.outgoing.close(CloseCode.JOIN_TIMEOUT)
            return None
        socket.room_id, socket.membership, socket.user_id = grant.room_id, grant.member, grant.user_id
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

    async def join(self, message: Join) -> None:
        """Enter the room, or close the socket with the reason why not."""
        hub, socket = self.hub, self.socket
        if (grant := await self.authorize_message(message)) is None:
            return
        if grant.must_knock or (grant.requires_host and not await hub.lobby.hosts_in(grant.room_id)):
            self.outgoing.close(CloseCode.KNOCK_REQUIRED)
            return
        room = hub.load_room(grant.room_id, grant.room, grant.room_expires)
        entry = PresenceEntry(message.pid, grant.member, grant.role, bytes(message.hello), "", new_socket_id())
        socket.member = member = Member(socket, room, entry, grant.member_expires)
        try:
            peers, seq, later = await hub.join(member, grant.room.max_people)
        except (RoomFull, PidTaken, PresenceDown) as failure:
            socket.member = None
            self.outgoing.close(_FAILURES[type(failure)])
            if isinstance(failure, RoomFull):
                hub.spawn(record_turned_away(grant.member, TurnedAwayReason.ROOM_FULL))
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
        if is_host(grant.role):
            hub.lobby.host_joined(room)

    async def sync(self, member: Member) -> None:
        """Send the roster."""
        try:
            entries, seq = await self.hub.presence.roster(member.room.id)
        except PresenceDown:
            return  # housekeeping sends a roster when the store is back
        self.outgoing.send_text(self.hub.roster_frame(member.room, entries, seq, member.entry.pid))

    def refresh(self, member: Member) -> None:
        """Send ICE servers with fresh credentials. The open socket is proof of the membership: it is closed with it."""
        servers = ice_servers(UUID(member.entry.member))
        self.outgoing.send_text(encode(Ice(servers.servers, servers.ttl)))

    def error(self, code: ErrorCode, about: str) -> None:
        """Answer that a message was not acted upon."""
        self.outgoing.send_text(encode(Error(code, about)))

    def refuse_bad(self) -> None:
        """Count a frame that is not a message of this protocol; close the socket after too many."""
        self.bad_frames += 1
        if self.bad_frames >= BAD_MESSAGES:
            self.outgoing.close(CloseCode.BAD_MESSAGE)
        else:
            self.error(ErrorCode.BAD_MESSAGE, "")

    def refuse_flood(self, now: float) -> None:
        """Drop a message and answer so at most once a second; close the socket if the flood goes on."""
        if self.bucket.exhausted:
            self.outgoing.close(CloseCode.FLOODING)
        elif now - self.warned_at >= 1.0:
            self.warned_at = now
            self.error(ErrorCode.SLOW_DOWN, "")


_FAILURES: dict[type[Exception], CloseCode] = {
    RoomFull: CloseCode.ROOM_FULL,
    PidTaken: CloseCode.BAD_MESSAGE,
    PresenceDown: CloseCode.JOIN_TIMEOUT,
    Unavailable: CloseCode.JOIN_TIMEOUT,
}
