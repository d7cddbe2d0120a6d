"""Who is at a socket, by the key of their session: one query for it, one for account, membership and room."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.authentication import sessions
from accounts.models import User
from rooms.access import Visitor, find_membership_of_account
from rooms.compiled_query import CompiledQuery
from rooms.models import Membership

_sessions = CompiledQuery(
    lambda key, now: Session.objects.filter(session_key=key).filter(expire_date__gt=now).order_by(),
    (Session._meta.get_field("session_key"), "x"),
    (Session._meta.get_field("expire_date"), datetime(2000, 1, 1, tzinfo=UTC)),
)


class SessionStore(sessions.SessionStore):
    """The site's session, its row read by a prepared query. (The class's name is part of the signature's salt.)"""

    def _get_session_from_db(self) -> Session | None:
        found = _sessions(self.session_key, datetime.now(UTC))
        if not found:
            self._session_key = None
            return None
        return found[0]


def request_of(session_key: str) -> HttpRequest:
    """Return a request with nothing but the session of this key."""
    request = HttpRequest()
    request.session = SessionStore(session_key or None)
    return request


def visitor_in_room(request: HttpRequest, slug: str) -> tuple[Visitor, Membership | None]:
    """Return who has signed in to the session, and the account's membership in the room if it has been read with it.

    The account comes with its membership. Whatever is unusual (no membership, a session of another password, or one
    that was signed with a former key) is left to Django, which reads the account by itself.
    """
    session = request.session
    try:
        user_id = User._meta.pk.to_python(session[SESSION_KEY])
    except (KeyError, ValidationError):
        return get_user(request), None
    membership = find_membership_of_account(user_id, slug)
    if membership is not None and isinstance(user := membership.user, User):
        same_password = constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
        if same_password and user.is_active and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS:
            return user, membership
    return get_user(request), None
