"""The ticket of a guest whose invite link was just redeemed: it names the room and the session to an open socket.

The socket is opened beside the redemption, before there is a session whose cookie it could bring. A ticket is no
access: the join that follows asks for the membership, as every join does. It is encrypted, because scripts must not
learn the key of a session, and good for one browser (the one with this CSRF cookie) and one room, for half a minute.
"""

import hashlib
import json
import time
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.authentication.encryption import GUEST_TICKET, NotReadable, decrypt, encrypt

SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class GuestTicket:
    """Whose socket it is, and for which room."""

    session_key: str
    slug: str


def make_ticket(request: HttpRequest, slug: str) -> str | None:
    """Return a ticket for the session of a request, which is saved; `None` for a browser without a CSRF cookie."""
    csrf_cookie = request.META.get("CSRF_COOKIE")
    if not csrf_cookie:
        return None
    if request.session.session_key is None:
        request.session.save()
    content = [request.session.session_key, slug, time.time() + SECONDS, _digest(csrf_cookie)]
    return encrypt(json.dumps(content), GUEST_TICKET)


def read_ticket(text: str, csrf_cookie: str) -> GuestTicket | None:
    """Return what a ticket says, `None` if it is not ours, too old, or of a browser with another CSRF cookie."""
    try:
        session_key, slug, until, browser = json.loads(decrypt(text, GUEST_TICKET))
    except NotReadable:
        return None
    if time.time() > until or not constant_time_compare(browser, _digest(csrf_cookie)):
        return None
    return GuestTicket(session_key, slug)


def _digest(csrf_cookie: str) -> str:
    return hashlib.sha256(csrf_cookie.encode()).hexdigest()
