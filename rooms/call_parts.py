"""What the call page needs only once the call begins: a document for everyone, beside the modules of the call."""

import hashlib
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from common.templatetags.fragments import without_indentation
from rooms.models import TurnedAwayReason


@dataclass(frozen=True)
class CallParts:
    """HTML in one language, and a digest of it."""

    body: bytes
    digest: str


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
    body = without_indentation(html).encode()
    return CallParts(body, hashlib.sha256(body).hexdigest()[:16])


@cache
def _kept(language: str) -> CallParts:
    return _render(language)
