"""Which rows of accounts are deleted when. docs/retention.md says it in words."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from common.deletion import BATCH, delete_rows
from common.security_log import log_event

from .authentication.sessions import longest_time
from .models import Mail

GIVEN_UP_FOR = timedelta(days=7)


def prune(now: datetime) -> dict[str, int]:
    """Delete ended sessions, with what the list of a person's browsers says about them; return the counts."""
    ended = Session.objects.filter(expire_date__lte=now)
    delete_rows(UserSession.objects.filter(session_key__in=ended.values("session_key")))
    sessions = delete_rows(ended)
    if sessions:
        log_event("session.expired", count=sessions)
    _delete_leftovers(now - max(longest_time(staff) for staff in (True, False)))
    # What was given up stays for a week, for those who look into it.
    mails = delete_rows(Mail.objects.filter(next_try_at=None, useful_until__lte=now - GIVEN_UP_FOR))
    return {"sessions": sessions, "unsent emails": mails}


def _delete_leftovers(before: datetime) -> None:
    """Delete what the list says of sessions that are gone in another way: no session is as old as `before`.

    Rows come in the order of their keys, the oldest first: those of living sessions are not read.
    """
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    last = 0
    while True:
        rows = UserSession.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "created_at")
        old = [key for key, created_at in rows[:BATCH] if created_at <= before]
        delete_rows(UserSession.objects.filter(~Exists(alive), pk__in=old))
        if len(old) < BATCH:
            return
        last = old[-1]
