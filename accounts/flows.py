"""Changes to accounts in several steps: suspending, reinstating, ending sessions."""

import logging

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone

from .adapter import SessionsAdapter
from .events import account_suspended
from .models import User

logger = logging.getLogger(__name__)


class NotAllowed(Exception):
    """This person may not suspend or reinstate that one."""


def may_suspend(user: User, by: User) -> bool:
    """Say whether `by`, who is staff, may suspend `user`: not themselves, and other staff only as a superuser."""
    return by.is_staff and by.pk != user.pk and (by.is_superuser or not (user.is_staff or user.is_superuser))


@transaction.atomic
def suspend(user: User, by: User) -> None:
    """Suspend a person: they are signed out everywhere, cannot sign in, and their rooms close.

    A person who is suspended already keeps the first date. Raises `NotAllowed`.
    """
    if not may_suspend(user, by):
        raise NotAllowed
    user.suspended_at = user.suspended_at or timezone.now()
    user.is_active = False
    user.save(update_fields=["suspended_at", "is_active"])
    # Before the sessions end: live sockets then close as suspended, not as signed out.
    account_suspended.send(User, user=user)
    end_sessions(user)
    logger.info("account %d suspended by account %d", user.pk, by.pk)


@transaction.atomic
def reinstate(user: User, by: User) -> None:
    """Let a suspended person sign in again. Raises `NotAllowed`."""
    if not may_suspend(user, by):
        raise NotAllowed
    user.suspended_at = None
    user.is_active = True
    user.save(update_fields=["suspended_at", "is_active"])
    logger.info("account %d reinstated by account %d", user.pk, by.pk)


def end_sessions(user: User, keep: str | None = None) -> int:
    """End every session of a person, except the one with the key `keep`; return how many ended."""
    sessions = [s for s in UserSession.objects.filter(user=user) if s.session_key != keep]
    SessionsAdapter().end_sessions(sessions)
    return len(sessions)
