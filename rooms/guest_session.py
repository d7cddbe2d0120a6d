"""The random id of a guest: it names a browser session, not a person, and is stored in that session.

It is written only when a link has been redeemed, so no page view and no robot creates a session.
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

SESSION_KEY = "guest_id"


def guest_id_of(session: Mapping[str, Any]) -> uuid.UUID | None:
    """Return the id stored in a session (of a request or of a socket's scope), or None."""
    try:
        return uuid.UUID(session.get(SESSION_KEY) or "")
    except ValueError:
        return None


def guest_id_for(request: HttpRequest, token: bytes) -> uuid.UUID:
    """Return the id of this browser session, or the one it gets if `token` is valid. Writes nothing.

    Two clicks that race before there is a session must count as one guest. What they share is the CSRF secret, so the
    first id is derived from it; from the token, so that the secret alone gives no one a guest's membership; and from
    the account, so that a person who was removed does not return as a guest by the same use.
    """
    known = guest_id_of(request.session)
    if known is not None:
        return known
    secret = request.META.get("CSRF_COOKIE")
    if not secret:
        return uuid.uuid4()
    account = str(request.user.pk).encode() if request.user.is_authenticated else b""
    seed = salted_hmac("rooms.guest_session", secret.encode() + token + account, algorithm="sha256").digest()
    return uuid.UUID(bytes=hashlib.sha256(seed).digest()[:16], version=4)


def leaves_session_cookie(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view that writes no session never delete the cookie of an ended one, as Django does.

    The page may redeem a link beside it, whose answer brings a new session: the deletion would undo that.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return response

    return wrapped


def save_guest_id(request: HttpRequest, guest_id: uuid.UUID) -> None:
    """Store the id in the session."""
    if request.session.get(SESSION_KEY) != str(guest_id):
        request.session[SESSION_KEY] = str(guest_id)
