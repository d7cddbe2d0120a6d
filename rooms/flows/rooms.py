"""Create, change, close, reopen and delete rooms."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.deletion import delete_row
from rooms import limits
from rooms.errors import NotPossible
from rooms.live import publish
from rooms.live.close_codes import CloseCode
from rooms.models import Membership, Role, Room
from rooms.slugs import make_slug

logger = logging.getLogger(__name__)


@transaction.atomic
def create_room(
    owner: User, name: str, *, expires_at: datetime | None = None, max_people: int = 4, relay_only: bool = False
) -> Room:
    """Create a room without a key, with its owner as the only member. Raises `NotPossible` at the limit of rooms."""
    if owner.rooms.count() >= limits.MAX_ROOMS_PER_OWNER:
        raise NotPossible(_("You've reached the limit of rooms. Delete one first."))
    room = Room(owner=owner, name=name, expires_at=expires_at, max_people=max_people, relay_only=relay_only)
    save_new_room(room)
    return room


@transaction.atomic
def save_new_room(room: Room) -> None:
    """Save a new room with a new slug, and the membership of its owner."""
    room.slug = make_slug(room.name)
    room.save(force_insert=True)
    Membership.objects.create(room=room, user=room.owner, role=Role.OWNER)
    publish.rooms_of_user_changed(room.owner_id)


def change_room(
    room: Room, *, name: str, expires_at: datetime | None, max_people: int, relay_only: bool = False
) -> None:
    """Change what the owner chooses; people in the call see it at once. The slug stays."""
    room.name, room.expires_at, room.max_people, room.relay_only = name, expires_at, max_people, relay_only
    room.save(update_fields=["name", "expires_at", "max_people", "relay_only"])
    publish.room_changed(room.pk)


def close_room(room: Room, *, by_moderator: bool = False) -> None:
    """Close the room: everyone in the call leaves, and no one can join until it is reopened.

    `by_moderator`: a moderator of the site closes it, and only they can reopen it.
    """
    if by_moderator:
        Room.objects.filter(pk=room.pk).update(closed_by_moderator=True)
    if Room.objects.filter(pk=room.pk, closed_at__isnull=True).update(closed_at=timezone.now()):
        logger.info("room %d closed", room.pk)
    publish.close_room(room.pk, CloseCode.ROOM_CLOSED)


def reopen_room(room: Room, *, by_moderator: bool = False) -> None:
    """Reopen a closed room. Raises `NotPossible` if a moderator of the site closed it, unless `by_moderator`."""
    rooms = Room.objects.filter(pk=room.pk)
    if by_moderator:
        rooms.update(closed_at=None, closed_by_moderator=False)
    elif not rooms.filter(closed_by_moderator=False).update(closed_at=None):
        raise NotPossible(_("A moderator of this site has closed this room. Only they can reopen it."))
    publish.room_changed(room.pk)


def end_meeting(room: Room) -> None:
    """End the call for everyone in it and everyone who is waiting. The room stays open: they can join again."""
    publish.close_room(room.pk, CloseCode.MEETING_ENDED)
    logger.info("room %d: meeting ended", room.pk)


def delete_room(room: Room) -> None:
    """Delete the room with its invites and memberships; `rooms.receivers` closes the sockets."""
    key = room.pk
    delete_row(room)
    logger.info("room %d deleted", key)
