"""What rooms say by mail: an invitation, that somebody waits, that the end is near. Never a name from a call."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import optional_mail
from accounts.models import MailKind, User
from common import ratelimit
from common.mail import MailFailed
from common.ratelimit import consume
from rooms.errors import NotPossible
from rooms.models import Invite, InviteState, Role, Room

from .members import holding

logger = logging.getLogger(__name__)

REMINDER_LEAD = timedelta(days=1)  # how long before the end of a room its owner is told
LONG_LIVED = timedelta(days=2)  # a room made for less needs no mail: its owner has just chosen the end
MAX_HOSTS_MAILED = 5  # that get a mail when somebody waits


class RateLimited(Exception):
    """Too many mails, to this address or from this account; `wait` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


def send_invitation(link_row: Invite, sender: User, address: str, link: str | None) -> None:
    """Send an invitation; `link` is the whole link, or None when the sender hands the secret over in another way.

    Nothing of it is kept, neither address nor link. Raises `NotPossible`, `RateLimited` and `MailFailed`.
    """
    if link_row.state(timezone.now()) is not InviteState.ACTIVE:
        raise NotPossible(_("This link does not work any more. Make a new one."))
    if not optional_mail.is_wanted(MailKind.INVITATION, address):
        raise NotPossible(_("This address takes no invitations from here. Send the link in another way."))
    wait = consume(ratelimit.MAIL_FROM, sender.pk) or consume(ratelimit.MAIL_TO, optional_mail.hash_address(address))
    if wait:
        raise RateLimited(wait)
    context = {
        "sender": optional_mail.safe_person_name(sender.display_name),
        "room": optional_mail.safe_room_name(link_row.room.name),
        "link": link,
        "until": _moment(link_row.expires_at),
        "account": link_row.role != Role.GUEST,
    }
    optional_mail.send(MailKind.INVITATION, address, "invitation", context)


def mail_hosts_about_knock(room_id: int) -> None:
    """Tell those who could open the door, at most once in a quarter of an hour."""
    room = Room.objects.filter(pk=room_id).first()
    if room is None or consume(ratelimit.MAIL_WAITING, room_id):
        return
    hosts = holding(room).filter(role__in=(Role.OWNER, Role.MODERATOR), user__is_active=True).select_related("user")
    for place in sorted(hosts, key=lambda place: place.role != Role.OWNER)[:MAX_HOSTS_MAILED]:
        if place.user is not None:
            url = settings.SITE_ORIGINS[0] + reverse("rooms:call", args=[room.slug])
            with suppress(MailFailed):  # it is in the log
                optional_mail.send(
                    MailKind.WAITING,
                    place.user.email,
                    "waiting",
                    {"room": optional_mail.safe_room_name(room.name), "url": url},
                )


def send_expiry_reminders() -> int:
    """Tell the owners of rooms that end within a day, once for each end; return how many were told."""
    now = timezone.now()
    ending = Room.objects.filter(
        expires_at__gt=now, expires_at__lte=now + REMINDER_LEAD, closed_at=None, owner__is_active=True
    )
    due = ending.filter(expires_at__gte=F("created_at") + LONG_LIVED).exclude(reminded_of=F("expires_at"))
    told = 0
    for room in due.select_related("owner"):
        url = settings.SITE_ORIGINS[0] + reverse("rooms:manage", args=[room.slug])
        context = {
            "room": optional_mail.safe_room_name(room.name),
            "until": _moment(room.expires_at),
            "days": settings.RETENTION_DAYS,
            "url": url,
        }
        try:
            told += optional_mail.send(MailKind.EXPIRING, room.owner.email, "expiring", context)
        except MailFailed:
            continue  # the next run tries again
        Room.objects.filter(pk=room.pk).update(reminded_of=room.expires_at)
    return told


def _moment(moment: datetime | None) -> str:
    return date_format(moment, "DATETIME_FORMAT") if moment else ""
