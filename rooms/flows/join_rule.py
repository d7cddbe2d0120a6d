"""Who can join a room: anyone with a membership, guests only after a host lets them in, or no one new."""

import logging

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rooms.errors import NotPossible
from rooms.live import publish
from rooms.live.occupancy import members_inside
from rooms.models import Door, Room

from .keys import hosts_should_hand_out_key, set_room_key

logger = logging.getLogger(__name__)


def change_join_rule(room: Room, door: Door, *, host_needed: bool, key: tuple[int, bytes] | None = None) -> bool:
    """Change who can join; people in the call stay. `key` is the epoch and check value of a new room key.

    A room key is made for one kind of join rule: where guests knock, their links hold only the lobby key. A room with a
    key therefore changes between the two kinds only together with a new key, which also revokes the earlier links.

    Returns False if another device was first with a key. Raises `NotPossible` if a key is needed and missing.
    """
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room.pk)
        if key is not None:
            if not set_room_key(room, *key, key_by_hosts=hosts_should_hand_out_key(room, door)):
                return False
        elif room.epoch and room.key_by_hosts != hosts_should_hand_out_key(room, door):
            raise NotPossible(_("That takes a new room key. Change the door in a browser that holds the key of now."))
        former, room.door, room.host_needed = room.door, door, host_needed
        room.save(update_fields=["door", "host_needed"])
    # After the commit: who joined before it counts as present, and no one joins by the old rule after it.
    if former == Door.LOCKED and door != Door.LOCKED:
        room.memberships.filter(stays=True).update(stays=False)
    if door != former:
        present = room.memberships.filter(pk__in=members_inside([room.pk])[room.pk])
        if door == Door.LOCKED:
            present.update(stays=True)
        elif door == Door.KNOCK:
            present.filter(admitted_at=None).update(admitted_at=timezone.now())
        logger.info("room %d: join rule is %s", room.pk, door)
    publish.room_changed(room.pk)
    return True
