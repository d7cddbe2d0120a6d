"""Why a socket ends: one table for the server, the client and `docs/protocol.md` (a test compares the three)."""

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
    KNOCK_FIRST = 4020
    NOBODY_ANSWERED = 4021
    MEETING_ENDED = 4022
    SENT_OUT = 4023
    ROLE_CHANGED = 4024

    @property
    def reason(self) -> str:
        """The code's name as the wire, the client and `rooms.access.Reason` spell it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class ClosePolicy:
    """One row of the table: what the code means and what the client does."""

    action: ClientAction
    meaning: str


def _stop(meaning: str) -> ClosePolicy:
    return ClosePolicy(ClientAction.STOP, meaning)


def _reconnect(meaning: str) -> ClosePolicy:
    return ClosePolicy(ClientAction.RECONNECT, meaning)


CLOSE_POLICIES: dict[CloseCode, ClosePolicy] = {
    CloseCode.BAD_MESSAGE: ClosePolicy(
        ClientAction.STOP, "The client sent too many messages that this server does not understand."
    ),
    CloseCode.SIGNED_OUT: _stop("The session that opened this socket has ended."),
    CloseCode.NOT_MEMBER: _stop("This browser session has no membership in the room."),
    CloseCode.UNKNOWN_ROOM: _stop("There is no such room."),
    CloseCode.ROOM_CLOSED: _stop("The room has been closed."),
    CloseCode.ROOM_EXPIRED: _stop("The room's time is over."),
    CloseCode.ROOM_FULL: ClosePolicy(
        ClientAction.STOP, "As many people as it holds are in the room; offer to try again."
    ),
    CloseCode.FLOODING: _stop("The client went on sending after `slow_down`."),
    CloseCode.TOO_LARGE: _stop("A frame was larger than the limit."),
    CloseCode.REPLACED: ClosePolicy(
        ClientAction.STOP, "The same membership has come in through another socket or tab."
    ),
    CloseCode.REMOVED: _stop("The membership has been taken away."),
    CloseCode.DRAINING: _reconnect("The server is restarting; reconnect at once, with jitter."),
    CloseCode.SUSPENDED: ClosePolicy(
        ClientAction.STOP, "The account, or that of the room's owner, has been suspended."
    ),
    CloseCode.TOO_SLOW: _reconnect("The client did not read what was sent to it."),
    CloseCode.JOIN_TIMEOUT: _reconnect("No `join` came in time, or it could not be completed just now."),
    CloseCode.VERSION: ClosePolicy(
        ClientAction.STOP, "The client speaks another version of the protocol: reload the page."
    ),
    CloseCode.MEMBERSHIP_EXPIRED: _stop("The membership's time is over."),
    CloseCode.LOCKED: _stop("The door is locked: nobody new comes in."),
    CloseCode.DENIED: _stop("A host did not let them in."),
    CloseCode.KNOCK_FIRST: _reconnect(
        "The door keeps them out: a newcomer sends `knock`, somebody in a call tries again."
    ),
    CloseCode.NOBODY_ANSWERED: _stop("They waited at the door for as long as one can."),
    CloseCode.MEETING_ENDED: _stop("A host has ended the meeting for everybody."),
    CloseCode.SENT_OUT: _stop("A host has sent them out of the call; the membership stays."),
    CloseCode.ROLE_CHANGED: _reconnect("The person has another role now; come back to be told which."),
}


class ErrorCode(StrEnum):
    """What an `error` message says; the socket stays open."""

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
    ErrorCode.ALREADY_JOINED: "This socket has joined already; `about` is `join`.",
    ErrorCode.UNKNOWN_PEER: "Nobody with that id is in this room; `about` is the id.",
    ErrorCode.TOO_LARGE: "The body is longer than the limit and was not relayed; `about` is the addressee's id.",
    ErrorCode.SLOW_DOWN: "Messages come too fast and are dropped until the rate falls; `about` is empty.",
    ErrorCode.NOT_ALLOWED: "Only hosts may do that; `about` is the message's type.",
}
