"""Why the server closes a socket. `docs/protocol.md` and the client have the same table; a test compares the three."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class ClientAction(StrEnum):
    """What the client does after a close."""

    STOP = "stop"
    RECONNECT = "reconnect"


class CloseCode(IntEnum):
    """The application's close codes, from the private range 4000-4999 (RFC 6455 §7.4.2)."""

    BAD_MESSAGE = 4000
    SIGNED_OUT = 4001
    NOT_MEMBER = 4003
    UNKNOWN_ROOM = 4004
    ROOM_CLOSED = 4005
    ROOM_EXPIRED = 4006
    ROOM_FULL = 4007
    FLOODING = 4008
    TOO_LARGE = 4009
    REPLACED = 4010
    REMOVED = 4011
    DRAINING = 4012
    SUSPENDED = 4013
    TOO_SLOW = 4014
    JOIN_TIMEOUT = 4015
    VERSION = 4016
    MEMBERSHIP_EXPIRED = 4017
    LOCKED = 4018
    DENIED = 4019
    KNOCK_REQUIRED = 4020
    KNOCK_TIMEOUT = 4021
    MEETING_ENDED = 4022
    KICKED = 4023
    ROLE_CHANGED = 4024
    BUSY = 4025

    @property
    def reason(self) -> str:
        """The code's name on the wire, in the client and in `rooms.access.DenialReason`."""
        return self.name.lower()


_NAMES = {int(code): code.reason for code in CloseCode}


def close_name(code: int) -> str:
    """Return the name of a close code for logs and counts; `normal` for 1000, `gone` for a connection that broke."""
    return _NAMES.get(code) or ("normal" if code == 1000 else "gone")


@dataclass(frozen=True, slots=True)
class ClosePolicy:
    """What a code means, and what the client does then."""

    action: ClientAction
    meaning: str


def _stop(meaning: str) -> ClosePolicy:
    return ClosePolicy(ClientAction.STOP, meaning)


def _reconnect(meaning: str) -> ClosePolicy:
    return ClosePolicy(ClientAction.RECONNECT, meaning)


CLOSE_POLICIES: dict[CloseCode, ClosePolicy] = {
    CloseCode.BAD_MESSAGE: _stop("The client sent too many messages that this server does not understand."),
    CloseCode.SIGNED_OUT: _stop("The session that opened this socket has ended."),
    CloseCode.NOT_MEMBER: _stop("This browser session has no membership in the room."),
    CloseCode.UNKNOWN_ROOM: _stop("There is no such room."),
    CloseCode.ROOM_CLOSED: _stop("The room has been closed."),
    CloseCode.ROOM_EXPIRED: _stop("The room has expired."),
    CloseCode.ROOM_FULL: _stop("The room is full; offer to try again."),
    CloseCode.FLOODING: _stop("The client went on sending after `slow_down`."),
    CloseCode.TOO_LARGE: _stop("A frame was larger than the limit."),
    CloseCode.REPLACED: _stop("The same membership has joined through another socket or tab."),
    CloseCode.REMOVED: _stop("The member has been removed from the room."),
    CloseCode.DRAINING: _reconnect("The server is restarting; reconnect at once, with jitter."),
    CloseCode.SUSPENDED: _stop("The account, or that of the room's owner, has been suspended."),
    CloseCode.TOO_SLOW: _reconnect("The client did not read what was sent to it."),
    CloseCode.JOIN_TIMEOUT: _reconnect("No `join` came in time, or it could not be completed just now."),
    CloseCode.VERSION: _stop("The client speaks another version of the protocol: reload the page."),
    CloseCode.MEMBERSHIP_EXPIRED: _stop("The membership has expired."),
    CloseCode.LOCKED: _stop("The room is locked: no one new can join."),
    CloseCode.DENIED: _stop("A host did not admit them."),
    CloseCode.KNOCK_REQUIRED: _reconnect(
        "A host must admit them: a newcomer sends `knock`, a person in a call tries again."
    ),
    CloseCode.KNOCK_TIMEOUT: _stop("They knocked for as long as one can, and no host answered."),
    CloseCode.MEETING_ENDED: _stop("A host has ended the meeting for everyone."),
    CloseCode.KICKED: _stop("A host has removed them from the call; the membership stays."),
    CloseCode.ROLE_CHANGED: _reconnect("The person's role has changed; rejoin to learn the new one."),
    CloseCode.BUSY: _reconnect(
        "More people join than can be answered soon, or the process has no file left for a socket: "
        "reconnect after the seconds in the close frame's reason."
    ),
}


class ErrorCode(StrEnum):
    """The codes of an `error` message; the socket stays open."""

    BAD_MESSAGE = "bad_message"
    NOT_JOINED = "not_joined"
    ALREADY_JOINED = "already_joined"
    UNKNOWN_PEER = "unknown_peer"
    TOO_LARGE = "too_large"
    SLOW_DOWN = "slow_down"
    NOT_ALLOWED = "not_allowed"


ERRORS: dict[ErrorCode, str] = {
    ErrorCode.BAD_MESSAGE: "The frame is not a message of this protocol; `about` is empty.",
    ErrorCode.NOT_JOINED: "The message needs a `join` first; `about` is the message's type.",
    ErrorCode.ALREADY_JOINED: "This socket has joined already, or its room is known; `about` is the message's type.",
    ErrorCode.UNKNOWN_PEER: "No peer with that id is in this room; `about` is the id.",
    ErrorCode.TOO_LARGE: "The body is longer than the limit and was not relayed; `about` is the addressee's id.",
    ErrorCode.SLOW_DOWN: "Messages come too fast and are dropped until the rate falls; `about` is empty.",
    ErrorCode.NOT_ALLOWED: "Only hosts may do that; `about` is the message's type.",
}
