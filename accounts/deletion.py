"""Deleting an account: all that is stored about the person goes at once, and their calls end."""

from importlib import import_module

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from common.deletion import delete_row
from common.security_log import log_event

from . import personal_data
from .events import account_deleting
from .flows import end_sessions
from .models import User


class DeletionNotPossible(Exception):
    """The account cannot be deleted now; the text says why, for the person."""


def delete_account(user: User) -> None:
    """Delete a person, their rooms and all that is stored about them, and confirm it by mail.

    Raises `DeletionNotPossible`.
    """
    address, key = user.email, user.pk
    with transaction.atomic():
        if _is_last_superuser(user):
            raise DeletionNotPossible(_("You are the only superuser. Make someone else a superuser first."))
        delete_row(user)
        get_adapter().send_mail("account/email/account_deleted", address, {})
    log_event("account.deleted", account=key)


def erase_traces(user: User) -> None:
    """Delete what no foreign key leads to, before the person's row itself goes. Every deletion calls it."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
    sessions = [store(key).load() for key in keys]
    account_deleting.send(User, user=user)
    end_sessions(user)
    personal_data.forget(user, sessions)


def _is_last_superuser(user: User) -> bool:
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return user.is_superuser and not others.exists()
