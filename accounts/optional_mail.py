"""Mails that a person can switch off, in the settings or with the link in each mail.

The link is signed. It names a kind of mail and the keyed hash of an address, never the address, and works without
signing in: from its page and by one click in a mail program (RFC 8058).
"""

import base64
import hmac
import re
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from common.mail import USEFUL_FOR, compose, mailbox_of

from .models import Mail, MailKind, MailOptOut

# Letters after a dot without a space, as in a domain; NFKC turns them into the dots of IDNA (RFC 3490 §3.1).
_TELEPHONE_DIGITS = 7  # that a name may not have, however they are separated; one date is not counted
_DATE = re.compile(r"\b(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{4})\b")
_DOMAIN = re.compile(r"\w[.\u3002][^\W\d_]{2}")


_HASH_BYTES = 16
_SIGNATURE_BYTES = 12
_TOKEN_LENGTH = 39  # one letter, 22 of the hash, 16 of the signature


def hash_address(address: str, secret: str | None = None) -> str:
    """Return the keyed hash that stands for an address here; it is useless without the site's SECRET_KEY."""
    text = address.strip().lower()
    digest = salted_hmac("accounts.optional_mail", text, secret=secret, algorithm="sha256").digest()
    return digest[:_HASH_BYTES].hex()


def is_wanted(kind: MailKind, address: str) -> bool:
    """Say whether an address still takes mails of this kind; `olga+any@…` does not where `olga@…` does not."""
    for either in {address, mailbox_of(address)}:
        _take_over(either)
    hashes = {hash_address(address), hash_address(mailbox_of(address))}
    return not MailOptOut.objects.filter(kind=kind, address_hash__in=hashes).exists()


def set_preferences(address: str, wanted_kinds: set[MailKind]) -> None:
    """Switch the named kinds of mail on for an address, and all others off."""
    _take_over(address)
    MailOptOut.objects.filter(address_hash=hash_address(address), kind__in=wanted_kinds).delete()
    for kind in set(MailKind) - wanted_kinds:
        opt_out(kind, hash_address(address))


def opt_out(kind: MailKind, address_hash: str) -> None:
    """Send no more mails of this kind to an address, and none that wait."""
    MailOptOut.objects.get_or_create(kind=kind, address_hash=address_hash)
    Mail.objects.filter(purpose=kind, address_hash=address_hash).delete()


def delete_opt_outs(address: str) -> None:
    """Delete an address's choices."""
    MailOptOut.objects.filter(address_hash__in=[hash_address(address), *_former_hashes(address)]).delete()


def delete_waiting(address: str) -> None:
    """Delete the mails to an address that have not been sent."""
    Mail.objects.filter(address_hash__in=[hash_address(address), *_former_hashes(address)]).delete()


def transfer_opt_outs(old: str, new: str) -> None:
    """Move a person's choices from their old address to their new one."""
    delete_opt_outs(new)
    _take_over(old)
    MailOptOut.objects.filter(address_hash=hash_address(old)).update(address_hash=hash_address(new))


def make_token(kind: MailKind, address: str) -> str:
    """Return the token of the link that switches off this kind of mail for this address."""
    return _sign(kind.value[0] + _encode(bytes.fromhex(hash_address(address))))


def read_token(token: str) -> tuple[MailKind, str]:
    """Return the kind of mail and the hash of the address in a token. Raises `BadSignature`."""
    if len(token) != _TOKEN_LENGTH:
        return _read_earlier_token(token)
    payload = token[: 1 + len(_encode(bytes(_HASH_BYTES)))]
    kinds = {kind.value[0]: kind for kind in MailKind}
    signed = [_sign(payload, secret) for secret in (None, *settings.SECRET_KEY_FALLBACKS)]
    if not any(hmac.compare_digest(own.encode(), token.encode()) for own in signed) or payload[0] not in kinds:
        raise BadSignature
    return kinds[payload[0]], base64.urlsafe_b64decode(payload[1:] + "==").hex()


def _former_hashes(address: str) -> list[str]:
    return [hash_address(address, secret) for secret in settings.SECRET_KEY_FALLBACKS]


def _take_over(address: str) -> None:
    """Store under the current SECRET_KEY what was stored about an address under a former one."""
    if not settings.SECRET_KEY_FALLBACKS:
        return
    former = MailOptOut.objects.filter(address_hash__in=_former_hashes(address))
    for kind in set(former.values_list("kind", flat=True)):
        opt_out(MailKind(kind), hash_address(address))
    former.delete()


def _sign(payload: str, secret: str | None = None) -> str:
    digest = salted_hmac("accounts.optional_mail.token", payload, secret=secret, algorithm="sha256").digest()
    return payload + _encode(digest[:_SIGNATURE_BYTES])


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _read_earlier_token(token: str) -> tuple[MailKind, str]:
    kind, _dot, address_hash = Signer(salt="accounts.optional_mail", sep=".").unsign(token).partition(".")
    if kind not in MailKind.values:
        raise BadSignature
    return MailKind(kind), address_hash[: 2 * _HASH_BYTES]


def send(
    kind: MailKind,
    address: str,
    template: str,
    context: dict[str, Any],
    reply_to: Sequence[str] = (),
    useful_for: timedelta = USEFUL_FOR,
) -> bool:
    """Send `mails/<template>.html`; return False for a person who opted out."""
    if not is_wanted(kind, address):
        return False
    link = settings.SITE_ORIGINS[0] + reverse("mail_opt_out", args=[make_token(kind, address)])
    headers = {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    named = {"opt_out_url": link, **context}
    message = compose(f"mails/{template}.html", [address], named, headers=headers, reply_to=reply_to)
    message.useful_for = useful_for
    message.send()
    return True


def safe_room_name(name: str) -> str:
    """Return a room's name for a mail to strangers, without links and telephone numbers."""
    return _("a room") if _leads_elsewhere(name) else f"“{name}”"


def safe_person_name(name: str) -> str:
    """Return a person's name for a mail to strangers, without links and telephone numbers."""
    return _("Someone") if _leads_elsewhere(name) else name


def _leads_elsewhere(name: str) -> bool:
    """Say whether a name has something to follow: what a mail program turns into a link, or a number to call."""
    text = unicodedata.normalize("NFKC", name)
    digits = sum(letter.isdecimal() for letter in _DATE.sub("", text, count=1))
    return "://" in text or "@" in text or _DOMAIN.search(text) is not None or digits >= _TELEPHONE_DIGITS
