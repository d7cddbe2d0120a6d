"""Deleting an account: everything that is known of the person goes at once, and open calls end."""

import logging
from contextlib import suppress
from importlib import import_module

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from common.mail import MailFailed
from rooms.flows.guests import forget_guests
from rooms.flows.keys import require_rekey
from rooms.guest_session import guest_id_of
from rooms.live.close_codes import CloseCode
from rooms.models import Room

from . import optional_mail
from .flows import end_sessions
from .models import User
from .sockets import close_user

logger = logging.getLogger(__name__)


class NotPossible(Exception):
    """The account cannot be deleted now; the text says why, for the person."""


def delete_account(user: User) -> None:
    """Delete a person, their rooms and all that is known of them, and tell their address. Raises `NotPossible`."""
    address, key = user.email, user.pk
    with transaction.atomic():
        if _last_superuser(user):
            raise NotPossible(
                _("You are the only one who may do everything here. Give somebody else that right first.")
            )
        user.delete()
    logger.info("account %d deleted", key)
    with suppress(MailFailed):  # it is in the log
        get_adapter().send_mail("account/email/account_deleted", address, {})


def forget(user: User) -> None:
    """Take away what no foreign key would, before the row itself goes: called for every deletion, whoever deletes."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
    browsers = {browser for key in keys if (browser := guest_id_of(store(key)))}
    # They hold the keys of the rooms in which they had a place.
    require_rekey(Room.objects.filter(memberships__user=user, memberships__removed_at__isnull=True).exclude(owner=user))
    close_user(user.pk, CloseCode.SIGNED_OUT)
    end_sessions(user)
    forget_guests(browsers)
    for address in {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}:
        optional_mail.forget(address)
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
    about.delete()  # it names them; the trail of moderators has numbers alone


def _last_superuser(user: User) -> bool:
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return user.is_superuser and not others.exists()
