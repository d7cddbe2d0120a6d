"""Mails that nobody has to get: sent only to whoever has not switched them off, with a link to do so in each.

The link is signed and names a kind of mail and the keyed hash of an address, never the address; it works without
signing in, from the page and by one click in a mail program (RFC 8058).
"""

import re
import unicodedata
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from common.mail import mail_errors

from .models import MailKind, MailStop

# Letters behind a dot without a space, as in a domain; after NFKC these are the dots of IDNA (RFC 3490 §3.1).
_DOMAIN = re.compile(r"\w[.\u3002][^\W\d_]{2}")


def _signer() -> Signer:
    return Signer(salt="accounts.optional_mail", sep=".")


def hash_of(address: str) -> str:
    """Return what an address is known by here; of no use without the site's SECRET_KEY."""
    return salted_hmac("accounts.optional_mail", address.strip().lower(), algorithm="sha256").hexdigest()


def wanted(kind: MailKind, address: str) -> bool:
    """Say whether an address may get mails of this kind."""
    return not MailStop.objects.filter(kind=kind, address_hash=hash_of(address)).exists()


def choose(address: str, wanted_kinds: set[MailKind]) -> None:
    """Switch kinds of mail on and off for an address: those named are on."""
    MailStop.objects.filter(address_hash=hash_of(address), kind__in=wanted_kinds).delete()
    for kind in set(MailKind) - wanted_kinds:
        stop(kind, hash_of(address))


def stop(kind: MailKind, address_hash: str) -> None:
    """Send no mails of this kind to an address any more."""
    MailStop.objects.get_or_create(kind=kind, address_hash=address_hash)


def forget(address: str) -> None:
    """Forget what an address has switched off."""
    MailStop.objects.filter(address_hash=hash_of(address)).delete()


def move(old: str, new: str) -> None:
    """Let the choices of somebody's address go on under their new one."""
    forget(new)
    MailStop.objects.filter(address_hash=hash_of(old)).update(address_hash=hash_of(new))


def token_for(kind: MailKind, address: str) -> str:
    """Return what the link in a mail says: which mails to stop, for whom."""
    return _signer().sign(f"{kind.value}.{hash_of(address)}")


def read_token(token: str) -> tuple[MailKind, str]:
    """Return the kind and the hash of the address that a link names. Raises `BadSignature`."""
    kind, _dot, address_hash = _signer().unsign(token).partition(".")
    if kind not in MailKind.values:
        raise BadSignature
    return MailKind(kind), address_hash


def send(kind: MailKind, address: str, template: str, context: dict[str, Any]) -> bool:
    """Send `mails/<template>.txt`, whose first line is the subject; False when it is not wanted. Raises `MailFailed`.

    It takes up to `EMAIL_TIMEOUT` seconds.
    """
    if not wanted(kind, address):
        return False
    link = settings.SITE_ORIGINS[0] + reverse("mail_stop", args=[token_for(kind, address)])
    named = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_ORIGINS[0], "stop_url": link, **context}
    subject, _newline, body = render_to_string(f"mails/{template}.txt", named).strip().partition("\n")
    headers = {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    with mail_errors():
        EmailMessage(subject.strip(), body.strip() + "\n", to=[address], headers=headers).send()
    return True


def quotable_room(name: str) -> str:
    """Return what a room is called in a mail to strangers."""
    return _("a room") if _becomes_link(name) else f"“{name}”"


def quotable_person(name: str) -> str:
    """Return what a person is called in a mail to strangers."""
    return _("Somebody") if _becomes_link(name) else name


def _becomes_link(name: str) -> bool:
    """Say whether a mail program would make a link of a part of a name: whoever chose it may want to advertise."""
    text = unicodedata.normalize("NFKC", name)
    return "://" in text or "@" in text or _DOMAIN.search(text) is not None
