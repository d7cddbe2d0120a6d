"""The random id by which a guest's browser session is known, kept in the session.

It is written only when a link has been redeemed: no page view, and no robot, makes a session.
"""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

SESSION_KEY = "browser"


def browser_of(session: Mapping[str, Any]) -> uuid.UUID | None:
    """Return the id kept in a session (of a request or of a socket's scope), or None."""
    try:
        return uuid.UUID(session.get(SESSION_KEY) or "")
    except ValueError:
        return None


def browser_for(request: HttpRequest, token: bytes) -> uuid.UUID:
    """Return the id of this browser session, or the one it will have if `token` is good. Writes nothing.

    Two clicks that race before there is a session must count as one browser. What they share is the CSRF secret, so the
    first id is derived from it; from the token, so that the secret alone gives nobody a guest's place; and from the
    account, so that somebody who was removed from their place on it does not come back by the same use as a guest.
    """
    known = browser_of(request.session)
    if known is not None:
        return known
    secret = request.META.get("CSRF_COOKIE")
    if not secret:
        return uuid.uuid4()
    account = str(request.user.pk).encode() if request.user.is_authenticated else b""
    seed = salted_hmac("rooms.guest_session", secret.encode() + token + account, algorithm="sha256").digest()
    return uuid.UUID(bytes=hashlib.sha256(seed).digest()[:16], version=4)


def keep_browser(request: HttpRequest, browser: uuid.UUID) -> None:
    """Keep the id in the session."""
    if request.session.get(SESSION_KEY) != str(browser):
        request.session[SESSION_KEY] = str(browser)
