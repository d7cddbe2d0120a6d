"""The security log: one structured line for each event that matters to the safety of accounts, rooms and the site.

A line has the name of the event, the number of the account, a keyed hash of the network address, and what else the
event has to say. It never holds an email address, a name, a path, a password, a code or a key: values that are text
must look like an identifier of the program, and everything else is written as `REFUSED`, so that a person who chooses
their own name or path cannot write into the log either (OWASP ASVS 5.0, 16.2.5 and 16.4.1).
"""

import logging
import re
from typing import Any

from allauth.core import context
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from . import metrics
from .network_address import UNKNOWN, network_address_of

LOGGER = "security"
REFUSED = "[refused]"

_logger = logging.getLogger(LOGGER)
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+,-]{0,79}")

# Every event, and how serious it is. docs/logging.md says when each is written and which fields it has.
EVENTS: dict[str, int] = {
    # signing up and in
    "sign_up.done": logging.INFO,
    "sign_up.known_address": logging.WARNING,
    "sign_in.done": logging.INFO,
    "sign_in.failed": logging.WARNING,
    "sign_in.confirmed": logging.INFO,
    "sign_in.confirmation_failed": logging.WARNING,
    "sign_out.done": logging.INFO,
    "code.sent": logging.INFO,
    "code.refused": logging.WARNING,
    "code.used_up": logging.WARNING,
    "session.ended": logging.INFO,
    "session.expired": logging.INFO,
    # what protects an account
    "password.changed": logging.INFO,
    "password.reset_asked": logging.INFO,
    "password.reset": logging.WARNING,
    "password.refused": logging.INFO,
    "address.added": logging.INFO,
    "address.confirmed": logging.INFO,
    "address.changed": logging.WARNING,
    "address.removed": logging.INFO,
    "factor.added": logging.INFO,
    "factor.removed": logging.WARNING,
    "factor.failed": logging.WARNING,
    "factor.recovery_codes_created": logging.INFO,
    "factor.recovery_code_used": logging.WARNING,
    "factor.lost": logging.WARNING,
    "account.deleted": logging.WARNING,
    "account.exported": logging.INFO,
    "account.suspended": logging.WARNING,
    "account.reinstated": logging.WARNING,
    "secrets.encrypted_again": logging.INFO,
    # what was refused
    "access.refused": logging.WARNING,
    "admin.lookup_refused": logging.WARNING,
    "limit.exceeded": logging.WARNING,
    "csrf.refused": logging.WARNING,
    "host.refused": logging.WARNING,
    "origin.refused": logging.WARNING,
    "method.refused": logging.WARNING,
    "input.refused": logging.WARNING,
    "socket.refused": logging.WARNING,
    # what moderators and superusers do
    "moderation.action": logging.WARNING,
    "mail.tried_again": logging.INFO,
    "mail.discarded": logging.WARNING,
}


def log_event(
    event: str, source: HttpRequest | dict[str, Any] | None = None, *, account: int | None = None, **fields: Any
) -> None:
    """Write one line about `event`, a key of `EVENTS`.

    `source` is the request, or the ASGI scope of a socket; the default is the request that this code answers. `account`
    is the number of the account that the event is about; the default is the person who is signed in with the request.
    Raises `KeyError` for an unknown event.
    """
    level = EVENTS[event]
    metrics.SECURITY_EVENTS.labels(event=event).inc()
    source = context.request if source is None else source
    if account is None and isinstance(source, HttpRequest):
        account = getattr(getattr(source, "user", None), "pk", None)
    network = hash_of_network(network_address_of(source)) if source is not None else None
    entry = {"event": event, "account": account, "network": network, **fields}
    clean = {name: _clean(value) for name, value in entry.items() if value is not None}
    text = " ".join(f"{name}={value}" for name, value in clean.items() if name != "event")
    _logger.log(level, "%s%s", event, f" {text}" if text else "", extra={"security": clean})


def hash_of_network(address: str) -> str:
    """Return 16 hex digits that stand for a network address in the log, the same as long as `SECRET_KEY` is."""
    if address == UNKNOWN:
        return UNKNOWN
    return salted_hmac("common.security_log", address, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()[:16]


def _clean(value: Any) -> str | int | float:
    if isinstance(value, bool | int | float):
        return value
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else REFUSED
