"""The sockets of this process, and the rooms their members are in."""

import asyncio
from dataclasses import dataclass, field
from uuid import uuid4

from msgspec import Raw

from .events import Entry
from .messages import Peer, RoomInfo
from .outbox import Outbox


@dataclass(slots=True, eq=False)
class Socket:
    """One connection, from its acceptance to its end."""

    outbox: Outbox
    session_key: str
    opened: float
    member: "Member | None" = None
    room_id: int | None = None
    membership: str = ""
    user_id: int | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, eq=False)
class Member:
    """Somebody in a room on a socket of this process; `expires` is in seconds since the epoch."""

    socket: Socket
    room: "Room"
    entry: Entry
    expires: float | None

    def peer(self) -> Peer:
        """Return what the others see."""
        return as_peer(self.entry)


@dataclass(slots=True, eq=False)
class Room:
    """A room that has members on this process; `remote` is where the members of other processes are."""

    id: int
    info: RoomInfo
    expires: float | None = None
    local: dict[str, Member] = field(default_factory=dict)
    remote: dict[str, Entry] = field(default_factory=dict)
    seq: int = 0
    waiting: int = 0  # joins under way
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def processes(self) -> set[str]:
        """Return the other processes that have members here."""
        return {entry.process for entry in self.remote.values()}

    def tell(self, frame: str, but: Member | None = None) -> None:
        """Send a frame to every member on this process."""
        for member in tuple(self.local.values()):
            if member is not but:
                member.socket.outbox.text(frame)


def as_peer(entry: Entry) -> Peer:
    """Return a place in the room as the others see it."""
    return Peer(entry.pid, entry.member, entry.role, Raw(entry.hello))


def new_socket_id() -> str:
    """Return a name that tells one socket from every other."""
    return uuid4().hex
