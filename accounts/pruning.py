"""Which rows of accounts are deleted when. docs/retention.md says it in words."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from common.deletion import delete_rows
from common.security_log import log_event


def prune(now: datetime) -> dict[str, int]:
    """Delete ended sessions, with what the list of a person's browsers says about them; return the counts."""
    sessions = delete_rows(Session.objects.filter(expire_date__lte=now))
    if sessions:
        log_event("session.expired", count=sessions)
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return {"sessions": sessions}
