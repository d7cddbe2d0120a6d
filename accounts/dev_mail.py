"""Mail in development: every mail becomes a file, and a page shows the newest ones."""

import secrets
import time
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage as Message
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

MAX_SHOWN = 20


class EmailBackend(BaseEmailBackend):
    """Writes each mail to `DEV_MAIL_DIR` as an `.eml` file whose name sorts by time."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        directory = Path(settings.DEV_MAIL_DIR)
        directory.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{time.time_ns()}-{secrets.token_hex(4)}.eml"
            (directory / name).write_bytes(message.message().as_bytes())
        return len(email_messages)


@never_cache
def dev_mail(request: HttpRequest) -> HttpResponse:
    """Show the newest mails, newest first (routed in development only)."""
    return render(request, "account/dev_mail.html", {"mails": newest_mails(), "directory": settings.DEV_MAIL_DIR})


@never_cache
def dev_mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """Show the HTML part of a mail as mail programs do: without scripts, and with nothing from the network."""
    path = Path(settings.DEV_MAIL_DIR, f"{name}.eml")
    html = _part(_open(path), "html") if path.is_file() else ""
    if not html:
        raise Http404
    csp = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return HttpResponse(html, headers={"Content-Security-Policy": csp})


def newest_mails() -> list[dict[str, str]]:
    """Return the newest mails as dicts of name, to, subject, date, text and html."""
    paths = sorted(Path(settings.DEV_MAIL_DIR).glob("*.eml"), reverse=True)[:MAX_SHOWN]
    return [_read(path) for path in paths]


def _read(path: Path) -> dict[str, str]:
    mail = _open(path)
    return {
        "name": path.stem,
        "to": str(mail["to"]),
        "subject": str(mail["subject"]),
        "date": str(mail["date"]),
        "text": _part(mail, "plain"),
        "html": _part(mail, "html"),
    }


def _open(path: Path) -> Message:
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def _part(mail: Message, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part else ""
