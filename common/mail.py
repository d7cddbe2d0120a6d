"""Emails: how each is made from one template, for how long it is of use, and which mailbox an address leads to."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.backends.django import Template
from django.template.loader import get_template

USEFUL_FOR = timedelta(days=3)


class ComposedMail(EmailMultiAlternatives):
    """An email that knows what it is for (the name of its template) and when it is of no use any more."""

    purpose: str = ""
    useful_for: timedelta = USEFUL_FOR
    replaces_earlier: bool = False  # of the same purpose to the same address, which have not been sent yet


def compose(
    template: str,
    to: Sequence[str],
    context: Mapping[str, Any],
    *,
    headers: dict[str, str] | None = None,
    reply_to: Sequence[str] = (),
) -> ComposedMail:
    """Return an email with a text and an HTML part, both from one template that extends `base` and loads `mail`.

    The template has the blocks `subject`, `content` and, for the HTML part, `heading`. An email requests nothing
    from the network when it is read.
    """
    named = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_ORIGINS[0], **context}
    plain = {**named, "html": False}
    subject = " ".join(_render(template, {**plain, "base": "mails/subject.txt"}).split())
    text = re.sub(r"\n{3,}", "\n\n", _render(template, {**plain, "base": "mails/base.txt"})) + "\n"
    html = _render(template, {**named, "html": True, "base": "mails/base.html", "subject": subject})
    message = ComposedMail(subject, text, to=to, headers=headers, reply_to=reply_to)
    message.purpose = template.rpartition("/")[2].removesuffix(".html")
    message.attach_alternative(html, "text/html")
    return message


def _render(template: str, context: dict[str, Any]) -> str:
    found = cast(Template, get_template(template)).template
    return str(found.render(Context(context, autoescape=context["html"]))).strip()


def mailbox_of(address: str) -> str:
    """Return the mailbox that an address leads to: the same for `olga+any@…` (RFC 5233), and for Gmail without dots."""
    name, _at, host = unicodedata.normalize("NFKC", address).strip().casefold().rpartition("@")
    name = name.partition("+")[0] or name
    if host in {"gmail.com", "googlemail.com"}:
        name, host = name.replace(".", ""), "gmail.com"
    return f"{name}@{host}"
