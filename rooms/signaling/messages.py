"""The messages between a browser and this server: the definition that `docs/protocol.md` and `wire.js` follow.

Every frame is a text frame with one JSON object, whose `type` names it. `hello` and `body` are JSON strings that the
server passes on exactly as they were written (`Raw`: checked to be valid JSON, never decoded or encoded again).
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from rooms.live.close_codes import ErrorCode
from rooms.live.path_stats import PathCounts

VERSION = 1
MAX_FRAME = 65_536  # bytes of a frame; a larger one ends the socket
MAX_HELLO = 4_096  # bytes between the quotes, as written on the wire
MAX_BODY = 60_000  # bytes between the quotes, as written on the wire
MAX_ADMISSION = 4_096  # the same for the body of an `admit`
MAX_TICKET = 1_024  # characters

PeerId = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{22}\Z", description="16 bytes in base64url, made by the client")]
MemberId = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z", description="a membership")]
Counter = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class ClientMessage(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", gc=False):
    """What a browser may send."""


class Join(ClientMessage, frozen=True, tag="join"):
    """Enter the room that the socket's address names. `inside`: for so many seconds this tab was in the call before."""

    v: int
    pid: PeerId
    hello: Raw
    inside: Counter = 0


class Enter(ClientMessage, frozen=True, tag="enter"):
    """On the socket of guests: name the room and the session, by the ticket that a redemption was answered with."""

    ticket: Annotated[str, Meta(max_length=MAX_TICKET)]


class Relay(ClientMessage, frozen=True, tag="relay"):
    """Pass `body` on to one peer."""

    to: Annotated[str, Meta(max_length=22)]
    body: Raw


class Leave(ClientMessage, frozen=True, tag="leave"):
    """Leave the room; `paths` are this tab's connections by outcome."""

    paths: PathCounts = msgspec.field(default_factory=PathCounts)


class Ping(ClientMessage, frozen=True, tag="ping"):
    """Check that the server is there."""

    n: Counter


class Sync(ClientMessage, frozen=True, tag="sync"):
    """Ask for the roster again."""


class Refresh(ClientMessage, frozen=True, tag="refresh"):
    """Ask for ICE servers with fresh credentials."""


class Knock(ClientMessage, frozen=True, tag="knock"):
    """Ask to be admitted. `lobby`: this guest needs the room key from a host, whatever the room's rules are."""

    v: int
    pid: PeerId
    hello: Raw
    lobby: bool


class Admit(ClientMessage, frozen=True, tag="admit"):
    """Admit a guest who knocks, and pass `body` on to them."""

    member: MemberId
    body: Raw


class Deny(ClientMessage, frozen=True, tag="deny"):
    """Turn a guest away who knocks."""

    member: MemberId


class Peer(Struct, frozen=True, gc=False):
    """A tab (`pid`) of a membership (`member`) in the room."""

    pid: str
    member: str
    role: str
    hello: Raw


class RoomInfo(Struct, frozen=True, gc=False):
    """What a member sees of the room."""

    slug: str
    name: str
    epoch: int
    max_people: int
    key_check: str | None = None
    rekey_required: bool = False
    relay_only: bool = False
    join_rule: str = "open"
    requires_host: bool = False


class WaitingTransfer(Struct, frozen=True, gc=False):
    """Files wait in a browser of `sender` for `receiver` (memberships), between two moments in ms since 1970."""

    id: str
    sender: str
    receiver: str
    since: int
    until: int


class ServerMessage(Struct, frozen=True, tag_field="type", gc=False):
    """What the server may send."""


class Joined(ServerMessage, frozen=True, tag="joined"):
    """The answer to `join`: the peers already inside, and what is needed to reach them."""

    pid: str
    member: str
    role: str
    room: RoomInfo
    peers: list[Peer]
    seq: int
    ice: list[dict[str, str | list[str]]]
    ice_ttl: int
    now: int


class PeerJoined(ServerMessage, frozen=True, tag="peer_joined"):
    """A peer has joined, or is back on a new socket with a new `hello`."""

    peer: Peer
    seq: int


class PeerLeft(ServerMessage, frozen=True, tag="peer_left"):
    """A peer has left; `final` when the server removed them, so that all connections to them must be closed."""

    pid: str
    seq: int
    final: bool = False


class Roster(ServerMessage, frozen=True, tag="roster"):
    """All other peers in the room: the answer to `sync`, and sent unasked when it may have missed changes."""

    peers: list[Peer]
    seq: int


