"""Room keys: which epoch is current, and when browsers must create a new key. The keys themselves stay in browsers."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from rooms.errors import WrongEpoch
from rooms.live import publish
from rooms.models import JoinRule, Room

from .invites import revoke_invites


@transaction.atomic
def set_room_key(room: Room, epoch: int, key_check: bytes, *, hosts_hand_out_key: bool = False) -> bool:
    """Set the room's key epoch if the current one is the one before; return False if another device was first.

    The first key, every later key and the restart after a lost key are the same operation. Links of earlier epochs
    cannot unwrap the new key, so they are revoked. `hosts_hand_out_key`: the key is for a room where guests knock.
    """
    moved = Room.objects.filter(pk=room.pk, epoch=epoch - 1).update(
        epoch=epoch, key_check=key_check, hosts_hand_out_key=hosts_hand_out_key, rekey_required=False
    )
    if moved:
        revoke_invites(room.invites.filter(epoch__lt=epoch))
        publish.room_changed(room.pk)
    return bool(moved)


@transaction.atomic
def rotate_key(room: Room, epoch: int, key_check: bytes, *, hosts_hand_out_key: bool) -> bool:
    """Set a new key that fits the current join rule; return False if another device was first.

    Raises `WrongEpoch` if the join rule has changed meanwhile to one that needs the other kind of key.
    """
    room = Room.objects.select_for_update().get(pk=room.pk)
    if hosts_hand_out_key != hosts_should_hand_out_key(room, JoinRule(room.join_rule)):
        raise WrongEpoch(_("The join setting has changed. Reload the page."))
    return set_room_key(room, epoch, key_check, hosts_hand_out_key=hosts_hand_out_key)


def hosts_should_hand_out_key(room: Room, rule: JoinRule) -> bool:
    """Say whether hosts hand out the room key under this join rule. `locked` leaves it as it is."""
    return room.hosts_hand_out_key if rule == JoinRule.LOCKED else rule == JoinRule.KNOCK


def require_rekey(rooms: QuerySet[Room]) -> None:
    """Ask for a new key in those of the rooms that have one, because someone who holds it may not join any more.

    The first browser that holds the current key and may rotate it creates it (static/js/call/key-rotation.js).
    """
    for key in rooms.filter(epoch__gt=0, rekey_required=False).values_list("pk", flat=True):
        Room.objects.filter(pk=key).update(rekey_required=True)
        publish.room_changed(key)
