"""Mail that cannot be sent: one error for it, and the page that says so."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

logger = logging.getLogger(__name__)


class MailFailed(Exception):
    """The mail server did not take a mail. Nothing was sent."""


@contextmanager
def mail_errors() -> Iterator[None]:
    """Turn what goes wrong between here and the mail server into `MailFailed`; the log gets no address.

    `smtplib.SMTPException`, failed look-ups, refused connections, timeouts and TLS errors are all `OSError`s.
    """
    try:
        yield
    except OSError as error:
        logger.warning("A mail could not be sent: %s", type(error).__name__)
        raise MailFailed from error


class MailFailedMiddleware(MiddlewareMixin):
    """Answers `MailFailed`, where no form caught it, with a page in plain words (503: try again later)."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, MailFailed):
            return render(request, "account/mail_failed.html", status=503)
        return None
