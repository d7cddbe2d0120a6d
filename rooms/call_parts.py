"""What the call page needs only once the call begins: a document for everyone, beside the modules of the call."""

import hashlib
from functools import cache, lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from common.content_codings import CODINGS, accepts
from common.templatetags.fragments import without_indentation
from rooms.models import TurnedAwayReason


class CallParts:
    """HTML in one language, and a digest of it."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.digest = hashlib.sha256(body).hexdigest()[:16]
        self._compressed: dict[str, bytes] = {}

    def in_coding(self, accept_encoding: str) -> tuple[str, bytes]:
        """Return the first content coding that an Accept-Encoding allows, "" for none, and the HTML in it."""
        coding = next((name for name in CODINGS if accepts(name, accept_encoding.encode())), "")
        if coding and coding not in self._compressed:
            self._compressed[coding] = CODINGS[coding](self.body)
        return coding, self._compressed[coding] if coding else self.body


def call_parts(language: str) -> CallParts:
    """Return the parts in a language of the site."""
    return _render(language) if settings.DEBUG else _kept(language)


def parts_url() -> str:
    """Return the address of the parts in the language of this request."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return reverse("rooms:call_parts", args=[language, call_parts(language).digest])


def _render(language: str) -> CallParts:
    with translation.override(language):
        html = render_to_string("rooms/call/later.html", {"turned_away_reasons": TurnedAwayReason.choices})
    return _parts(without_indentation(html).encode())


@cache
def _kept(language: str) -> CallParts:
    return _render(language)


@lru_cache(maxsize=len(settings.LANGUAGES))
def _parts(body: bytes) -> CallParts:
    # While templates are developed, too, what has not changed is not compressed again.
    return CallParts(body)
