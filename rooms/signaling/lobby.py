"""The door of the rooms: who waits there on a socket of this process, and how hosts hear of it and answer.

Somebody who waits is authenticated and no member: no roster names them, nothing is relayed to or from them, and they
get no ICE servers. What the processes tell each other about them is said again every few seconds instead of being
stored, so a process that dies or was out of touch leaves nothing behind that somebody would have to put right.
"""

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from msgspec import Raw

from rooms.live.close_codes import CloseCode
from rooms.live.events import Answered, AnyEvent, DoorEvent, Entry, HostCame, Knocked, KnockEnded
from rooms.live.presence import PresenceDown, RoomFull
from rooms.models import Door
from rooms.permissions import is_host

from .admission import Admission, Refused, Unavailable, admit, let_in
from .deadlines import end_of
from .limits import KNOCK_SECONDS, MOST_WAITING, WAIT_SECONDS
from .lobby_mail import tell_hosts
from .messages import ComeIn, KnockOver, Knocks, Waiting, encode
from .registry import Room, Socket, Waiter, as_peer

if TYPE_CHECKING:
    from .hub import Hub

logger = logging.getLogger(__name__)

KNOCK, HOST = "knock", "host"  # what somebody waits for: a host's answer, or that a host comes
NOTHING = b'""'


