"""What server processes tell each other through their mailboxes. None of this can be reached from a browser."""

from enum import StrEnum

import msgspec
from msgspec import Struct

from .close_codes import CloseCode


class Entry(Struct, frozen=True, array_like=True, gc=False):
    """Somebody's place in a room, as the presence store keeps it.

    `process` is the mailbox of the server process that holds the socket, `socket` tells a tab's old socket
    from its new one, `order` is the place in the order of arrival, `hello` is JSON as it was written.
    """

    pid: str
    member: str
    role: str
    hello: bytes
    process: str
    socket: str
    order: int = 0


class Scope(StrEnum):
    """Which sockets a `Close` means."""

    ROOM = "room"
    MEMBERSHIP = "membership"
    USER = "user"
    SESSION = "session"


class Event(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """An item of mail."""


class Deliver(Event, frozen=True):
    """Hand a finished frame to one member."""

    room: int
    pid: str
    text: str


class Arrived(Event, frozen=True):
    """Somebody has joined, or joined again."""

    room: int
    entry: Entry
    seq: int


class Departed(Event, frozen=True):
    """Somebody has gone; `final` when they were put out and may not come back."""

    room: int
    pid: str
    seq: int
    final: bool = False


class Replace(Event, frozen=True):
    """Close one socket that a newer one has replaced."""

    room: int
    pid: str
    socket: str


class Resync(Event, frozen=True):
    """Read a room's roster again and send it to the members here."""

    room: int


class Close(Event, frozen=True):
    """Close every socket of a room, membership, user or session."""

    scope: Scope
    key: str
    code: CloseCode


class SessionMoved(Event, frozen=True):
    """A browser session goes on under another key: what its sockets opened under `old` belongs to `new`."""

    old: str
    new: str


class Changed(Event, frozen=True):
    """Read a room's row again and tell the members here."""

    room: int


class Knocked(Event, frozen=True):
    """Somebody waits to be let in: said again and again as long as they do."""

    room: int
    entry: Entry


class KnockEnded(Event, frozen=True):
    """Somebody waits no more."""

    room: int
    member: str


class Answered(Event, frozen=True):
    """A host (the peer `by`) lets somebody in who waits, or does not; `body` is for them, JSON as it was written."""

    room: int
    member: str
    by: str
    admitted: bool
    body: bytes


class HostCame(Event, frozen=True):
    """A host has joined: whoever waits for one may come in, and whoever knocks is to be heard."""

    room: int


class Probe(Event, frozen=True):
    """A process's letter to itself: proof that its mailbox still receives, directly or by the group."""

    process: str
    number: int
    by_group: bool


DoorEvent = Knocked | KnockEnded | Answered | HostCame
AnyEvent = Deliver | Arrived | Departed | Replace | Resync | Close | SessionMoved | Changed | Probe | DoorEvent
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[AnyEvent])


def pack(events: list[AnyEvent]) -> bytes:
    """Return mail as bytes."""
    return _encoder.encode(events)


def unpack(data: bytes) -> list[AnyEvent]:
    """Return the items of `pack`. Raises `msgspec.MsgspecError`."""
    return _decoder.decode(data)
