"""What server processes send each other through their mailboxes. No browser can send any of it."""

from enum import StrEnum

import msgspec
from msgspec import Struct

from .close_codes import CloseCode

GROUP = "signaling.all"  # the group of the channel layer that every process's mailbox is in
_MESSAGE_TYPE = "signaling.mail"


class PresenceEntry(Struct, frozen=True, array_like=True, gc=False):
    """A person's tab in a room, as the presence store keeps it.

    `process` is the mailbox of the server process that holds the socket, `socket` distinguishes a tab's old socket
    from its new one, `order` is the position in the order of arrival, `hello` is JSON exactly as the browser wrote it.
    `since` is when the tab joined, in milliseconds since 1970; a tab that was cut off says for how long it was inside.
    """

    pid: str
    member: str
    role: str
    hello: bytes
    process: str
    socket: str
    order: int = 0
    since: int = 0


class Scope(StrEnum):
    """Which sockets a `Close` applies to."""

    ROOM = "room"
    MEMBERSHIP = "membership"
    USER = "user"
    SESSION = "session"


class Event(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Base class of all events."""


class Deliver(Event, frozen=True):
    """Send a finished frame to one member."""

    room: int
    pid: str
    text: str


class MemberJoined(Event, frozen=True):
    """A member has joined, or joined again."""

    room: int
    entry: PresenceEntry
    seq: int


class MemberLeft(Event, frozen=True):
    """A member has left; `final` when the server removed them and they may not come back."""

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


class SessionRekeyed(Event, frozen=True):
    """A browser session goes on under a new key: sockets opened under `old` now belong to `new`."""

    old: str
    new: str


class RoomChanged(Event, frozen=True):
    """Read a room's row again and send it to the members here."""

    room: int


class KnockRenewed(Event, frozen=True):
    """A guest is knocking; repeated every few seconds for as long as they do."""

    room: int
    entry: PresenceEntry


class KnockEnded(Event, frozen=True):
    """A guest has stopped knocking, for whatever reason."""

    room: int
    member: str


class KnockAnswered(Event, frozen=True):
    """A host (the peer `by`) admits a knocking guest or turns them away; `body` is for the guest, JSON as written."""

    room: int
    member: str
    by: str
    admitted: bool
    body: bytes


class HostJoined(Event, frozen=True):
    """A host has joined: guests who wait for one may come in, and hosts must learn who is knocking."""

    room: int


class TurnedAway(Event, frozen=True):
    """A person was turned away; for the hosts inside. `label` is the link's, `at` Unix time in milliseconds."""

    room: int
    reason: str
    label: str
    at: int


class OccupancyChanged(Event, frozen=True):
    """People have joined or left these rooms: those who watch them from outside must learn it."""

    rooms: list[int]


class UserRoomsChanged(Event, frozen=True):
    """An account has gained a room: its open dashboards must learn it."""

    user: int


class TransfersChanged(Event, frozen=True):
    """What waits for or from these memberships has changed: their open pages must learn it."""

    members: list[str]


class Probe(Event, frozen=True):
    """A process's message to itself: proof that its mailbox still receives, directly or by the group."""

    process: str
    number: int
    by_group: bool


LobbyEvent = KnockRenewed | KnockEnded | KnockAnswered | HostJoined | TurnedAway
WatchEvent = OccupancyChanged | UserRoomsChanged | TransfersChanged
AnyEvent = (
    Deliver
    | MemberJoined
    | MemberLeft
    | Replace
    | Resync
    | Close
    | SessionRekeyed
    | RoomChanged
    | Probe
    | LobbyEvent
    | WatchEvent
)


def shard_key(event: AnyEvent) -> int:
    """Return the number by which the server that carries an event to all processes is found.

    What is about one room goes over the server of the room. What is about accounts and sessions goes over the first:
    such events have to arrive in the order in which they were sent.
    """
    match event:
        case Close(Scope.ROOM, key):
            return int(key)
        case OccupancyChanged(rooms):
            return rooms[0] if rooms else 0
    room: int = getattr(event, "room", 0)
    return room


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[AnyEvent])


def pack(*events: AnyEvent) -> dict[str, object]:
    """Return events as one message of the channel layer."""
    return {"type": _MESSAGE_TYPE, "items": _encoder.encode(events)}


def unpack(message: dict[str, object]) -> list[AnyEvent]:
    """Return the events of `pack`. Raises `ValueError` for any other message."""
    items = message.get("items")
    if not isinstance(items, bytes):
        raise ValueError("not a message of this release")
    return _decoder.decode(items)
