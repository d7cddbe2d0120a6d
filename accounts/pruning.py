"""Which rows of accounts are deleted when. docs/retention.md says it in words."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from common.deletion import delete_rows
from common.security_log import log_event

from .models import Mail

GIVEN_UP_FOR = timedelta(days=7)


def prune(now: datetime) -> dict[str, int]:
    """Delete ended sessions, with what the list of a person's browsers says about them; return the counts."""
    sessions = delete_rows(Session.objects.filter(expire_date__lte=now))
    if sessions:
        log_event("session.expired", count=sessions)
    # PostgreSQL compares every row with every session in NOT IN, and looks each up in NOT EXISTS.
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    delete_rows(UserSession.objects.filter(~Exists(alive)))
    # What was given up stays for a week, for those who look into it.
    mails = delete_rows(Mail.objects.filter(next_try_at=None, useful_until__lte=now - GIVEN_UP_FOR))
    return {"sessions": sessions, "unsent emails": mails}
