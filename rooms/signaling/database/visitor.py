"""Who is at a socket, by the key of their session: one query for it, one for account, membership and room.

Both read only the columns that a join needs; those that it does not need are read when they are asked for.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string

from accounts.authentication import sessions
from accounts.models import User
from rooms.access import Visitor
from rooms.compiled_query import CompiledQuery
from rooms.guest_session import guest_id_of
from rooms.models import Membership, Room, WaitingTransfer

_ROOM = (
    "slug name owner__suspended_at max_people last_used_at expires_at closed_at epoch key_check rekey_required "
    "join_rule requires_host relay_only"
)
_MEMBERSHIP = "room user guest_id role invite expires_at removed_at admitted_at readmit_when_locked"
_ACCOUNT = "password is_active suspended_at"

_sessions = CompiledQuery(
    lambda key, now: (
        Session.objects.only("session_data").filter(session_key=key).filter(expire_date__gt=now).order_by()
    ),
    (Session._meta.get_field("session_key"), "x"),
    (Session._meta.get_field("expire_date"), datetime(2000, 1, 1, tzinfo=UTC)),
)
_serializer = import_string(settings.SESSION_SERIALIZER)
_slug: tuple[Any, Any] = (Room._meta.get_field("slug"), "x")
_user: tuple[Any, Any] = (Membership._meta.get_field("user"), 1)
_guest_id: tuple[Any, Any] = (Membership._meta.get_field("guest_id"), UUID(int=1))
_of_member = WaitingTransfer.objects.filter(Q(sender=OuterRef("pk")) | Q(receiver=OuterRef("pk")))
_fields = [*_MEMBERSHIP.split(), *(f"room__{name}" for name in _ROOM.split())]
_memberships: QuerySet[Membership] = (
    Membership.objects.select_related("room__owner")
    .only(*_fields)
    .annotate(has_transfers=Exists(_of_member))
    .order_by()
)
_with_account = _memberships.select_related("room__owner", "user").only(
    *_fields, *(f"user__{name}" for name in _ACCOUNT.split())
)
_of_account = CompiledQuery(lambda slug, user: _with_account.filter(room__slug=slug).filter(user=user), _slug, _user)
_of_guest = CompiledQuery(
    lambda slug, guest_id: _memberships.filter(room__slug=slug).filter(guest_id=guest_id), _slug, _guest_id
)


class SessionStore(sessions.SessionStore):
    """The site's session, its row read by a prepared query. (The class's name is part of the signature's salt.)"""

    def __init__(self, session_key: str | None = None) -> None:
        # As Django's, which imports the serializer by its name for each session.
        self._session_key = session_key
        self.accessed = self.modified = False
        self.serializer = _serializer

    def _get_session_from_db(self) -> Session | None:
        found = _sessions(self.session_key, datetime.now(UTC))
        if not found:
            self._session_key = None
            return None
        return found[0]


def session_of(session_key: str) -> SessionStore:
    """Return the session of this key, which is read when it is asked for its content."""
    return SessionStore(session_key or None)


def account_of(session: SessionStore) -> Visitor:
    """Return who has signed in to the session, as Django finds it."""
    request = HttpRequest()
    request.session = session
    return get_user(request)


def visitor_in_room(session: SessionStore, slug: str) -> tuple[Visitor, Membership | None]:
    """Return who has signed in to the session, and the membership in the room if it has been read with it.

    The account comes with its membership. Whatever is unusual (no membership, a session of another password, or one
    that was signed with a former key) is left to Django, which reads the account by itself. The membership's
    `has_transfers` says whether files wait for it or from it.
    """
    if SESSION_KEY not in session:
        guest_id = guest_id_of(session)
        found = _of_guest(slug, guest_id) if guest_id is not None else []
        return AnonymousUser(), found[0] if found else None
    try:
        user_id = User._meta.pk.to_python(session[SESSION_KEY])
    except ValidationError:
        return account_of(session), None
    found = _of_account(slug, user_id)
    if found and isinstance(user := found[0].user, User):
        same_password = constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
        if same_password and user.is_active and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS:
            return user, found[0]
    return account_of(session), None
