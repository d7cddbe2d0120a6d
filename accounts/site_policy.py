"""Who may sign up and create rooms: from the row that a superuser saved, else from the environment."""

from contextlib import suppress
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from common.redis_servers import addresses, unless_silent

from .models import RoomCreators, SitePolicy, User

CACHE_KEY = "site-policy"
CACHE_SECONDS = 10  # processes without a shared cache keep the old policy for up to this long


@dataclass(frozen=True, slots=True)
class Policy:
    """What applies now. `group` is the name of a group and matters only for `RoomCreators.GROUP`."""

    sign_up_open: bool
    room_creators: RoomCreators
    group: str = ""


def site_policy() -> Policy:
    """Return the current policy, from the cache or, while Redis is away, from the database."""
    with suppress(RedisError), unless_silent(_first_server()):
        found = cache.get(CACHE_KEY)
        if not isinstance(found, Policy):
            found = _read()
            cache.set(CACHE_KEY, found, timeout=CACHE_SECONDS)
        return found
    return _read()


def clear_cache() -> None:
    """Read the policy from the database at the next call, because it has changed."""
    with suppress(RedisError), unless_silent(_first_server()):
        cache.delete(CACHE_KEY)


def _first_server() -> str:
    """Return the address of the server with the cache; "" if the cache is in this process."""
    return next(iter(addresses(settings.REDIS_URL)), "")


def from_environment() -> Policy:
    """Return what SIGN_UP_OPEN and ROOM_CREATORS say. System check E020 reports a misspelled ROOM_CREATORS."""
    who, _colon, group = settings.ROOM_CREATORS.partition(":")
    creators = RoomCreators(who) if who in RoomCreators.values else RoomCreators.STAFF
    return Policy(settings.SIGN_UP_OPEN, creators, group.strip())


def can_create_rooms(user: User) -> bool:
    """Say whether the site's policy lets this person create rooms."""
    policy = site_policy()
    match policy.room_creators:
        case RoomCreators.EVERYONE:
            return True
        case RoomCreators.VERIFIED:
            return EmailAddress.objects.filter(user=user, verified=True).exists()
        case RoomCreators.STAFF:
            return user.is_staff
        case RoomCreators.GROUP:
            return user.is_staff or user.groups.filter(name=policy.group).exists()


def _read() -> Policy:
    row = SitePolicy.objects.select_related("group").first()
    if row is None:
        return from_environment()
    return Policy(row.sign_up_open, RoomCreators(row.room_creators), row.group.name if row.group else "")
