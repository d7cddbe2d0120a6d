"""Waiting transfers on the sockets of this process: who learns that one waits, and who may stay in a transfer room."""

from collections.abc import Coroutine
from typing import Any, Protocol

from rooms.live.close_codes import CloseCode
from rooms.live.presence import PresenceDown
from rooms.live.transfer_rooms import room_of

from .admission import Refused, authorize, read_transfers
from .database.queue import Unavailable
from .lobby import Lobby
from .messages import WaitingTransfers, encode
from .registry import LiveRoom, Socket, Sockets
from .watch.watchers import Watchers


class TransfersHub(Protocol):
    """What this module needs of its hub."""

    sockets: Sockets
    lobby: Lobby
    watchers: Watchers

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> object:
        """Run a coroutine in the background."""

    def disconnect(self, socket: Socket, code: CloseCode) -> None:
        """Close a socket and remove its member."""


class Transfers:
    """Keeps open pages up to date, and transfer rooms to those who may be there."""

    def __init__(self, hub: TransfersHub) -> None:
        self._hub = hub

    def on_changed(self, members: set[str]) -> None:
        """Send to the calls and dashboards of these memberships what waits for and from them."""
        for socket in [socket for member in members for socket in self._hub.sockets.of_membership(member)]:
            if socket.in_call and socket.member is not None:
                self._hub.spawn(self._send(socket))
        self._hub.watchers.on_members(members)

    async def _send(self, socket: Socket) -> None:
        try:
            transfers = await read_transfers(socket.membership)
        except Unavailable:
            return  # the page learns it when it joins again
        socket.outgoing.send_text(encode(WaitingTransfers(transfers)))

    async def review(self, room: LiveRoom) -> None:
        """Close the sockets of people in a transfer room who could not enter the call at once any more."""
        for member in tuple(room.local.values()):
            try:
                grant = await authorize(member.socket.session_key, room.info.slug)
                waits = grant.requires_host and not await self._hub.lobby.hosts_in(room_of(room.id))
            except Refused as refusal:
                self._hub.disconnect(member.socket, refusal.code)
            except (Unavailable, PresenceDown):
                return
            else:
                if grant.must_knock or waits:
                    self._hub.disconnect(member.socket, CloseCode.KNOCK_REQUIRED)
