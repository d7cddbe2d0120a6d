"""What may be forgotten, and when. docs/retention.md says the same in words."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from . import limits
from .models import Invite, Membership, Room
from .moderation.models import Deed, Report


def prune() -> dict[str, int]:
    """Delete what has ended; return how much of what. The rule is the help text of `manage.py prune`."""
    now = timezone.now()
    long_ago = now - timedelta(days=settings.RETENTION_DAYS)
    ended = Q(expires_at__lte=now) | Q(revoked_at__isnull=False)
    keys = Invite.objects.filter(ended, wrapped_key__isnull=False).update(wrapped_key=None)
    return {
        "keys": keys,
        "rooms": _delete(Room.objects.filter(expires_at__lte=long_ago)),
        "links": _delete(Invite.objects.filter(Q(expires_at__lte=long_ago) | Q(revoked_at__lte=long_ago))),
        "places": _delete(Membership.objects.filter(_ended_places(long_ago))),
        "reports": _delete(Report.objects.filter(settled_at__lte=now - timedelta(days=settings.REPORT_DAYS))),
        "deeds": _prune_deeds(now - timedelta(days=settings.DEED_DAYS)),
        "sessions": _prune_sessions(now),
    }


def _ended_places(long_ago: datetime) -> Q:
    # Somebody who was removed is kept in mind for as long as a link from before could bring them back.
    removed = Q(removed_at__lte=long_ago - limits.MAX_INVITE_LIFE)
    return Q(expires_at__lte=long_ago, removed_at=None) | removed


def _prune_deeds(before: datetime) -> int:
    """Delete what moderators did, and Django's own journal of the administration, which names people."""
    LogEntry.objects.filter(action_time__lte=before).delete()
    return _delete(QuerySet(model=Deed).filter(at__lte=before))  # its own manager refuses to delete


def _prune_sessions(now: datetime) -> int:
    """Delete ended sessions, and what the list of somebody's browsers says about sessions that are no more."""
    ended = _delete(Session.objects.filter(expire_date__lte=now))
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return ended


def _delete(rows: "QuerySet[Model] | QuerySet[Room] | QuerySet[Invite]") -> int:
    """Delete rows and what hangs on them; return how many rows themselves."""
    _all, by_kind = rows.delete()
    return by_kind.get(rows.model._meta.label, 0)
