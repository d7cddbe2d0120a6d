"""Acts of several steps upon rooms. They change rows AND tell the live sockets; pages and the admin go through them."""

import logging
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import limits
from rooms.errors import NotPossible, WrongEpoch
from rooms.live import publish
from rooms.live.close_codes import CloseCode
from rooms.models import Invite, Membership, Role, Room
from rooms.slugs import make_slug

from .redemption import InviteReason, InviteRefused, Redeemed, redeem

__all__ = ["InviteReason", "InviteRefused", "Redeemed", "redeem"]

logger = logging.getLogger(__name__)


@transaction.atomic
def create_room(
    owner: User, name: str, *, expires_at: datetime | None = None, max_people: int = 4, relay_only: bool = False
) -> Room:
    """Make a keyless room with its owner in it. Raises `NotPossible` when the owner has too many."""
    if owner.rooms.count() >= limits.MAX_ROOMS_PER_OWNER:
        raise NotPossible(_("You have as many rooms as one person can have. Delete one first."))
    room = Room(owner=owner, name=name, expires_at=expires_at, max_people=max_people, relay_only=relay_only)
    open_room(room)
    return room


@transaction.atomic
def open_room(room: Room) -> None:
    """Save a new room, give it its address, and put its owner into it."""
    room.slug = make_slug(room.name)
    room.save(force_insert=True)
    Membership.objects.create(room=room, user=room.owner, role=Role.OWNER)


def change_room(
    room: Room, *, name: str, expires_at: datetime | None, max_people: int, relay_only: bool = False
) -> None:
    """Change what the owner chooses; people inside see it at once. The address stays."""
    room.name, room.expires_at, room.max_people, room.relay_only = name, expires_at, max_people, relay_only
    room.save(update_fields=["name", "expires_at", "max_people", "relay_only"])
    transaction.on_commit(lambda: publish.room_changed(room.pk))


def close_room(room: Room, *, by_site: bool = False) -> None:
    """Shut the room: everybody inside leaves, nobody enters until it is reopened; `by_site`: by a moderator alone."""
    if by_site:
        Room.objects.filter(pk=room.pk).update(closed_by_site=True)
    if Room.objects.filter(pk=room.pk, closed_at__isnull=True).update(closed_at=timezone.now()):
        logger.info("room %d closed", room.pk)
    transaction.on_commit(lambda: publish.close_room(room.pk, CloseCode.ROOM_CLOSED))


def reopen_room(room: Room, *, by_site: bool = False) -> None:
    """Open a closed room again. Raises `NotPossible` for one that a moderator of the site closed, unless `by_site`."""
    rooms = Room.objects.filter(pk=room.pk)
    if by_site:
        rooms.update(closed_at=None, closed_by_site=False)
    elif not rooms.filter(closed_by_site=False).update(closed_at=None):
        raise NotPossible(_("A moderator of this site has closed this room. Only they can open it again."))


@transaction.atomic
def delete_room(room: Room) -> None:
    """Delete the room, its links and memberships; `rooms.signals` tells those inside."""
    key = room.pk
    room.delete()
    logger.info("room %d deleted", key)


@transaction.atomic
def lock_room(room: Room, epoch: int, key_check: bytes, *, key_by_hosts: bool = False) -> bool:
    """Set the room's key epoch if it is still the one before; return False when another device was first.

    The first key, every later one, and the new beginning after a lost key are the same act. Links of the epoch before
    cannot open the new key: they are revoked. `key_by_hosts`: it was made for a door at which guests knock.
    """
    moved = Room.objects.filter(pk=room.pk, epoch=epoch - 1).update(
        epoch=epoch, key_check=key_check, key_by_hosts=key_by_hosts, rekey_required=False
    )
    if moved:
        revoke_invites(room.invites.filter(epoch__lt=epoch))
        transaction.on_commit(lambda: publish.room_changed(room.pk))
    return bool(moved)


