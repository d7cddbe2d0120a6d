"""Acts of several steps upon an account: they change rows and tell the live sockets."""

import logging

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone

from rooms.flows.keys import require_rekey
from rooms.live.close_codes import CloseCode
from rooms.models import Room

from .adapter import SessionsAdapter
from .models import User
from .sockets import close_room, close_user

logger = logging.getLogger(__name__)


class NotAllowed(Exception):
    """This person may not do that to that person."""


def may_suspend(user: User, by: User) -> bool:
    """Say whether `by` may suspend or reinstate `user`: staff, nobody themselves, and staff only by a superuser."""
    return by.is_staff and by.pk != user.pk and (by.is_superuser or not (user.is_staff or user.is_superuser))


@transaction.atomic
def suspend(user: User, by: User) -> None:
    """Lock a person out: no sign-in, no session, no socket, their rooms shut (close code 4013). Raises `NotAllowed`.

    A person who is suspended already keeps the first date.
    """
    if not may_suspend(user, by):
        raise NotAllowed
    user.suspended_at = user.suspended_at or timezone.now()
    user.is_active = False
    user.save(update_fields=["suspended_at", "is_active"])
    # The sockets first: they are told "suspended" rather than "signed out".
    close_user(user.pk, CloseCode.SUSPENDED)
    for room_id in user.rooms.values_list("pk", flat=True):
        close_room(room_id, CloseCode.SUSPENDED)
    end_sessions(user)
    # They hold the keys of the rooms in which they had a place.
    require_rekey(Room.objects.filter(memberships__user=user, memberships__removed_at__isnull=True))
    logger.info("account %d suspended by %d", user.pk, by.pk)


@transaction.atomic
def reinstate(user: User, by: User) -> None:
    """Let a suspended person in again; they sign in anew. Raises `NotAllowed`."""
    if not may_suspend(user, by):
        raise NotAllowed
    user.suspended_at = None
    user.is_active = True
    user.save(update_fields=["suspended_at", "is_active"])
    logger.info("account %d reinstated by %d", user.pk, by.pk)


def end_sessions(user: User, keep: str | None = None) -> int:
    """End every session of a person, except the one with the key `keep`; return how many ended."""
    sessions = [s for s in UserSession.objects.filter(user=user) if s.session_key != keep]
    SessionsAdapter().end_sessions(sessions)
    return len(sessions)
