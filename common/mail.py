"""Emails: how each is made from one template, and what happens when one cannot be sent."""

import logging
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Context
from django.template.backends.django import Template
from django.template.loader import get_template
from django.utils.deprecation import MiddlewareMixin

logger = logging.getLogger(__name__)


class MailFailed(Exception):
    """The mail server did not accept a mail. Nothing was sent."""


@contextmanager
def mail_errors() -> Iterator[None]:
    """Turn every failure between here and the mail server into `MailFailed`; the log gets no address.

    `smtplib.SMTPException`, failed look-ups, refused connections, timeouts and TLS errors are all `OSError`s.
    """
    try:
        yield
    except OSError as error:
        logger.warning("could not send a mail: %s", type(error).__name__)
        raise MailFailed from error


def compose(
    template: str,
    to: Sequence[str],
    context: Mapping[str, Any],
    *,
    headers: dict[str, str] | None = None,
    reply_to: Sequence[str] = (),
) -> EmailMultiAlternatives:
    """Return an email with a text and an HTML part, both from one template that extends `base` and loads `mail`.

    The template has the blocks `subject`, `content` and, for the HTML part, `heading`. An email requests nothing
    from the network when it is read.
    """
    named = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_ORIGINS[0], **context}
    plain = {**named, "html": False}
    subject = " ".join(_render(template, {**plain, "base": "mails/subject.txt"}).split())
    text = re.sub(r"\n{3,}", "\n\n", _render(template, {**plain, "base": "mails/base.txt"})) + "\n"
    html = _render(template, {**named, "html": True, "base": "mails/base.html", "subject": subject})
    message = EmailMultiAlternatives(subject, text, to=to, headers=headers, reply_to=reply_to)
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


class MailFailedMiddleware(MiddlewareMixin):
    """Answers a `MailFailed` that no view caught with a page that asks to try again later (503)."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, MailFailed):
            return render(request, "account/mail_failed.html", status=503)
        return None