class Relayed(ServerMessage, frozen=True, tag="relay"):
    """A body that a peer sent by `relay`."""

    sender: str = msgspec.field(name="from")
    body: Raw = msgspec.field()


class Ice(ServerMessage, frozen=True, tag="ice"):
    """The answer to `refresh`: ICE servers that replace those of `joined`, valid for `ice_ttl` seconds."""

    ice: list[dict[str, str | list[str]]]
    ice_ttl: int


class Pong(ServerMessage, frozen=True, tag="pong"):
    """The answer to `ping`."""

    n: int


class RoomChanged(ServerMessage, frozen=True, tag="room"):
    """The room's name, size, key or rules have changed."""

    room: RoomInfo


class EndingSoon(ServerMessage, frozen=True, tag="ending_soon"):
    """The `room` or one's own `membership` (`what`) ends in `left` seconds; null: the end was put off."""

    what: str
    left: int | None


class Waiting(ServerMessage, frozen=True, tag="waiting"):
    """The answer to `knock`, sent again on changes: the guest waits for an answer (`knock`) or for a host (`host`).

    `hosts`: whether a host is inside; `left`: for how many more seconds one can wait.
    """

    why: str
    hosts: bool
    left: int
    room: RoomInfo


class Admitted(ServerMessage, frozen=True, tag="admitted"):
    """The guest may `join` now. `body` is what the host passed on to them, or empty."""

    sender: str = msgspec.field(name="from")
    body: Raw = msgspec.field()


class Knocks(ServerMessage, frozen=True, tag="knocks"):
    """To hosts: a guest is knocking. Repeated every few seconds; a knock that is not repeated has ended."""

    peer: Peer


class KnockEnded(ServerMessage, frozen=True, tag="knock_ended"):
    """To hosts: a guest has stopped knocking, for whatever reason."""

    member: str


class TurnedAway(ServerMessage, frozen=True, tag="turned_away"):
    """To hosts: a person who wanted to join was turned away. `label` is their link's, or empty."""

    reason: str
    label: str
    at: int


class WaitingTransfers(ServerMessage, frozen=True, tag="waiting_transfers"):
    """What waits for or from one's own membership: sent after `joined` if anything does, and whenever it changes."""

    transfers: list[WaitingTransfer]


class Error(ServerMessage, frozen=True, tag="error"):
    """A message was not acted upon."""

    code: ErrorCode
    about: str


CLIENT_MESSAGES: tuple[type[ClientMessage], ...] = (Join, Enter, Relay, Leave, Ping, Sync, Refresh, Knock, Admit, Deny)
SERVER_MESSAGES: tuple[type[ServerMessage], ...] = (
    Joined,
    PeerJoined,
    PeerLeft,
    Roster,
    Relayed,
    Ice,
    Pong,
    RoomChanged,
    EndingSoon,
    Waiting,
    Admitted,
    Knocks,
    KnockEnded,
    TurnedAway,
    WaitingTransfers,
    Error,
)
type_of = {message: str(message.__struct_config__.tag) for message in (*CLIENT_MESSAGES, *SERVER_MESSAGES)}

AnyClientMessage = Join | Enter | Relay | Leave | Ping | Sync | Refresh | Knock | Admit | Deny
_QUOTE = ord('"')
_decoder = msgspec.json.Decoder(AnyClientMessage)
_encoder = msgspec.json.Encoder()


class BadMessage(ValueError):
    """A frame that is not a message of this protocol."""


def decode(text: str) -> AnyClientMessage:
    """Return the message in a text frame. Raises `BadMessage`."""
    try:
        message = _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadMessage from error
    if type(message) is Relay:
        if not is_string(message.body):
            raise BadMessage
    elif type(message) is Join or type(message) is Knock:
        if not is_string(message.hello) or len(message.hello) > MAX_HELLO + 2:
            raise BadMessage
    elif type(message) is Admit and (not is_string(message.body) or len(message.body) > MAX_ADMISSION + 2):
        raise BadMessage
    return message


def is_string(value: Raw) -> bool:
    """Say whether a value is a JSON string."""
    return memoryview(value)[0] == _QUOTE


def encode(message: ServerMessage) -> str:
    """Return the text frame of a message."""
    return _encoder.encode(message).decode()


def relayed(sender: str, body: Raw) -> str:
    """Return the text frame of a `Relayed`, its body inserted unread. `sender` is a checked `PeerId`."""
    return f'{{"type":"relay","from":"{sender}","body":{str(body, "utf-8")}}}'
