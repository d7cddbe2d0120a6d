"""Encrypts secrets of second factors, contents of sessions, emails that wait, and the tickets of guests.

The database must not show the first three, nor the scripts of a page the last.

AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits. The keys are derived from `SECRET_KEY` and
`SECRET_KEY_FALLBACKS` by HKDF-SHA256 (RFC 5869), one for each purpose, and exist only in the memory of the process. The
purpose is authenticated, too. An encrypted text is `<suite>.<key id>.<base64url of nonce and ciphertext>`: the suite
names the algorithms, so that others can replace them.
"""

import base64
import binascii
import os
from collections.abc import Iterator
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

SUITE = "e1"  # HKDF-SHA256, AES-256-GCM
# Purposes.
FACTOR_SECRETS, SESSION_CONTENT, MAIL_CONTENT = "factor secrets", "session content", "mail content"
GUEST_TICKET = "guest ticket"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_ID_BYTES = 4


class NotReadable(Exception):
    """The text was encrypted with a key that this process does not have, for another purpose, or was changed."""

    # A template shows nothing in its place.
    silent_variable_failure = True


def encrypt(text: str, purpose: str) -> str:
    """Return the text encrypted with the current key."""
    key_id, key = _derive(settings.SECRET_KEY, purpose)
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + key.encrypt(nonce, text.encode(), purpose.encode())
    return f"{SUITE}.{key_id}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"


def decrypt(text: str, purpose: str) -> str:
    """Return what `encrypt` was given, under the current key or one of the fallbacks. Raises `NotReadable`."""
    _suite, _dot, rest = text.partition(".")
    key_id, _dot, encoded = rest.partition(".")
    key = next((key for known_id, key in _keys(purpose) if known_id == key_id), None)
    if key is None or not is_encrypted(text):
        raise NotReadable
    try:
        sealed = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return key.decrypt(nonce, ciphertext, purpose.encode()).decode()
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise NotReadable from error


def is_encrypted(text: str) -> bool:
    """Say whether the text has the form that `encrypt` gives it."""
    return text.startswith(f"{SUITE}.")


def is_current(text: str, purpose: str) -> bool:
    """Say whether the text is encrypted with the current key, and not with a fallback."""
    return text.startswith(f"{SUITE}.{_derive(settings.SECRET_KEY, purpose)[0]}.")


def _keys(purpose: str) -> Iterator[tuple[str, AESGCM]]:
    yield _derive(settings.SECRET_KEY, purpose)
    for secret in settings.SECRET_KEY_FALLBACKS:
        yield _derive(secret, purpose)


@lru_cache(maxsize=64)
def _derive(secret: str, purpose: str) -> tuple[str, AESGCM]:
    made = HKDF(SHA256(), _KEY_BYTES + _ID_BYTES, salt=None, info=f"meetingpoint {SUITE} {purpose}".encode()).derive(
        secret.encode()
    )
    return made[_KEY_BYTES:].hex(), AESGCM(made[:_KEY_BYTES])
