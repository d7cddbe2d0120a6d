"""Who can join a room: anyone with a membership, guests only after a host lets them in, or no one new."""

import logging

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rooms.errors import NotPossible
from rooms.live import publish
from rooms.live.occupancy import members_inside
from rooms.models import JoinRule, Room

from .keys import hosts_should_hand_out_key, set_room_key

logger = logging.getLogger(__name__)


def change_join_rule(room: Room, rule: JoinRule, *, requires_host: bool, key: tuple[int, bytes] | None = None) -> bool:
    """Change who can join; people in the call stay. `key` is the epoch and check value of a new room key.

    A room key is made for one kind of join rule: where guests knock, their links hold only the lobby key. A room with a
    key therefore changes between the two kinds only together with a new key, which also revokes the earlier links.

    Returns False if another device was first with a key. Raises `NotPossible` if a key is needed and missing.
    """
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room.pk)
        if key is not None:
            if not set_room_key(room, *key, hosts_hand_out_key=hosts_should_hand_out_key(room, rule)):
                return False
        elif room.epoch and room.hosts_hand_out_key != hosts_should_hand_out_key(room, rule):
            raise NotPossible(_("This needs a new room key. Change it in a browser that has the current key."))
        former, room.join_rule, room.requires_host = room.join_rule, rule, requires_host
        room.save(update_fields=["join_rule", "requires_host"])
    # After the commit: who joined before it counts as present, and no one joins by the old rule after it.
    if former == JoinRule.LOCKED and rule != JoinRule.LOCKED:
        room.memberships.filter(readmit_when_locked=True).update(readmit_when_locked=False)
    if rule != former:
        present = room.memberships.filter(pk__in=members_inside([room.pk])[room.pk])
        if rule == JoinRule.LOCKED:
            present.update(readmit_when_locked=True)
        elif rule == JoinRule.KNOCK:
            present.filter(admitted_at=None).update(admitted_at=timezone.now())
        logger.info("room %d: join rule is %s", room.pk, rule)
    publish.room_changed(room.pk)
    return True
