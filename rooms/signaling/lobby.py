"""The lobby of each room: guests who knock on a socket of this process, how hosts learn of them and answer.

A guest who knocks is authenticated but no member: they are in no roster, nothing is relayed to or from them, and they
get no ICE servers. What processes send each other about a guest is repeated every few seconds instead of being stored,
so a process that dies or loses touch leaves nothing behind that would have to be cleaned up.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any, Protocol

from msgspec import Raw

from rooms.live.close_codes import CloseCode
from rooms.live.events import (
    AnyEvent,
    HostJoined,
    KnockAnswered,
    KnockEnded,
    KnockRenewed,
    LobbyEvent,
    PresenceEntry,
    TurnedAway,
)
from rooms.live.presence import PresenceDown, RoomFull, Rosters
from rooms.models import JoinRule, TurnedAwayReason
from rooms.permissions import is_host

from . import messages
from .admission import EntryGrant, Refused, authorize, record_admission, record_turned_away
from .database.queue import Unavailable
from .deadlines import next_deadline
from .limits import KNOCK_SECONDS, KNOCK_TIMEOUT_SECONDS, MAX_KNOCKING
from .lobby_mail import mail_hosts
from .registry import KnockingGuest, LiveRoom, Socket, as_peer
from .watch.watchers import Watchers

logger = logging.getLogger(__name__)

KNOCK, HOST = "knock", "host"  # what a guest waits for: a host's answer, or a host to join
EMPTY_BODY = b'""'


_TURNED_AWAY = {
    CloseCode.DENIED: TurnedAwayReason.DECLINED,
    CloseCode.KNOCK_TIMEOUT: TurnedAwayReason.UNANSWERED,
    CloseCode.LOCKED: TurnedAwayReason.LOCKED,
}


class LobbyHub(Protocol):
    """What the lobby needs of its hub."""

    presence: Rosters
    several_processes: bool
    rooms: dict[int, LiveRoom]
    watchers: Watchers

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> object:
        """Run a coroutine in the background."""

    def handle(self, event: AnyEvent) -> None:
        """Act on an event, as if it came from another process."""

    async def broadcast(self, event: AnyEvent) -> None:
        """Send an event to every process; raises `PresenceDown`."""


class Lobby:
    """The guests who knock on this process, by room and membership."""

    def __init__(self, hub: LobbyHub) -> None:
        self._hub = hub
        self._rooms: dict[int, dict[str, KnockingGuest]] = {}

    async def knock(self, socket: Socket, grant: EntryGrant, entry: PresenceEntry, *, lobby: bool) -> None:
        """Make a guest wait, or admit them at once. Raises `RoomFull` or `PresenceDown`."""
        guests = self._rooms.get(grant.room_id, {})
        former = guests.get(entry.member)
        if former is None and len(guests) >= MAX_KNOCKING:
            raise RoomFull
        hosts = await self.hosts_in(grant.room_id)
        times_out_at = time.monotonic() + KNOCK_TIMEOUT_SECONDS
        deadline = next_deadline(grant.room_expires, grant.member_expires)
        guest = KnockingGuest(socket, grant.room_id, grant.room, entry, lobby, times_out_at, deadline)
        if former is not None:
            former.socket.guest = None
            former.socket.outgoing.close(CloseCode.REPLACED)
        socket.guest = guest
        self._rooms.setdefault(guest.room_id, {})[entry.member] = guest
        self._update_guest(guest, grant, hosts)
        if socket.guest is guest and not hosts:
            mail_hosts(guest.room_id)

    def leave(self, socket: Socket) -> None:
        """Forget the guest who knocks on this socket, if there is one."""
        if (guest := socket.guest) is None:
            return
        socket.guest = None
        socket.opened = time.monotonic()  # the time to join begins now
        guests = self._rooms.get(guest.room_id, {})
        guests.pop(guest.entry.member, None)
        if not guests:
            self._rooms.pop(guest.room_id, None)
        if guest.waiting_for == KNOCK:
            self._broadcast(KnockEnded(guest.room_id, guest.entry.member))

    def answer(self, room: int, member: str, by: str, *, admitted: bool, body: bytes = EMPTY_BODY) -> None:
        """Pass a host's answer to the guest who knocks, on any process."""
        self._broadcast(KnockAnswered(room, member, by, admitted, body))

    def host_joined(self, room: LiveRoom) -> None:
        """Notify waiting guests that a host has joined, in rooms whose rules can make guests wait."""
        if room.info.join_rule == JoinRule.KNOCK or room.info.requires_host:
            self._broadcast(HostJoined(room.id))

    def review(self, room: int) -> None:
        """Check again what keeps the guests of a room waiting: the room, or who is inside, has changed."""
        if room in self._rooms:
            self._hub.spawn(self._review(room))

    def review_all(self) -> None:
        """Review all rooms: changes made while Redis was unreachable did not arrive."""
        for room in tuple(self._rooms):
            self.review(room)

    def handle(self, event: LobbyEvent) -> None:
        """Act on an event of this or another process."""
        match event:
            case KnockRenewed(room, entry):
                self._send_to_hosts(room, messages.Knocks(as_peer(entry)))
                self._hub.watchers.on_knock(room, as_peer(entry))
            case KnockEnded(room, member):
                self._send_to_hosts(room, messages.KnockEnded(member))
                self._hub.watchers.on_knock_ended(room, member)
            case HostJoined(room):
                self.review(room)
            case TurnedAway(room, reason, label, at):
                self._send_to_hosts(room, messages.TurnedAway(reason, label, at))
                self._hub.watchers.on_room_changed(room)
            case KnockAnswered(room, member):
                guest = self._rooms.get(room, {}).get(member)
                if guest is not None and guest.waiting_for == KNOCK:
                    self._hub.spawn(self._on_answer(guest, event))

    async def run(self) -> None:
        """Every few seconds, renew the knocks, and admit or reject the guests who need wait no longer."""
        while True:
            await asyncio.sleep(KNOCK_SECONDS)
            for room in tuple(self._rooms):
                try:
                    await self._renew(room)
                except PresenceDown:
                    pass  # whether a host is inside is unknown just now
                except Exception:
                    logger.exception("The knocks of a room could not be renewed")

    async def _renew(self, room: int) -> None:
        hosts = await self.hosts_in(room)
        for guest in tuple(self._rooms.get(room, {}).values()):
            if guest.socket.outgoing.code is not None:
                self.leave(guest.socket)
            elif guest.deadline is not None and guest.deadline.at <= time.time():
                self._reject(guest, guest.deadline.code)
            elif time.monotonic() > guest.times_out_at:
                self._reject(guest, CloseCode.KNOCK_TIMEOUT)
            elif guest.waiting_for == KNOCK:
                self._send_waiting(guest, KNOCK, hosts)
                self._broadcast(KnockRenewed(room, guest.entry))
            elif hosts:
                self._admit(guest)

    async def _review(self, room: int) -> None:
        try:
            hosts = await self.hosts_in(room)
            for guest in tuple(self._rooms.get(room, {}).values()):
                try:
                    grant = await authorize(guest.socket.session_key, guest.info.slug)
                except Refused as refused:
                    self._reject(guest, refused.code)
                else:
                    self._update_guest(guest, grant, hosts)
        except (PresenceDown, Unavailable):
            return  # the knock is renewed in a few seconds anyway, or the guest knocks again

    def _update_guest(self, guest: KnockingGuest, grant: EntryGrant, hosts: bool) -> None:
        if guest.socket.guest is not guest:
            return
        changed, guest.info = guest.info != grant.room, grant.room
        guest.deadline = next_deadline(grant.room_expires, grant.member_expires)
        if guest.lobby or grant.must_knock:
            self._send_waiting(guest, KNOCK, hosts, room_changed=changed)
            self._broadcast(KnockRenewed(guest.room_id, guest.entry))
        elif grant.requires_host and not hosts:
            self._send_waiting(guest, HOST, hosts, room_changed=changed)
        else:
            self._admit(guest)

    async def _on_answer(self, guest: KnockingGuest, answer: KnockAnswered) -> None:
        if not answer.admitted:
            self._reject(guest, CloseCode.DENIED)
            return
        try:
            await record_admission(answer.member)
        except Unavailable:
            self._reject(guest, CloseCode.JOIN_TIMEOUT)
            return
        self._admit(guest, answer.by, answer.body)

    def _admit(self, guest: KnockingGuest, by: str = "", body: bytes = EMPTY_BODY) -> None:
        if guest.socket.guest is guest:
            self.leave(guest.socket)
            guest.socket.outgoing.send_text(messages.encode(messages.Admitted(by, Raw(body))))

    def _reject(self, guest: KnockingGuest, code: CloseCode) -> None:
        if guest.socket.guest is guest:
            self.leave(guest.socket)
            guest.socket.outgoing.close(code)
            if code in _TURNED_AWAY:
                self._hub.spawn(record_turned_away(guest.entry.member, _TURNED_AWAY[code]))

    def _send_waiting(self, guest: KnockingGuest, what: str, hosts: bool, *, room_changed: bool = False) -> None:
        if room_changed or (guest.waiting_for, guest.hosts) != (what, hosts):
            guest.waiting_for, guest.hosts = what, hosts
            left = max(0, round(guest.times_out_at - time.monotonic()))
            guest.socket.outgoing.send_text(messages.encode(messages.Waiting(what, hosts, left, guest.info)))

    def _send_to_hosts(self, room_id: int, message: messages.ServerMessage) -> None:
        if room := self._hub.rooms.get(room_id):
            frame = messages.encode(message)
            for member in tuple(room.local.values()):
                if is_host(member.entry.role):
                    member.socket.outgoing.send_text(frame)

    async def hosts_in(self, room: int) -> bool:
        """Return whether a host is inside. Raises `PresenceDown`."""
        entries, _ = await self._hub.presence.roster(room)
        return any(is_host(entry.role) for entry in entries)

    def _broadcast(self, event: AnyEvent) -> None:
        if self._hub.several_processes:
            self._hub.spawn(self._send_to_all_processes(event))
        else:
            self._hub.handle(event)

    async def _send_to_all_processes(self, event: AnyEvent) -> None:
        try:
            await self._hub.broadcast(event)
        except PresenceDown:
            # A knock is renewed soon; after a lost answer the host still sees the knock and can answer again.
            logger.warning("An event of the lobby did not reach the other processes")
