"""Which passwords the site refuses, beside those that are too short or made of the person's own address.

OWASP ASVS 5.0, 6.2.11 and 6.2.12; NIST SP 800-63B, 5.1.1.2.
"""

import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.security_log import log_event

from .breached import is_breached

# Words that anyone would try first on a site such as this. docs/security.md lists them.
SUBJECT_WORDS = frozenset(
    "admin call conference login meet meeting password room secret talk video welcome".split()  # noqa: SIM905
)
MIN_WORD = 3  # letters; shorter parts of names and addresses are in too many good passwords
MIN_REST = 6  # characters that a password must have beside such words
_LOOKALIKES = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "@": "a", "5": "s", "$": "s", "7": "t", "!": "i"})


class BreachedPasswordValidator:
    """Refuses passwords that are known from breaches."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` for a known password."""
        if is_breached(password):
            log_event("password.refused", account=getattr(user, "pk", None), reason="breached")
            message = _("This password is known from a data breach. Please choose one that only you know.")
            raise ValidationError(message, code="password_breached")

    def get_help_text(self) -> str:
        """Say what is refused."""
        return _("Your password can't be one that is known from a data breach.")


class ContextWordsValidator:
    """Refuses passwords that are little more than words of this site, its subject, or the person's name and address."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` for a password with fewer than `MIN_REST` characters beside such words."""
        folded = _fold(password)
        rest = folded
        for word in sorted(context_words(user), key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != folded and len(re.sub(r"[\W_]", "", rest)) < MIN_REST:
            log_event("password.refused", account=getattr(user, "pk", None), reason="context")
            message = _("This password is easy to guess: it is made of your name, your address or words of this site.")
            raise ValidationError(message, code="password_of_context")

    def get_help_text(self) -> str:
        """Say what is refused."""
        return _("Your password can't be made of your name, your address or words of this site.")


def context_words(user: Any = None) -> set[str]:
    """Return the words for a person, folded as passwords are: of the subject, the site's name and hosts, the person."""
    hosts = [(urlsplit(origin).hostname or "") for origin in settings.SITE_ORIGINS]
    email: str = getattr(user, "email", "") or ""
    local, _at, domain = email.partition("@")
    texts = [settings.SITE_NAME, getattr(user, "display_name", "") or "", local]
    texts += [host.rpartition(".")[0] or host for host in (*hosts, domain)]
    words = {_fold(word) for text in texts for word in re.split(r"[\W_]+", text)}
    return {word for word in words if len(word) >= MIN_WORD} | SUBJECT_WORDS


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(_LOOKALIKES)
