"""The stored secrets of second factors: finding those that the current key has not encrypted, and encrypting them."""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from .encryption import FACTOR_SECRETS, NotReadable, decrypt, encrypt, is_current, is_encrypted

# Where allauth keeps secrets in `Authenticator.data`: an app's, the seed of recovery codes, recovery codes themselves.
_FIELDS = ("secret", "seed", "migrated_codes")


@dataclass(slots=True)
class Counts:
    """Of how many factors the secret was encrypted again, and of how many it cannot be read."""

    changed: int = 0
    not_readable: int = 0


def encrypt_again() -> Counts:
    """Encrypt with the current key what a former one encrypted, and what was stored before there was encryption."""
    counts = Counts()
    for key in Authenticator.objects.values_list("pk", flat=True).order_by("pk").iterator():
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=key).first()
            if row is None or is_up_to_date(row.data):
                continue
            try:
                row.data = with_current_key(row.data)
            except NotReadable:
                counts.not_readable += 1
                continue
            row.save(update_fields=["data"])
            counts.changed += 1
    return counts


def is_up_to_date(data: dict[str, Any]) -> bool:
    """Say whether every secret in the `data` of a factor is encrypted with the current key."""
    return all(is_current(text, FACTOR_SECRETS) for text in _secrets(data))


def with_current_key(data: dict[str, Any]) -> dict[str, Any]:
    """Return `data` with every secret encrypted with the current key. Raises `NotReadable`."""
    return {name: _again(value) if name in _FIELDS else value for name, value in data.items()}


def _again(value: str | list[str]) -> str | list[str]:
    if isinstance(value, list):
        return [encrypt(_plain(text), FACTOR_SECRETS) for text in value]
    return encrypt(_plain(value), FACTOR_SECRETS)


def _plain(text: str) -> str:
    return decrypt(text, FACTOR_SECRETS) if is_encrypted(text) else text


def _secrets(data: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for name in _FIELDS:
        value = data.get(name, [])
        found += value if isinstance(value, list) else [value]
    return found
