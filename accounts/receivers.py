"""What follows from signing in and out, from a new password or address, and from the deletion of an account."""

from typing import Any

from allauth.account.signals import (
    authentication_step_completed,
    email_changed,
    password_changed,
    password_reset,
    password_set,
)
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.http import HttpRequest

from . import optional_mail
from .authentication.session_use import start_session
from .deletion import erase_traces
from .events import session_ended, session_rekeyed
from .flows import end_oldest_sessions, end_sessions
from .models import User


@receiver(user_logged_in)
def on_signed_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Let a guest's call continue under the session of the account, and end with it. The oldest sessions end."""
    start_session(request, user)
    # What the list says of an earlier session, ended or not, is not true of this one; allauth adds a row of its own.
    UserSession.objects.filter(session_key=request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")).delete()
    _follow_key(request)
    end_oldest_sessions(user, keep=request.session.session_key)


@receiver(authentication_step_completed)
def on_signed_in_again(sender: Any, request: HttpRequest, reauthenticated: bool = False, **_: Any) -> None:
    """Give the session another key: one that was read before does not become a session with a recent sign-in."""
    if reauthenticated:
        request.session.cycle_key()
        _follow_key(request)


@receiver(user_logged_out)
def on_signed_out(sender: Any, request: HttpRequest | None, **_: Any) -> None:
    """Announce the end of the session, while it still has its key: Django flushes it afterwards."""
    if request is not None and request.session.session_key:
        session_ended.send(UserSession, session_key=request.session.session_key)


@receiver([password_changed, password_set, password_reset])
def on_new_password(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """End the other sessions at once: Django would notice at their next request, and never for their sockets."""
    _follow_key(request)
    end_sessions(user, keep=request.session.session_key)


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def on_new_factors(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """End the other sessions: they were opened by someone who did not show what signing in asks for now."""
    end_sessions(user, keep=request.session.session_key)


@receiver(email_changed)
def on_new_address(sender: Any, from_email_address: Any, to_email_address: Any, **_: Any) -> None:
    """Keep the person's choice of optional mails."""
    if from_email_address is not None:
        optional_mail.transfer_opt_outs(from_email_address.email, to_email_address.email)


@receiver(pre_delete, sender=User)
def on_deleted(sender: Any, instance: User, **_: Any) -> None:
    """Erase the traces that no foreign key leads to, for every deletion, whether by the person or by staff."""
    erase_traces(instance)


def _follow_key(request: HttpRequest) -> None:
    """Announce a browser's new session key when Django has changed it (`SessionBase.cycle_key`)."""
    # One request can change the key twice: the password again, then the form that waited for it.
    old = getattr(request, "followed_key", request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    new = request.session.session_key
    if not old or not new or old == new:
        return
    request.followed_key = new  # type: ignore[attr-defined]
    row = UserSession.objects.filter(session_key=old).first()
    if row is not None:
        UserSession.objects.filter(session_key=new).delete()
        row.session_key = new
        row.save(update_fields=["session_key"])
    session_rekeyed.send(UserSession, old_key=old, new_key=new)
