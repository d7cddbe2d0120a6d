"""What happens when a mail cannot be sent: one exception, and the page that says so."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
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


class MailFailedMiddleware(MiddlewareMixin):
    """Answers a `MailFailed` that no view caught with a page that asks to try again later (503)."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, MailFailed):
            return render(request, "account/mail_failed.html", status=503)
        return None
