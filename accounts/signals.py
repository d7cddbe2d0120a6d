"""What follows from signing in and out, from a new password and from the deletion of an account."""

from typing import Any

from allauth.account.signals import email_changed, password_changed, password_reset, password_set
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.http import HttpRequest

from . import optional_mail
from .deletion import forget
from .flows import end_sessions
from .models import User
from .sockets import close_session, move_session


@receiver(user_logged_in)
def on_signed_in(sender: Any, request: HttpRequest, **_: Any) -> None:
    """Let a guest's call go on under the session that they have signed in with, and end with it."""
    _follow_key(request)


@receiver(user_logged_out)
def on_signed_out(sender: Any, request: HttpRequest | None, **_: Any) -> None:
    """Close the sockets of the session that ends (the key is still there: Django flushes the session afterwards)."""
    if request is not None and request.session.session_key:
        close_session(request.session.session_key)


@receiver([password_changed, password_set, password_reset])
def on_new_password(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """End the other sessions at once: Django would only notice at their next request, their sockets never."""
    _follow_key(request)
    end_sessions(user, keep=request.session.session_key)


@receiver(email_changed)
def on_new_address(sender: Any, from_email_address: Any, to_email_address: Any, **_: Any) -> None:
    """Let what somebody has switched off stay off."""
    if from_email_address is not None:
        optional_mail.move(from_email_address.email, to_email_address.email)


def _follow_key(request: HttpRequest) -> None:
    """Keep what this browser has open when Django gives its session another key (`SessionBase.cycle_key`)."""
    old, new = request.COOKIES.get(settings.SESSION_COOKIE_NAME), request.session.session_key
    if not old or not new or old == new:
        return
    UserSession.objects.filter(session_key=old).delete()
    move_session(old, new)


@receiver(pre_delete, sender=User)
def on_deleted(sender: Any, instance: User, **_: Any) -> None:
    """Leave nothing of an account that is deleted, and end its calls."""
    forget(instance)