@transaction.atomic
def create_invite(
    room: Room,
    by: User,
    *,
    token_hash: bytes,
    wrapped_key: bytes | None,
    epoch: int,
    expires_at: datetime,
    label: str = "",
    max_uses: int | None = None,
    role: Role = Role.GUEST,
    lobby: bool = False,
) -> Invite:
    """Keep a link that a browser made. It ends with the room at the latest.

    A link with the role of the owner brings the room key to another device of the owner's: for one use, ten minutes,
    and nobody else. One that makes a moderator is for one use and a day at most. `lobby`: what is sealed is the lobby
    key, as in all guests' links where hosts give the room key. Raises `WrongEpoch` when the sealed key is not of the
    room's epoch or not of the right kind, `NotPossible` for a shut room, too many links, or somebody else's room.
    """
    now = timezone.now()
    room = Room.objects.select_for_update().get(pk=room.pk)
    of_now = epoch == room.epoch and lobby == (room.key_by_hosts and role == Role.GUEST)
    if not of_now or (wrapped_key is None) != (room.epoch == 0):
        raise WrongEpoch(_("The room key has changed. Reload the page."))
    if room.closed_at is not None or (room.expires_at is not None and room.expires_at <= now):
        raise NotPossible(_("The room is closed. Reopen it before you make links."))
    if room.invites.filter(revoked_at=None, expires_at__gt=now).count() >= limits.MAX_OPEN_INVITES_PER_ROOM:
        raise NotPossible(_("This room has as many open links as it can have. Revoke one first."))
    if role == Role.OWNER:
        if by.pk != room.owner_id:
            raise NotPossible(_("Only the owner can bring this room to another device."))
        max_uses, expires_at = 1, min(expires_at, now + limits.SECOND_DEVICE_LIFE)
    if role == Role.MODERATOR:
        max_uses, expires_at = 1, min(expires_at, now + limits.MODERATOR_LINK_LIFE)
    if Invite.objects.filter(token_hash=token_hash).exists():
        raise NotPossible(_("This link exists already. Make a new one."))
    return Invite.objects.create(
        room=room,
        created_by=by,
        label=label,
        role=role,
        token_hash=token_hash,
        wrapped_key=wrapped_key,
        lobby=lobby,
        epoch=epoch,
        expires_at=min(expires_at, room.expires_at) if room.expires_at else expires_at,
        max_uses=max_uses,
    )


def revoke_invite(invite: Invite) -> None:
    """Make a link worthless at once: the sealed key is deleted with it. People who used it stay."""
    revoke_invites(Invite.objects.filter(pk=invite.pk))


def revoke_invites(invites: QuerySet[Invite]) -> int:
    """Revoke the open ones of these links; return how many there were."""
    return invites.filter(revoked_at__isnull=True).update(revoked_at=timezone.now(), wrapped_key=None)


@transaction.atomic
def remove_member(membership: Membership) -> None:
    """Take somebody's place away: open sockets close, and the room needs a new key.

    Raises `NotPossible` for the owner, whoever that is when it is done: a room can be handed over meanwhile.
    """
    Room.objects.select_for_update().filter(pk=membership.room_id).first()  # nobody takes it over meanwhile
    key: UUID = membership.pk
    if Membership.objects.filter(pk=key, role=Role.OWNER).exists():
        raise NotPossible(_("The owner cannot be removed from their own room."))
    Membership.objects.filter(pk=key, removed_at__isnull=True).update(removed_at=timezone.now())
    Room.objects.filter(pk=membership.room_id, offered_to=membership.user_id).update(offered_to=None)
    transaction.on_commit(lambda: publish.close_membership(key, CloseCode.REMOVED))
    require_new_key(Room.objects.filter(pk=membership.room_id))


def require_new_key(rooms: QuerySet[Room]) -> None:
    """Ask for a new key in those of the rooms that have one: somebody who held it may not come in any more.

    The first browser of somebody who may rotate and holds the key of now makes it (static/js/call/key-rotation.js).
    """
    for key in rooms.filter(epoch__gt=0, rekey_required=False).values_list("pk", flat=True):
        Room.objects.filter(pk=key).update(rekey_required=True)
        transaction.on_commit(partial(publish.room_changed, key))
