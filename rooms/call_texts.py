"""What the scripts of the call page say once the call begins: a file for everyone, beside the modules of the call."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation


@dataclass(frozen=True)
class CallTexts:
    """JSON of one language, by keys, and a digest of it."""

    body: bytes
    digest: str


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._key = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._key = dict(attrs).get("data-key") or ""
        if self._key:
            self.found[self._key] = ""

    def handle_data(self, data: str) -> None:
        if self._key:
            self.found[self._key] += data

    def handle_endtag(self, tag: str) -> None:
        self._key = ""


def call_texts(language: str) -> CallTexts:
    """Return the texts in a language of the site."""
    return _render(language) if settings.DEBUG else _kept(language)


def texts_url() -> str:
    """Return the address of the texts in the language of this request."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return reverse("rooms:call_texts", args=[language, call_texts(language).digest])


def _render(language: str) -> CallTexts:
    texts = _Texts()
    with translation.override(language):
        texts.feed(render_to_string("rooms/call/strings_call.html"))
        texts.close()
    body = json.dumps(texts.found, ensure_ascii=False, separators=(",", ":")).encode()
    return CallTexts(body, hashlib.sha256(body).hexdigest()[:16])


@cache
def _kept(language: str) -> CallTexts:
    return _render(language)
