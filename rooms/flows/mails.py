"""Emails about rooms: an invitation, a guest who knocks, a room that expires soon. Never a name from a call."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import optional_mail
from accounts.models import MailKind, User
from common import ratelimit
from common.mail import USEFUL_FOR, mailbox_of
from common.ratelimit import consume, consume_all
from common.times import format_moment
from rooms.errors import NotPossible
from rooms.models import Invite, InviteState, Role, Room
from rooms.permissions import HOSTS

logger = logging.getLogger(__name__)

REMINDER_LEAD = timedelta(days=1)  # how long before a room expires its owner is reminded
LONG_LIVED = timedelta(days=2)  # a room created for less needs no reminder: its owner has just chosen the expiry
NEW_ACCOUNT = timedelta(days=1)  # for which an account may send few invitations
MAX_HOSTS_MAILED = 5  # about one knock
KNOCK_IS_NEWS = timedelta(minutes=15)  # afterwards no one waits any more


class RateLimited(Exception):
    """Too many emails, to this address or from this account; `wait` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


def send_invitation(
    invite: Invite, sender: User, address: str, link: str | None, *, reply: bool = False, network: str = ""
) -> None:
    """Send an invitation; `link` is the whole link, or None if the sender passes on the code in another way.

    `network` is the network address that asks for it.
    With `reply`, an answer goes to the sender, whose address the receiver then sees.

    Address and link are stored, encrypted, until the email is sent. Raises `NotPossible` and `RateLimited`.
    """
    if invite.state(timezone.now()) is not InviteState.ACTIVE:
        raise NotPossible(_("This link no longer works. Create a new one."))
    if not optional_mail.is_wanted(MailKind.INVITATION, address):
        raise NotPossible(_("This person doesn't accept invitations by email. Send the link in another way."))
    limits = [(ratelimit.MAIL_FROM, sender.pk), (ratelimit.MAIL_TO, mailbox_of(address))]
    if sender.date_joined > timezone.now() - NEW_ACCOUNT:
        limits.append((ratelimit.MAIL_FROM_NEW, sender.pk))
    if network:
        limits.append((ratelimit.MAIL_FROM_NETWORK, network))
    if wait := consume_all(*limits):
        raise RateLimited(wait)
    context = {
        "sender": optional_mail.safe_person_name(sender.display_name),
        "room": optional_mail.safe_room_name(invite.room.name),
        "link": link,
        "code_url": settings.SITE_ORIGINS[0] + reverse("rooms:invite"),
        "reply": reply,
        "until": format_moment(invite.expires_at, _zone_of_address(address) or sender.time_zone),
        "account": invite.role != Role.GUEST,
    }
    reply_to = [sender.email] if reply else []
    useful_for = min(USEFUL_FOR, invite.expires_at - timezone.now())
    optional_mail.send(MailKind.INVITATION, address, "invitation", context, reply_to, useful_for)


def mail_hosts_about_knock(room_id: int) -> None:
    """Tell the hosts by email that someone is waiting, at most once in a quarter of an hour for each room."""
    room = Room.objects.filter(pk=room_id).first()
    if room is None or consume(ratelimit.MAIL_WAITING, room_id):
        return
    hosts = room.memberships.active().filter(role__in=HOSTS, user__is_active=True).select_related("user")
    for host in sorted(hosts, key=lambda membership: membership.role != Role.OWNER)[:MAX_HOSTS_MAILED]:
        if host.user is not None:
            url = settings.SITE_ORIGINS[0] + reverse("rooms:call", args=[room.slug])
            context = {"room": optional_mail.safe_room_name(room.name), "url": url}
            optional_mail.send(MailKind.WAITING, host.user.email, "waiting", context, useful_for=KNOCK_IS_NEWS)


def send_expiry_reminders() -> int:
    """Remind the owners of rooms that expire within a day, once for each expiry; return how many emails were sent."""
    now = timezone.now()
    expiring = Room.objects.open(now).filter(expires_at__lte=now + REMINDER_LEAD, owner__is_active=True)
    due = expiring.filter(expires_at__gte=F("created_at") + LONG_LIVED).exclude(expiry_reminder_for=F("expires_at"))
    sent = 0
    for room in due.select_related("owner"):
        url = settings.SITE_ORIGINS[0] + reverse("rooms:manage", args=[room.slug])
        context = {
            "room": optional_mail.safe_room_name(room.name),
            "until": format_moment(room.expires_at or now, room.owner.time_zone),
            "days": settings.RETENTION_DAYS,
            "url": url,
        }
        with transaction.atomic():
            sent += optional_mail.send(MailKind.EXPIRING, room.owner.email, "expiring", context)
            Room.objects.filter(pk=room.pk).update(expiry_reminder_for=room.expires_at)
    return sent


def _zone_of_address(address: str) -> str:
    return User.objects.filter(email__iexact=address).values_list("time_zone", flat=True).first() or ""
