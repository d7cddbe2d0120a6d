"""The sockets of this process, and the rooms their members are in."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

from msgspec import Raw

from rooms.live.events import Arrived, Close, Departed, Entry, Scope

from .messages import Peer, RoomInfo
from .send_buffer import Outbox

if TYPE_CHECKING:
    from .deadlines import End


@dataclass(slots=True, eq=False)
class Socket:
    """One connection, from its acceptance to its end."""

    outbox: Outbox
    session_key: str
    opened: float
    member: "Member | None" = None
    waiter: "Waiter | None" = None
    room_id: int | None = None
    membership: str = ""
    user_id: int | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, eq=False)
class Member:
    """Somebody in a room on a socket of this process; `expires` is in seconds since the epoch.

    `since` is the number of the last whole roster this member was given: older news is no news to it. `put_out` says
    that the others are to end their connections to it when it goes. `warned_of` is the end that it was warned of.
    """

    socket: Socket
    room: "Room"
    entry: Entry
    expires: float | None
    since: int = 0
    put_out: bool = False
    warned_of: float | None = None


@dataclass(slots=True, eq=False)
class Waiter:
    """Somebody at the door, on a socket of this process: not in the roster, known to hosts alone.

    `lobby`: they need the room key from a host. `why` and `hosts` are what they were told last; `until` is monotonic.
    `end` is when their time in the room is over.
    """

    socket: Socket
    room_id: int
    info: RoomInfo
    entry: Entry
    lobby: bool
    until: float
    end: "End | None" = None
    why: str = ""
    hosts: bool = False


@dataclass(slots=True, eq=False)
class Room:
    """A room that has members on this process; `remote` is where the members of other processes are.

    `since` is the number of the roster that `remote` was last read from; `backlog` is the mail that came while a join
    was under way, which may have overtaken the store's answer.
    """

    id: int
    info: RoomInfo
    expires: float | None = None
    local: dict[str, Member] = field(default_factory=dict)
    remote: dict[str, Entry] = field(default_factory=dict)
    seq: int = 0
    since: int = 0
    backlog: list[Arrived | Departed] = field(default_factory=list)
    waiting: int = 0  # joins and leaves under way
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def processes(self) -> set[str]:
        """Return the other processes that have members here."""
        return {entry.process for entry in self.remote.values()}

    def note(self, news: Arrived | Departed) -> None:
        """Take mail about another process's member into account."""
        if news.seq <= self.since:
            return
        self.seq = max(self.seq, news.seq)
        if isinstance(news, Arrived):
            self.remote[news.entry.pid] = news.entry
        else:
            self.remote.pop(news.pid, None)

    def tell(self, frame: str, seq: int | None = None, but: Member | None = None) -> None:
        """Send a frame to every member on this process; one about the roster to those who do not know it yet."""
        for member in tuple(self.local.values()):
            if member is not but and (seq is None or seq > member.since):
                member.socket.outbox.text(frame)


def meets(event: Close, socket: Socket) -> bool:
    """Say whether an order to close means this socket."""
    match event.scope:
        case Scope.ROOM:
            return socket.room_id is not None and str(socket.room_id) == event.key
        case Scope.MEMBERSHIP:
            return socket.membership == event.key
        case Scope.USER:
            return socket.user_id is not None and str(socket.user_id) == event.key
        case Scope.SESSION:
            return socket.session_key == event.key
    return False


def as_peer(entry: Entry) -> Peer:
    """Return a place in the room as the others see it."""
    return Peer(entry.pid, entry.member, entry.role, Raw(entry.hello))


def new_socket_id() -> str:
    """Return a name that tells one socket from every other."""
    return uuid4().hex
