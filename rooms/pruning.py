"""Which rows of rooms are deleted when. docs/retention.md says it in words."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from common.deletion import delete_rows, update_rows

from . import limits
from .models import Invite, Membership, Room, TurnedAway, WaitingTransfer


def prune(now: datetime) -> dict[str, int]:
    """Delete what ended long ago, and at once the sealed keys of ended links; return the counts."""
    long_ago = now - timedelta(days=settings.RETENTION_DAYS)
    # Two queries, as each has an index that leads to nothing else.
    sealed = Invite.objects.filter(wrapped_key__isnull=False)
    keys = sum(
        update_rows(sealed.filter(ended), wrapped_key=None)
        for ended in (Q(expires_at__lte=now), Q(revoked_at__isnull=False))
    )
    return {
        "sealed keys": keys,
        "rooms": delete_rows(Room.objects.filter(expires_at__lte=long_ago)),
        "invite links": delete_rows(Invite.objects.filter(Q(expires_at__lte=long_ago) | Q(revoked_at__lte=long_ago))),
        "people turned away": delete_rows(TurnedAway.objects.filter(last_at__lte=now - limits.TURNED_AWAY_LIFE)),
        "waiting transfers": delete_rows(WaitingTransfer.objects.filter(expires_at__lte=now)),
        "memberships": delete_rows(Membership.objects.filter(_ended_memberships(long_ago))),
    }


def _ended_memberships(long_ago: datetime) -> Q:
    # A removal is remembered for as long as an older link could bring the person back.
    removed = Q(removed_at__lte=long_ago - limits.MAX_INVITE_LIFE)
    return Q(expires_at__lte=long_ago, removed_at=None) | removed
