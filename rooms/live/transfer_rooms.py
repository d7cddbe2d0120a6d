"""Transfer rooms: where browsers meet to deliver waiting transfers, outside of the call of their room.

Hub and presence treat one as a live room of its own, so no one in it is in the call's roster. Its key is the negative
primary key of the room.
"""


def transfer_room(room_id: int) -> int:
    """Return the key of a room's transfer room."""
    return -room_id


def is_transfer_room(key: int) -> bool:
    """Say whether a live room is a transfer room."""
    return key < 0


def room_of(key: int) -> int:
    """Return the primary key of the room that a live room belongs to."""
    return abs(key)
