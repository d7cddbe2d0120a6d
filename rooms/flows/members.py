"""Acts upon places in a room: roles, handing the room over, leaving. They change rows AND tell the live sockets."""

import logging

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import limits
from rooms.errors import NotPossible
from rooms.live import publish
from rooms.live.close_codes import CloseCode
from rooms.models import Invite, Membership, Role, Room

from .redemption import told_of_role

logger = logging.getLogger(__name__)


def holding(room: Room) -> QuerySet[Membership]:
    """Return the places that somebody holds now: neither removed nor over."""
    return room.memberships.filter(removed_at__isnull=True).exclude(expires_at__lte=timezone.now())


@transaction.atomic
def change_role(membership: Membership, role: Role) -> None:
    """Make somebody a moderator or a member; their open call pages hear of it at once.

    What they may do changes, not what they know: a moderator of before still holds the room key, as every member does.
    Raises `NotPossible` for the owner and for guests without an account.
    """
    place = _place(membership)
    if place.role == Role.OWNER or role not in (Role.MODERATOR, Role.MEMBER):
        raise NotPossible(_("The owner's role changes by handing the room over."))
    if place.user_id is None:
        raise NotPossible(_("Only people with an account can be members or moderators. Send them a link for members."))
    if place.role == role:
        return
    place.role, place.expires_at = role, None
    place.save(update_fields=["role", "expires_at"])
    told_of_role(place)
    logger.info("room %d: place %s is %s now", place.room_id, place.pk.hex, role)


@transaction.atomic
def offer_room(membership: Membership) -> None:
    """Offer the room to somebody with an account in it; nothing changes until they accept. Raises `NotPossible`."""
    place = _place(membership)
    if place.user_id is None or place.role not in (Role.MODERATOR, Role.MEMBER):
        raise NotPossible(_("A room can be handed over to a moderator or member alone."))
    Room.objects.filter(pk=place.room_id).update(offered_to=place.user)


def withdraw_offer(room: Room) -> None:
    """Take the offer back, or turn it down."""
    Room.objects.filter(pk=room.pk).update(offered_to=None)


@transaction.atomic
def accept_room(room: Room, user: User) -> None:
    """Make the room theirs to whom it was offered; the former owner stays as a moderator. Raises `NotPossible`.

    The room key does not travel with it: it is in the browsers of those who hold it.
    """
    room = Room.objects.select_for_update(of=("self",)).select_related("owner").get(pk=room.pk)
    if room.owner.suspended_at is not None:
        raise NotPossible(_("The room is shut. It can be handed over once it is open again."))
    places = holding(room)
    new = places.filter(user=user, role__in=(Role.MODERATOR, Role.MEMBER)).first()
    if room.offered_to_id != user.pk or new is None:
        raise NotPossible(_("The room is not offered to you any more."))
    if user.rooms.count() >= limits.MAX_ROOMS_PER_OWNER:
        raise NotPossible(_("You have as many rooms as one person can have. Delete one first."))
    former = places.get(user=room.owner)
    for place, role in ((former, Role.MODERATOR), (new, Role.OWNER)):
        place.role = role
        place.save(update_fields=["role"])
        told_of_role(place)
    # These bring the room to another device of its owner's, and that is somebody else now.
    Invite.objects.filter(room=room, role=Role.OWNER, revoked_at=None).update(
        revoked_at=timezone.now(), wrapped_key=None
    )
    Room.objects.filter(pk=room.pk).update(owner=user, offered_to=None)
    logger.info("room %d: handed over from account %d to account %d", room.pk, former.user_id or 0, user.pk)


def leave_room(membership: Membership) -> None:
    """Give up one's own place: it is forgotten, and a link that still works would give a new one.

    Raises `NotPossible` for the owner.
    """
    if membership.role == Role.OWNER:
        raise NotPossible(_("This is your room: hand it over or delete it."))
    key = membership.pk
    Room.objects.filter(pk=membership.room_id, offered_to=membership.user_id).update(offered_to=None)
    membership.delete()
    transaction.on_commit(lambda: publish.close_membership(key, CloseCode.NOT_MEMBER))


def _place(membership: Membership) -> Membership:
    """Read a place anew and lock it. Raises `NotPossible` when nobody holds it any more."""
    found = holding(membership.room).select_for_update(of=("self",)).filter(pk=membership.pk).first()
    if found is None:
        raise NotPossible(_("They have no place in this room any more."))
    return found
