"""When a person's time in a room is over, by the server's clock."""

from typing import NamedTuple

from rooms.live.close_codes import CloseCode


class Deadline(NamedTuple):
    """A moment in seconds since the epoch, and the code with which sockets are closed then."""

    at: float
    code: CloseCode


def next_deadline(room_expires: float | None, member_expires: float | None) -> Deadline | None:
    """Return whichever comes first, the end of the room or of the membership; None when both are unlimited."""
    deadlines = []
    if room_expires is not None:
        deadlines.append(Deadline(room_expires, CloseCode.ROOM_EXPIRED))
    if member_expires is not None:
        deadlines.append(Deadline(member_expires, CloseCode.MEMBERSHIP_EXPIRED))
    return min(deadlines, default=None, key=lambda deadline: deadline.at)
