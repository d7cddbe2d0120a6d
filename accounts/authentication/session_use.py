"""Moves the end of sessions that are used: by pages, and by a call, which can last for hours without a page."""

from collections.abc import Collection
from datetime import datetime, timedelta

from allauth.account.authentication import get_authentication_records
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from accounts.models import User

from .sessions import OF_STAFF, SIGNED_IN_AT, SessionStore, end_of_session, idle_time

# Which part of the idle time may pass before a use is written down: so rarely is a row changed.
_PRECISION = 20


class SessionUseMiddleware(MiddlewareMixin):
    """Moves the end of the session of a page that looked at who is signed in, unless a script fetched it.

    A dashboard that is only open fetches what has changed, hour after hour, and no one need be there.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        # Django's name for the person who was looked up. A page that asked for no one costs no query here either.
        user = getattr(request, "_cached_user", None)
        session = getattr(request, "session", None)
        if isinstance(user, User) and isinstance(session, SessionStore) and session.session_key:
            _use(request, user, session)
        return response


def start_session(request: HttpRequest, user: User) -> None:
    """Start the clock of a session at which a person has just signed in."""
    request.session[SIGNED_IN_AT] = timezone.now().timestamp()
    request.session[OF_STAFF] = user.is_staff


def keep_sessions(used: Collection[str], others: Collection[str] = ()) -> set[str]:
    """Move the ends of sessions of accounts that are in use; return the keys, of all given, whose sessions have ended.

    A call does so every `keeping_seconds`.
    """
    now, keys = timezone.now(), {*used, *others}
    ends = dict(
        Session.objects.filter(session_key__in=keys, expire_date__gt=now).values_list("session_key", "expire_date")
    )
    fresh = now + max(_worth_moving_to(staff) for staff in (True, False))
    due = [key for key in used if key in ends and ends[key] < fresh]
    for row in UserSession.objects.filter(session_key__in=due).select_related("user") if due else ():
        staff = row.user.is_staff
        end = end_of_session(row.created_at, staff, now)
        if end > ends[row.session_key]:
            _move(row.session_key, ends[row.session_key], end, staff)
    return keys - ends.keys()


def keeping_seconds() -> float:
    """Return how often what is open for long has to call `keep_sessions`."""
    return min(60.0, min(idle_time(staff) for staff in (True, False)).total_seconds() / _PRECISION)


def _use(request: HttpRequest, user: User, session: SessionStore) -> None:
    if SIGNED_IN_AT not in session:  # from before there was this clock
        records = get_authentication_records(request, user)
        session[SIGNED_IN_AT] = records[0]["at"] if records else timezone.now().timestamp()
    if session.get(OF_STAFF) != user.is_staff:
        session[OF_STAFF] = user.is_staff
    if session.modified or not session.session_key or session.expires_at is None:
        return  # it is saved as a whole, with its new end
    end = session.get_expiry_date()
    if _is_by_person(request) or end < session.expires_at:
        _move(session.session_key, session.expires_at, end, user.is_staff)


def _is_by_person(request: HttpRequest) -> bool:
    """Say whether someone did something: opened a page or sent a form (Fetch Metadata, W3C)."""
    return request.method not in {"GET", "HEAD"} or request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def _move(key: str, end: datetime, new_end: datetime, staff: bool) -> None:
    """Change only the end: to save the content as well could undo what another request has stored meanwhile."""
    if new_end < end or new_end - end > idle_time(staff) / _PRECISION:
        Session.objects.filter(session_key=key, expire_date__gt=timezone.now()).update(expire_date=new_end)


def _worth_moving_to(staff: bool) -> timedelta:
    return idle_time(staff) * (_PRECISION - 1) / _PRECISION
