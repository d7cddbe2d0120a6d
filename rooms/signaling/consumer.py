"""One socket of the signaling server: what a browser may ask for, and in which order."""

import logging
import time
from typing import Any
from uuid import UUID

from channels.consumer import AsyncConsumer
from django.conf import settings

from rooms.ice import ice_servers
from rooms.live.close_codes import CloseCode, ErrorCode
from rooms.live.events import Entry
from rooms.live.presence import PidTaken, PresenceDown, RoomFull
from rooms.permissions import is_host

from .admission import Admission, Refused, Unavailable, admit, take_knock
from .hub import Hub
from .limits import BAD_MESSAGES, TokenBucket
from .lobby import NOTHING
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
from .registry import Member, Socket, new_socket_id
from .send_buffer import Outbox

logger = logging.getLogger(__name__)

NORMAL = 1000


class SignalingConsumer(AsyncConsumer):
    """Serves `/ws/rooms/<slug>`.

    It keeps Channels' shape and replaces its loop: a plain receive loop without a channel-layer channel a socket and
    without a look at the database a message.
    """

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one connection until it ends."""
        self.hub = hub = Hub.current()
        self.slug: str = scope["url_route"]["kwargs"]["slug"]
        now = time.monotonic()
        self.outbox = Outbox(send)
        self.socket = Socket(self.outbox, scope["cookies"].get(settings.SESSION_COOKIE_NAME, ""), now)
        self.bucket = TokenBucket(now)
        self.bad = 0
        self.told_slow = 0.0
        await receive()  # websocket.connect
        hub.sockets.add(self.socket)
        try:
            await send({"type": "websocket.accept"})
            if hub.draining:
                self.outbox.close(CloseCode.DRAINING)
            while (event := await receive())["type"] == "websocket.receive":
                if self.outbox.code is None:
                    try:
                        await self.take(event.get("text"))
                    except Exception:
                        logger.exception("A signaling message could not be acted upon")
                        self.outbox.close(CloseCode.JOIN_TIMEOUT)
        finally:
            hub.sockets.discard(self.socket)
            try:
                hub.lobby.leave(self.socket)
                if self.socket.member is not None:
                    await hub.leave(self.socket.member)
            finally:
                self.socket.ended.set()

    async def take(self, text: str | None) -> None:
        """Act on one frame."""
        now = time.monotonic()
        if not self.bucket.take(now):
            self.refuse_flood(now)
            return
        if text is None or len(text) > MAX_FRAME:
            if text is None:
                self.refuse_bad()
            else:
                self.outbox.close(CloseCode.TOO_LARGE)
            return
        try:
            message = decode(text)
        except BadMessage:
            self.refuse_bad()
            return
        if type(message) is Relay:
            self.relay(message)
        elif type(message) is Ping:
            self.outbox.text(encode(Pong(message.n)))
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
            await self.answer(self.socket.member, message)
        elif type(message) is Leave:
            self.outbox.close(NORMAL)
            self.hub.spawn(self.hub.tally.add(message.paths))
            await self.hub.leave(self.socket.member)

    def relay(self, message: Relay) -> None:
        """Hand a body to one peer, whatever it says."""
        member = self.socket.member
        if member is None:
            self.error(ErrorCode.NOT_JOINED, "relay")
        elif len(message.body) > MAX_BODY + 2:
            self.error(ErrorCode.TOO_LARGE, message.to)
        elif not self.hub.deliver(member.room, message.to, relayed(member.entry.pid, message.body)):
            self.error(ErrorCode.UNKNOWN_PEER, message.to)

    async def ask(self, message: Join | Knock) -> Admission | None:
        """Ask whether whoever is at this socket may enter; None when the socket was ended, or is in use already."""
        hub, socket = self.hub, self.socket
        if socket.member is not None or socket.waiter is not None:
            self.error(ErrorCode.ALREADY_JOINED, type_of[type(message)])
            return None
        if message.v != VERSION:
            self.outbox.close(CloseCode.VERSION)
            return None
        began = time.monotonic()
        try:
            admission = await admit(socket.session_key, self.slug)
        except Refused as refused:
            self.outbox.close(refused.code)
            return None
        except Unavailable:
            self.outbox.close(CloseCode.JOIN_TIMEOUT)
            return None
        socket.room_id, socket.membership, socket.user_id = admission.room_id, admission.member, admission.user_id
        if (code := hub.closed_since(began, socket)) is not None:
            self.outbox.close(code)
        return None if self.outbox.code is not None else admission

    async def knock(self, message: Knock) -> None:
        """Wait at the door, or hear that there is nothing to wait for."""
        if (admission := await self.ask(message)) is None:
            return
        entry = Entry(message.pid, admission.member, admission.role, bytes(message.hello), "", new_socket_id())
        try:
            if not await take_knock(admission.member):
                self.outbox.close(CloseCode.FLOODING)
                return
            await self.hub.lobby.knock(self.socket, admission, entry, lobby=message.lobby)
        except (RoomFull, PresenceDown, Unavailable) as failure:
            self.outbox.close(_FAILURES[type(failure)])

    async def answer(self, member: Member, message: Admit | Deny) -> None:
        """Let somebody in who waits, or send them away; the right to do so is looked up anew."""
        try:
            admission = await admit(self.socket.session_key, self.slug)
        except (Refused, Unavailable):
            return
        if not is_host(admission.role):
            self.error(ErrorCode.NOT_ALLOWED, type_of[type(message)])
            return
        body = bytes(message.body) if isinstance(message, Admit) else NOTHING
        admitted = isinstance(message, Admit)
        self.hub.lobby.answer(member.room.id, message.member, member.entry.pid, admitted=admitted, body=body)

    async def join(self, message: Join) -> None:
        """Enter the room, or end the socket with the reason why not."""
        hub, socket = self.hub, self.socket
        if (admission := await self.ask(message)) is None:
            return
        if admission.must_knock or (admission.requires_host and not await hub.lobby.hosts_in(admission.room_id)):
            self.outbox.close(CloseCode.KNOCK_FIRST)
            return
        room = hub.open(admission.room_id, admission.room, admission.room_expires)
        place = Entry(message.pid, admission.member, admission.role, bytes(message.hello), "", new_socket_id())
        socket.member = member = Member(socket, room, place, admission.member_expires)
        try:
            peers, seq, later = await hub.join(member, admission.room.max_people)
        except (RoomFull, PidTaken, PresenceDown) as failure:
            socket.member = None
            self.outbox.close(_FAILURES[type(failure)])
            return
        self.outbox.text(
            encode(
                Joined(
                    pid=message.pid,
                    member=admission.member,
                    role=admission.role,
                    room=room.info,
                    peers=peers,
                    seq=seq,
                    ice=admission.ice,
                    ice_ttl=admission.ice_ttl,
                    now=int(time.time() * 1000),
                )
            )
        )
        for frame in later:
            self.outbox.text(frame)
        if is_host(admission.role):
            hub.lobby.host_came(room)

    async def sync(self, member: Member) -> None:
        """Send the roster."""
        try:
            entries, seq = await self.hub.presence.roster(member.room.id)
        except PresenceDown:
            return  # a roster comes by itself when the store is back
        self.outbox.text(self.hub.roster_frame(member.room, entries, seq, member.entry.pid))

    def refresh(self, member: Member) -> None:
        """Send ICE servers with fresh credentials. The socket itself proves the membership: it ends with it."""
        servers = ice_servers(UUID(member.entry.member))
        self.outbox.text(encode(Ice(servers.servers, servers.ttl)))

    def error(self, code: ErrorCode, about: str) -> None:
        """Say that a message was not acted upon."""
        self.outbox.text(encode(Error(code, about)))

    def refuse_bad(self) -> None:
        """Count a frame that is no message of this protocol."""
        self.bad += 1
        if self.bad >= BAD_MESSAGES:
            self.outbox.close(CloseCode.BAD_MESSAGE)
        else:
            self.error(ErrorCode.BAD_MESSAGE, "")

    def refuse_flood(self, now: float) -> None:
        """Drop a message; say so at most once a second, and close the socket of one who goes on."""
        if self.bucket.overdone:
            self.outbox.close(CloseCode.FLOODING)
        elif now - self.told_slow >= 1.0:
            self.told_slow = now
            self.error(ErrorCode.SLOW_DOWN, "")


_FAILURES: dict[type[Exception], CloseCode] = {
    RoomFull: CloseCode.ROOM_FULL,
    PidTaken: CloseCode.BAD_MESSAGE,
    PresenceDown: CloseCode.JOIN_TIMEOUT,
    Unavailable: CloseCode.JOIN_TIMEOUT,
}
