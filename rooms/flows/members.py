"""Memberships: change a role, transfer ownership, leave, remove, kick."""

import logging
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import limits
from rooms.errors import NotPossible
from rooms.live import publish
from rooms.live.close_codes import CloseCode
from rooms.models import Membership, Role, Room

from .invites import revoke_invites
from .keys import require_rekey
from .transfers import forget_transfers

logger = logging.getLogger(__name__)


@transaction.atomic
def change_role(membership: Membership, role: Role) -> None:
    """Make a person a moderator or a member; their open call pages learn it at once.

    This changes what they may do, not what they know: a former moderator still holds the room key, as every member
    does. Raises `NotPossible` for the owner and for guests without an account.
    """
    membership = _lock_active(membership)
    if membership.role == Role.OWNER or role not in (Role.MODERATOR, Role.MEMBER):
        raise NotPossible(_("The owner's role changes only by a transfer of ownership."))
    if membership.user_id is None:
        raise NotPossible(_("Only people with an account can be members or moderators. Send them a member link."))
    if membership.role == role:
        return
    membership.role, membership.expires_at = role, None
    membership.save(update_fields=["role", "expires_at"])
    notify_role_changed(membership)
    logger.info("room %d: membership %s is now %s", membership.room_id, membership.pk.hex, role)


def notify_role_changed(membership: Membership) -> None:
    """Make the person's open call pages rejoin at once, so that they and everyone else learn the new role."""
    publish.close_membership(membership.pk, CloseCode.ROLE_CHANGED)


@transaction.atomic
def offer_ownership(membership: Membership) -> None:
    """Offer the room to a moderator or member; nothing changes until they accept. Raises `NotPossible`."""
    membership = _lock_active(membership)
    if membership.user_id is None or membership.role not in (Role.MODERATOR, Role.MEMBER):
        raise NotPossible(_("You can transfer a room only to a moderator or member."))
    Room.objects.filter(pk=membership.room_id).update(pending_owner=membership.user)
    publish.room_changed(membership.room_id)


def cancel_offer(room: Room) -> None:
    """Withdraw or decline the offer of ownership."""
    Room.objects.filter(pk=room.pk).update(pending_owner=None)
    publish.room_changed(room.pk)


@transaction.atomic
def accept_ownership(room: Room, user: User) -> None:
    """Make `user` the owner of a room that was offered to them; the former owner becomes a moderator.

    The room key is not transferred: it is in the browsers of those who hold it. Raises `NotPossible`.
    """
    room = Room.objects.select_for_update(of=("self",)).select_related("owner").get(pk=room.pk)
    if room.owner.suspended_at is not None:
        raise NotPossible(_("The room is closed. It can be transferred once it is open again."))
    active = room.memberships.active()
    new = active.filter(user=user, role__in=(Role.MODERATOR, Role.MEMBER)).first()
    if room.pending_owner_id != user.pk or new is None:
        raise NotPossible(_("The room is no longer offered to you."))
    if user.rooms.count() >= limits.MAX_ROOMS_PER_OWNER:
        raise NotPossible(_("You've reached the limit of rooms. Delete one first."))
    former = active.get(user=room.owner)
    for membership, role in ((former, Role.MODERATOR), (new, Role.OWNER)):
        membership.role = role
        membership.save(update_fields=["role"])
        notify_role_changed(membership)
    # These bring the room to another device of its owner, who is a different person now.
    revoke_invites(room.invites.filter(role=Role.OWNER))
    Room.objects.filter(pk=room.pk).update(owner=user, pending_owner=None)
    logger.info("room %d: transferred from account %d to account %d", room.pk, former.user_id or 0, user.pk)


def leave_room(membership: Membership) -> None:
    """Delete one's own membership; a link that still works would give a new one. Raises `NotPossible` for the owner."""
    if membership.role == Role.OWNER:
        raise NotPossible(_("This is your room. Transfer or delete it instead."))
    key = membership.pk
    Room.objects.filter(pk=membership.room_id, pending_owner=membership.user_id).update(pending_owner=None)
    forget_transfers([key])
    membership.delete()
    publish.close_membership(key, CloseCode.NOT_MEMBER)


@transaction.atomic
def remove_member(membership: Membership) -> None:
    """Remove a person from the room: their sockets close, and the room needs a new key.

    Raises `NotPossible` for the current owner, who may be another person than when the page was loaded.
    """
    Room.objects.select_for_update().filter(pk=membership.room_id).first()  # the owner cannot change meanwhile
    key: UUID = membership.pk
    if Membership.objects.filter(pk=key, role=Role.OWNER).exists():
        raise NotPossible(_("You can't remove the owner from their own room."))
    Membership.objects.filter(pk=key, removed_at__isnull=True).update(removed_at=timezone.now())
    forget_transfers([key])
    Room.objects.filter(pk=membership.room_id, pending_owner=membership.user_id).update(pending_owner=None)
    publish.close_membership(key, CloseCode.REMOVED)
    require_rekey(Room.objects.filter(pk=membership.room_id))


def kick(membership: Membership) -> None:
    """Close the sockets of a member or guest; they may join again, or knock. Raises `NotPossible` for the owner."""
    if membership.role == Role.OWNER:
        raise NotPossible(_("You can't remove the owner from a call in their own room."))
    Membership.objects.filter(pk=membership.pk).update(admitted_at=None, readmit_when_locked=False)
    publish.close_membership(membership.pk, CloseCode.KICKED)


def _lock_active(membership: Membership) -> Membership:
    """Read a membership again and lock its row. Raises `NotPossible` when it is not active any more."""
    found = membership.room.memberships.active().select_for_update(of=("self",)).filter(pk=membership.pk).first()
    if found is None:
        raise NotPossible(_("They're no longer in this room."))
    return found
