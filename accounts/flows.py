"""Changes to accounts in several steps: suspending, reinstating, ending sessions, a lost second factor."""

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone

from common.security_log import log_event

from .adapter import SessionsAdapter
from .events import account_suspended
from .models import User

MAX_SESSIONS = 50  # of one account at the same time; docs/authentication.md says why


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
    log_event("account.suspended", account=user.pk, by=by.pk)


@transaction.atomic
def reinstate(user: User, by: User) -> None:
    """Let a suspended person sign in again. Raises `NotAllowed`."""
    if not may_suspend(user, by):
        raise NotAllowed
    user.suspended_at = None
    user.is_active = True
    user.save(update_fields=["suspended_at", "is_active"])
    log_event("account.reinstated", account=user.pk, by=by.pk)


def end_sessions(user: User, keep: str | None = None) -> int:
    """End every session of a person, except the one with the key `keep`; return how many ended."""
    sessions = [s for s in UserSession.objects.filter(user=user) if s.session_key != keep]
    SessionsAdapter().end_sessions(sessions)
    return len(sessions)


@transaction.atomic
def reset_second_factor(user: User, by: User | None) -> None:
    """Remove all factors of a person who has lost theirs, end their sessions, and say so by mail.

    Their next sign-in takes the password and a code sent to their address, as setting up a factor did. `by` is the
    superuser who has made sure who is asking, or None for a command on the server. Raises `NotAllowed`.
    """
    if by is not None and not may_reset_second_factor(user, by):
        raise NotAllowed
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).update(verified=False)
    end_sessions(user)
    log_event("factor.lost", account=user.pk, by=by.pk if by is not None else 0)
    get_adapter().send_mail("account/email/second_factor_reset", user.email, {})


def may_reset_second_factor(user: User, by: User) -> bool:
    """Say whether `by` may remove the factors of `user`: only superusers, and not their own."""
    return by.is_superuser and by.is_active and by.pk != user.pk


def end_oldest_sessions(user: User, keep: str | None) -> None:
    """End what is above MAX_SESSIONS, the oldest first; `keep` is the key of the new one."""
    others = UserSession.objects.filter(user=user).exclude(session_key=keep).order_by("-created_at")
    SessionsAdapter().end_sessions(others[MAX_SESSIONS - 1 :])
