"""When somebody's time in a room is over, by the server's clock, and the warning before it."""

from typing import NamedTuple

from rooms.live.close_codes import CloseCode

from .messages import Ending, encode
from .registry import Member

WARN_SECONDS = 600.0  # before the end; whoever comes later than that is told at once

_WHAT = {CloseCode.ROOM_EXPIRED: "room", CloseCode.MEMBERSHIP_EXPIRED: "place"}


class End(NamedTuple):
    """A moment in seconds since the epoch, and why it is the end."""

    at: float
    code: CloseCode


def end_of(room_expires: float | None, member_expires: float | None) -> End | None:
    """Return what ends first, the room or somebody's place in it; None when neither does."""
    ends = []
    if room_expires is not None:
        ends.append(End(room_expires, CloseCode.ROOM_EXPIRED))
    if member_expires is not None:
        ends.append(End(member_expires, CloseCode.MEMBERSHIP_EXPIRED))
    return min(ends, default=None, key=lambda end: end.at)


def warn(member: Member, end: End | None, clock: float) -> None:
    """Tell a member that the end is near, once for each end; or that it was put off."""
    if end is not None and end.at - clock <= WARN_SECONDS:
        if member.warned_of != end.at:
            member.warned_of = end.at
            member.socket.outbox.text(encode(Ending(_WHAT[end.code], max(0, round(end.at - clock)))))
    elif member.warned_of is not None:
        member.warned_of = None
        member.socket.outbox.text(encode(Ending("room", None)))
