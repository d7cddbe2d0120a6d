"""The rules of the site: from the row that staff wrote, else from the environment. Read at most every ten seconds."""

from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from rooms.moderation.models import RoomMakers, SiteRules

KEY = "site-rules"
SECONDS = 10  # processes that share no cache go by the old rules for this long at most


@dataclass(frozen=True, slots=True)
class Rules:
    """What applies now; `group` is a name, and matters only where `room_makers` says so."""

    sign_up_open: bool
    room_makers: RoomMakers
    group: str = ""


def rules() -> Rules:
    """Return the rules of now; they are known while Redis is away, too."""
    with suppress(RedisError):
        found = cache.get(KEY)
        if not isinstance(found, Rules):
            found = _read()
            cache.set(KEY, found, timeout=SECONDS)
        return found
    return _read()


def forget() -> None:
    """Read them anew at the next question: they have been changed."""
    with suppress(RedisError):
        cache.delete(KEY)


def from_environment() -> Rules:
    """Return what SIGN_UP_OPEN and ROOM_MAKERS say. A system check looks after their spelling."""
    who, _colon, group = settings.ROOM_MAKERS.partition(":")
    makers = RoomMakers(who) if who in RoomMakers.values else RoomMakers.STAFF
    return Rules(settings.SIGN_UP_OPEN, makers, group.strip())


def _read() -> Rules:
    row = SiteRules.objects.select_related("group").first()
    if row is None:
        return from_environment()
    return Rules(row.sign_up_open, RoomMakers(row.room_makers), row.group.name if row.group else "")
