"""The messages between an open dashboard and this server; those of a call are in `signaling/messages.py`."""

import msgspec
from msgspec import Raw, Struct

from rooms.signaling.messages import (
    MAX_ADMISSION,
    BadMessage,
    ClientMessage,
    Error,
    MemberId,
    Peer,
    Ping,
    Pong,
    ServerMessage,
    WaitingTransfer,
    is_string,
)


class Watch(ClientMessage, frozen=True, tag="watch"):
    """Ask for the rooms of the account, now and whenever they change; sent again, for the rooms as they are now."""

    v: int


class AnswerKnock(ClientMessage, frozen=True, tag="answer_knock"):
    """Admit a guest who knocks at a room, and pass `body` on to them, or turn them away."""

    slug: str
    member: MemberId
    admitted: bool
    body: Raw


class RoomNow(Struct, frozen=True, gc=False):
    """A room of the account: who is `inside` (how many), `since` when (milliseconds since 1970, null: no one).

    `role` is the account's own, `member` its membership. `people` are those inside, one tab each; it is empty for
    members who may not join now. `transfers` wait for or from the account.
    """

    slug: str
    member: str
    role: str
    epoch: int
    key_check: str | None
    inside: int
    since: int | None
    people: list[Peer]
    transfers: list[WaitingTransfer]


class Watching(ServerMessage, frozen=True, tag="watching"):
    """The answer to `watch`, and sent when the rooms themselves have changed: a page with another `stamp` is old."""

    stamp: str
    rooms: list[RoomNow]


class Occupied(ServerMessage, frozen=True, tag="occupied"):
    """Who is inside has changed."""

    room: RoomNow


class KnocksAt(ServerMessage, frozen=True, tag="knocks_at"):
    """To hosts: a guest knocks at a room. Repeated every few seconds; a knock that is not repeated has ended."""

    slug: str
    peer: Peer


class KnockEndedAt(ServerMessage, frozen=True, tag="knock_ended_at"):
    """To hosts: a guest has stopped knocking at a room, for whatever reason."""

    slug: str
    member: str


WATCH_CLIENT_MESSAGES: tuple[type[ClientMessage], ...] = (Watch, AnswerKnock, Ping)
WATCH_SERVER_MESSAGES: tuple[type[ServerMessage], ...] = (Watching, Occupied, KnocksAt, KnockEndedAt, Pong, Error)

AnyWatchMessage = Watch | AnswerKnock | Ping
_decoder = msgspec.json.Decoder(AnyWatchMessage)


def decode(text: str) -> AnyWatchMessage:
    """Return the message in a text frame. Raises `BadMessage`."""
    try:
        message = _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadMessage from error
    if type(message) is AnswerKnock and (not is_string(message.body) or len(message.body) > MAX_ADMISSION + 2):
        raise BadMessage
    return message
