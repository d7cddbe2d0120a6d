"""What may be forgotten about rooms, and when."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from .models import Invite, Membership

KEEP_ENDED = timedelta(days=30)


def prune() -> dict[str, int]:
    """Delete what has ended; return how much of what. The rule is the help text of `manage.py prune`."""
    now = timezone.now()
    long_ago = now - KEEP_ENDED
    ended = Q(expires_at__lte=now) | Q(revoked_at__isnull=False)
    keys = Invite.objects.filter(ended, wrapped_key__isnull=False).update(wrapped_key=None)
    _rows, links = Invite.objects.filter(Q(expires_at__lte=long_ago) | Q(revoked_at__lte=long_ago)).delete()
    _rows, places = Membership.objects.filter(user__isnull=True, expires_at__lte=long_ago).delete()
    return {
        "keys": keys,
        "links": links.get("rooms.Invite", 0),
        "places": places.get("rooms.Membership", 0),
    }
