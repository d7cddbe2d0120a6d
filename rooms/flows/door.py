"""What hosts do at the door and in a meeting: acts that change rows AND tell the live sockets, as those of `flows`."""

import logging
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rooms.errors import NotPossible, WrongEpoch
from rooms.live import publish
from rooms.live.close_codes import CloseCode
from rooms.live.presence import members_inside
from rooms.models import Door, Membership, Role, Room

from . import rooms as flows

logger = logging.getLogger(__name__)


def change_door(room: Room, door: Door, *, host_needed: bool, key: tuple[int, bytes] | None = None) -> bool:
    """Say who comes in from now on; those inside stay. `key` is the epoch and check value of a new room key.

    A room key is made for one kind of door: behind one at which guests knock, their links do not hold it. So a room
    with a key changes between the two kinds only together with a new key, which also revokes the links from before.
    Returns False when another device was first with a key; raises `NotPossible` when a key is needed.
    """
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room.pk)
        if key is not None:
            if not flows.lock_room(room, *key, key_by_hosts=fits_hosts(room, door)):
                return False
        elif room.epoch and room.key_by_hosts != fits_hosts(room, door):
            raise NotPossible(_("That takes a new room key. Change the door in a browser that holds the key of now."))
        former, room.door, room.host_needed = room.door, door, host_needed
        room.save(update_fields=["door", "host_needed"])
    # After the change is committed: whoever came in before it counts as inside, and nobody comes in after it.
    if former == Door.LOCKED and door != Door.LOCKED:
        room.memberships.filter(stays=True).update(stays=False)
    if door != former:
        inside = room.memberships.filter(pk__in=members_inside([room.pk])[room.pk])
        if door == Door.LOCKED:
            inside.update(stays=True)
        elif door == Door.KNOCK:
            inside.filter(admitted_at=None).update(admitted_at=timezone.now())
        logger.info("room %d: the door is %s", room.pk, door)
    transaction.on_commit(lambda: publish.room_changed(room.pk))
    return True


@transaction.atomic
def new_key(room: Room, epoch: int, key_check: bytes, *, by_hosts: bool) -> bool:
    """Give the room a key that was made for the door as it is now; return False when another device was first.

    Raises `WrongEpoch` when the door has become one of the other kind meanwhile.
    """
    room = Room.objects.select_for_update().get(pk=room.pk)
    if by_hosts != fits_hosts(room, Door(room.door)):
        raise WrongEpoch(_("The door has changed. Reload the page."))
    return flows.lock_room(room, epoch, key_check, key_by_hosts=by_hosts)


def fits_hosts(room: Room, door: Door) -> bool:
    """Say whether the key of a room with this door is given by hosts. A locked door leaves the key as it is."""
    return room.key_by_hosts if door == Door.LOCKED else door == Door.KNOCK


def send_out(membership: Membership) -> None:
    """End somebody's stay: their sockets close. They may come again, and knock where guests do.

    Raises `NotPossible` for the owner.
    """
    if membership.role == Role.OWNER:
        raise NotPossible(_("The owner cannot be sent out of their own room."))
    Membership.objects.filter(pk=membership.pk).update(admitted_at=None, stays=False)
    key: UUID = membership.pk
    transaction.on_commit(lambda: publish.close_membership(key, CloseCode.SENT_OUT))


def end_meeting(room: Room) -> None:
    """End the meeting for everybody inside and at the door. The room stays as it is: anybody may come again."""
    transaction.on_commit(lambda: publish.close_room(room.pk, CloseCode.MEETING_ENDED))
    logger.info("room %d: the meeting was ended", room.pk)