class Lobby:
    """Those who wait on this process, by room and membership."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._rooms: dict[int, dict[str, Waiter]] = {}

    async def knock(self, socket: Socket, admission: Admission, entry: Entry, *, lobby: bool) -> None:
        """Let somebody wait, or tell them at once that they may come in. Raises `RoomFull` or `PresenceDown`."""
        waiting = self._rooms.get(admission.room_id, {})
        former = waiting.get(entry.member)
        if former is None and len(waiting) >= MOST_WAITING:
            raise RoomFull
        hosts = await self.hosts_in(admission.room_id)
        until = time.monotonic() + WAIT_SECONDS
        end = end_of(admission.room_expires, admission.member_expires)
        waiter = Waiter(socket, admission.room_id, admission.room, entry, lobby, until, end)
        if former is not None:
            former.socket.waiter = None
            former.socket.outbox.close(CloseCode.REPLACED)
        socket.waiter = waiter
        self._rooms.setdefault(waiter.room_id, {})[entry.member] = waiter
        self._judge(waiter, admission, hosts)
        if socket.waiter is waiter and not hosts:
            tell_hosts(waiter.room_id)

    def leave(self, socket: Socket) -> None:
        """Forget whoever waited on this socket; nothing happens when nobody does."""
        if (waiter := socket.waiter) is None:
            return
        socket.waiter = None
        socket.opened = time.monotonic()  # time to join begins now
        waiting = self._rooms.get(waiter.room_id, {})
        waiting.pop(waiter.entry.member, None)
        if not waiting:
            self._rooms.pop(waiter.room_id, None)
        if waiter.why == KNOCK:
            self._everywhere(KnockEnded(waiter.room_id, waiter.entry.member))

    def answer(self, room: int, member: str, by: str, *, admitted: bool, body: bytes = NOTHING) -> None:
        """Give a host's answer to whoever knocks, wherever they wait."""
        self._everywhere(Answered(room, member, by, admitted, body))

    def host_came(self, room: Room) -> None:
        """Tell those who wait that a host has joined, where the door makes anybody wait."""
        if room.info.door == Door.KNOCK or room.info.host_needed:
            self._everywhere(HostCame(room.id))

    def review(self, room: int) -> None:
        """Ask anew what keeps those who wait for a room: it, or who is inside, has changed."""
        if room in self._rooms:
            self._hub.spawn(self._review(room))

    def review_all(self) -> None:
        """Review all rooms: what changed while Redis was away was not heard."""
        for room in tuple(self._rooms):
            self.review(room)

    def handle(self, event: DoorEvent) -> None:
        """Act on news of this or of another process."""
        match event:
            case Knocked(room, entry):
                self._tell_hosts(room, encode(Knocks(as_peer(entry))))
            case KnockEnded(room, member):
                self._tell_hosts(room, encode(KnockOver(member)))
            case HostCame(room):
                self.review(room)
            case Answered(room, member):
                waiter = self._rooms.get(room, {}).get(member)
                if waiter is not None and waiter.why == KNOCK:
                    self._hub.spawn(self._answered(waiter, event))

    async def keep(self) -> None:
        """Say every few seconds who waits, and let in or send away those whose waiting is over."""
        while True:
            await asyncio.sleep(KNOCK_SECONDS)
            for room in tuple(self._rooms):
                try:
                    await self._renew(room)
                except PresenceDown:
                    pass  # nothing can be said about hosts just now
                except Exception:
                    logger.exception("Those who wait could not be looked after")

    async def _renew(self, room: int) -> None:
        hosts = await self.hosts_in(room)
        for waiter in tuple(self._rooms.get(room, {}).values()):
            if waiter.socket.outbox.code is not None:
                self.leave(waiter.socket)
            elif waiter.end is not None and waiter.end.at <= time.time():
                self._send_away(waiter, waiter.end.code)
            elif time.monotonic() > waiter.until:
                self._send_away(waiter, CloseCode.NOBODY_ANSWERED)
            elif waiter.why == KNOCK:
                self._tell(waiter, KNOCK, hosts)
                self._everywhere(Knocked(room, waiter.entry))
            elif hosts:
                self._come_in(waiter)

    async def _review(self, room: int) -> None:
        try:
            hosts = await self.hosts_in(room)
            for waiter in tuple(self._rooms.get(room, {}).values()):
                try:
                    admission = await admit(waiter.socket.session_key, waiter.info.slug)
                except Refused as refused:
                    self._send_away(waiter, refused.code)
                else:
                    self._judge(waiter, admission, hosts)
        except (PresenceDown, Unavailable):
            return  # said again in a few seconds, or asked anew by whoever waits

    def _judge(self, waiter: Waiter, admission: Admission, hosts: bool) -> None:
        if waiter.socket.waiter is not waiter:
            return
        changed, waiter.info = waiter.info != admission.room, admission.room
        waiter.end = end_of(admission.room_expires, admission.member_expires)
        if waiter.lobby or admission.must_knock:
            self._tell(waiter, KNOCK, hosts, again=changed)
            self._everywhere(Knocked(waiter.room_id, waiter.entry))
        elif admission.requires_host and not hosts:
            self._tell(waiter, HOST, hosts, again=changed)
        else:
            self._come_in(waiter)

    async def _answered(self, waiter: Waiter, answer: Answered) -> None:
        if not answer.admitted:
            self._send_away(waiter, CloseCode.DENIED)
            return
        try:
            await let_in(answer.member)
        except Unavailable:
            self._send_away(waiter, CloseCode.JOIN_TIMEOUT)
            return
        self._come_in(waiter, answer.by, answer.body)

    def _come_in(self, waiter: Waiter, by: str = "", body: bytes = NOTHING) -> None:
        if waiter.socket.waiter is waiter:
            self.leave(waiter.socket)
            waiter.socket.outbox.text(encode(ComeIn(by, Raw(body))))

    def _send_away(self, waiter: Waiter, code: CloseCode) -> None:
        if waiter.socket.waiter is waiter:
            self.leave(waiter.socket)
            waiter.socket.outbox.close(code)

    def _tell(self, waiter: Waiter, why: str, hosts: bool, *, again: bool = False) -> None:
        if again or (waiter.why, waiter.hosts) != (why, hosts):
            waiter.why, waiter.hosts = why, hosts
            left = max(0, round(waiter.until - time.monotonic()))
            waiter.socket.outbox.text(encode(Waiting(why, hosts, left, waiter.info)))

    def _tell_hosts(self, room_id: int, frame: str) -> None:
        if room := self._hub.rooms.get(room_id):
            for member in tuple(room.local.values()):
                if is_host(member.entry.role):
                    member.socket.outbox.text(frame)

    async def hosts_in(self, room: int) -> bool:
        """Say whether a host is inside. Raises `PresenceDown`."""
        entries, _ = await self._hub.presence.roster(room)
        return any(is_host(entry.role) for entry in entries)

    def _everywhere(self, event: AnyEvent) -> None:
        if self._hub.mailbox:
            self._hub.spawn(self._broadcast(event))
        else:
            self._hub.handle(event)

    async def _broadcast(self, event: AnyEvent) -> None:
        try:
            if self._hub.mailbox:
                await self._hub.mailbox.broadcast(event)
        except Exception as error:
            # Redis is away. A knock is said again; an answer that got lost leaves the card where it was.
            logger.warning("The other processes did not hear from the door: %s", type(error).__name__)
