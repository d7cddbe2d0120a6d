"""What waits in the outbox: adding an email, taking one to send, and what becomes of it.

Any number of threads and processes take emails; each goes to one of them. It is theirs for `LEASE`: when a process dies
while it sends, another one tries again. The receiver then may get the email twice, with the same `Message-ID`.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formatdate, make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db.models import Count, F, Min, Q
from django.utils import timezone

from accounts.authentication.encryption import MAIL_CONTENT, NotReadable, decrypt, encrypt, is_current
from accounts.models import Mail
from accounts.optional_mail import hash_address
from common.mail import USEFUL_FOR, ComposedMail

LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=20)  # after a failed try; each further one doubles it
LONGEST_PAUSE = timedelta(hours=1)
LAST = "account_deleted"
CANDIDATES = 20  # that are looked at to find one that no one else takes
_PARTS = ("subject", "body", "from_email", "to", "cc", "bcc", "reply_to")


@dataclass(frozen=True, slots=True)
class State:
    """How many emails wait, how many were given up, and for how many seconds the oldest one has been waiting."""

    waiting: int
    given_up: int
    oldest_waiting_seconds: float


def add(message: EmailMessage) -> None:
    """Let an email wait, as a part of the current transaction. Raises `ValueError` for one with attachments."""
    if message.attachments:
        raise ValueError("the outbox takes no attachments")
    now = timezone.now()
    composed = message if isinstance(message, ComposedMail) else None
    purpose, useful_for = (composed.purpose, composed.useful_for) if composed else ("", USEFUL_FOR)
    # The last email to an address leaves nothing by which the address could be found.
    address_hash = "" if purpose == LAST else hash_address(message.recipients()[0])
    if composed and composed.replaces_earlier:
        Mail.objects.filter(purpose=purpose, address_hash=address_hash, next_try_at__isnull=False).delete()
    Mail.objects.create(
        purpose=purpose,
        content=encrypt(json.dumps(_to_json(message)), MAIL_CONTENT),
        address_hash=address_hash,
        created_at=now,
        next_try_at=now,
        useful_until=now + useful_for,
    )


def is_anything_due() -> bool:
    """Say whether there is something to send now."""
    return _due(timezone.now()).exists()


def take() -> Mail | None:
    """Return an email that is due, for the caller alone, or None."""
    now = timezone.now()
    for key, due_at in _due(now).order_by("next_try_at").values_list("pk", "next_try_at")[:CANDIDATES]:
        mine = Mail.objects.filter(pk=key, next_try_at=due_at)
        if mine.update(next_try_at=now + LEASE, tries=F("tries") + 1):
            return Mail.objects.filter(pk=key).first()
    return None


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """Return the email as it was added. Raises `NotReadable`."""
    parts = json.loads(decrypt(mail.content, MAIL_CONTENT))
    message = EmailMultiAlternatives(**{name: parts[name] for name in _PARTS}, headers=parts["headers"])
    for content, kind in parts["alternatives"]:
        message.attach_alternative(content, kind)
    return message


def sent(mail: Mail) -> None:
    """Forget an email that a mail server has accepted."""
    Mail.objects.filter(pk=mail.pk).delete()


def put_off(mail: Mail, problem: str) -> None:
    """Try again later."""
    pause = min(FIRST_PAUSE * 2 ** min(mail.tries - 1, 10), LONGEST_PAUSE)
    Mail.objects.filter(pk=mail.pk).update(next_try_at=timezone.now() + pause, problem=problem)


def give_up(mail: Mail, problem: str) -> None:
    """Do not try again, unless staff ask for it."""
    Mail.objects.filter(pk=mail.pk).update(next_try_at=None, problem=problem)


def note(problem: str) -> None:
    """Note why nothing that is due is being sent."""
    _due(timezone.now()).exclude(problem=problem).update(problem=problem)


def drop_useless() -> int:
    """Give up what came too late, and forget what it said; return how many emails."""
    late = Mail.objects.filter(useful_until__lte=timezone.now()).exclude(content="")
    return late.update(content="", next_try_at=None)


def try_again(mails: "Iterable[Mail]") -> int:
    """Make emails due that were given up or put off and are still of use; return how many."""
    now = timezone.now()
    keys = [mail.pk for mail in mails]
    return Mail.objects.filter(pk__in=keys, useful_until__gt=now).update(next_try_at=now, tries=0, problem="")


def encrypt_again() -> int:
    """Encrypt with the current key what a former one encrypted and can still be read; return how many emails."""
    changed = 0
    for mail in Mail.objects.exclude(content="").order_by("pk").iterator():
        if not is_current(mail.content, MAIL_CONTENT):
            with suppress(NotReadable):
                content = encrypt(decrypt(mail.content, MAIL_CONTENT), MAIL_CONTENT)
                changed += Mail.objects.filter(pk=mail.pk, content=mail.content).update(content=content)
    return changed


def state() -> State:
    """Return the state of the outbox."""
    waiting = Q(next_try_at__isnull=False)
    found: dict[str, Any] = Mail.objects.aggregate(
        waiting=Count("pk", filter=waiting),
        given_up=Count("pk", filter=~waiting),
        oldest=Min("created_at", filter=waiting),
    )
    oldest: datetime | None = found["oldest"]
    seconds = max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0
    return State(found["waiting"], found["given_up"], seconds)


def _due(now: datetime) -> Any:
    return Mail.objects.filter(next_try_at__lte=now, useful_until__gt=now)


def _to_json(message: EmailMessage) -> dict[str, Any]:
    # The same in all tries: mail programs show one of two copies.
    site = urlsplit(settings.SITE_ORIGINS[0]).hostname
    headers = {"Message-ID": make_msgid(domain=site), "Date": formatdate(), **message.extra_headers}
    alternatives = [[part.content, part.mimetype] for part in getattr(message, "alternatives", ())]
    parts = {name: getattr(message, name) for name in _PARTS}
    return {**parts, "headers": headers, "alternatives": alternatives}
