"""The only way to get hold of a room: who may see, enter, change it. Pages and sockets both ask here."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import User

from .compiled_query import Prepared
from .models import Ban, Door, Membership, Role, Room

Visitor: TypeAlias = User | AnonymousUser | None


class Reason(StrEnum):
    """Why somebody is not let in; also the name of the close code that a socket gets."""

    UNKNOWN_ROOM = "unknown_room"
    NOT_MEMBER = "not_member"
    ROOM_CLOSED = "room_closed"
    ROOM_EXPIRED = "room_expired"
    REMOVED = "removed"
    SUSPENDED = "suspended"
    MEMBERSHIP_EXPIRED = "membership_expired"
    LOCKED = "locked"


class Refusal(Exception):
    """Not let in. Only a member is told about the state of a room; see `rooms.views.call` for what strangers see."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Act(StrEnum):
    """What can be done in or to a room. Each has a row in `RIGHTS` and in docs/roles.md; a test compares the three."""

    ENTER = "enter"
    LEAVE = "leave"  # give up one's own place for good
    MANAGE = "manage"  # see the manage page, its people and its links
    INVITE = "invite"  # make links for guests
    INVITE_MEMBER = "invite_member"  # make links for members
    INVITE_MODERATOR = "invite_moderator"  # make links for moderators
    REVOKE_INVITE = "revoke_invite"
    REMOVE_MEMBER = "remove_member"  # or a guest
    REMOVE_MODERATOR = "remove_moderator"
    CHANGE_ROLE = "change_role"  # name and un-name moderators
    TRANSFER = "transfer"  # make somebody else the owner
    CHANGE = "change"  # name, expiry, people limit
    CLOSE = "close"  # and reopen
    DELETE = "delete"
    LOCK = "lock"  # give a keyless room its first key
    ROTATE = "rotate"  # give it another one
    CHANGE_DOOR = "change_door"  # who has to knock, and whether a host must be here
    ADMIT = "admit"  # let in who knocks; whoever may is a host
    END_MEETING = "end_meeting"  # for everybody inside


_OWNER = frozenset({Role.OWNER})
_HOSTS = frozenset({Role.OWNER, Role.MODERATOR})
_EVERYBODY = frozenset(Role)

RIGHTS: dict[Act, frozenset[Role]] = {
    Act.ENTER: _EVERYBODY,
    Act.LEAVE: _EVERYBODY - _OWNER,
    Act.MANAGE: _HOSTS,
    Act.INVITE: _HOSTS,
    Act.INVITE_MEMBER: _HOSTS,
    Act.INVITE_MODERATOR: _OWNER,
    Act.REVOKE_INVITE: _HOSTS,
    Act.REMOVE_MEMBER: _HOSTS,
    Act.REMOVE_MODERATOR: _OWNER,
    Act.CHANGE_ROLE: _OWNER,
    Act.TRANSFER: _OWNER,
    Act.CHANGE: _OWNER,
    Act.CLOSE: _OWNER,
    Act.DELETE: _OWNER,
    Act.LOCK: _OWNER,
    Act.ROTATE: _HOSTS,
    Act.CHANGE_DOOR: _HOSTS,
    Act.ADMIT: _HOSTS,
    Act.END_MEETING: _HOSTS,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Who somebody is in a room."""

    room: Room
    role: Role
    membership: Membership


def may(role: Role | str, act: Act) -> bool:
    """Say whether a role allows an act."""
    return Role(role) in RIGHTS[act]


def to_remove(role: Role | str) -> Act:
    """Return the act that takes the place of somebody with this role away."""
    return Act.REMOVE_MODERATOR if role == Role.MODERATOR else Act.REMOVE_MEMBER


def to_invite(role: Role | str) -> Act:
    """Return the act that makes a link which gives this role. (With the owner's it gives the owner's own place.)"""
    return {Role.MEMBER: Act.INVITE_MEMBER, Role.MODERATOR: Act.INVITE_MODERATOR}.get(Role(role), Act.INVITE)


_slug: tuple[Any, Any] = (Room._meta.get_field("slug"), "x")
_user: tuple[Any, Any] = (Membership._meta.get_field("user"), 1)
_browser: tuple[Any, Any] = (Membership._meta.get_field("browser"), UUID(int=1))
_with_room = Membership.objects.select_related("room__owner").order_by()
_of_user = Prepared(lambda slug, user: _with_room.filter(room__slug=slug).filter(user=user), _slug, _user)
_of_browser = Prepared(
    lambda slug, browser: _with_room.filter(room__slug=slug).filter(browser=browser), _slug, _browser
)


def membership_of(user: Visitor, browser: UUID | None, slug: str) -> Membership | None:
    """Return the membership of this account, else of this browser session, whatever its state, with room and owner."""
    found: list[Membership] = []
    if user is not None and user.is_authenticated:
        found = _of_user(slug, user.pk)
    if not found and browser is not None:
        found = _of_browser(slug, browser)
    return found[0] if found else None


def standing(user: Visitor, browser: UUID | None, slug: str) -> Standing:
    """Say who this is in the room, be it open or not. Raises `Refusal`."""
    membership = membership_of(user, browser, slug)
    if membership is None:
        known = Room.objects.filter(slug=slug).exists()
        raise Refusal(Reason.NOT_MEMBER if known else Reason.UNKNOWN_ROOM)
    if membership.removed_at is not None:
        raise Refusal(Reason.REMOVED)
    if membership.expires_at is not None and membership.expires_at <= timezone.now():
        raise Refusal(Reason.MEMBERSHIP_EXPIRED)
    return Standing(membership.room, Role(membership.role), membership)


def enter(user: Visitor, browser: UUID | None, slug: str) -> Standing:
    """Say who this is in the room if they may go in now: the call page and the socket's join. Raises `Refusal`."""
    found = standing(user, browser, slug)
    if isinstance(user, User) and found.membership.user_id == user.pk and user.suspended_at is not None:
        raise Refusal(Reason.SUSPENDED)
    reason = why_shut(found.room)
    if reason is not None:
        raise Refusal(reason)
    if found.room.door == Door.LOCKED and not is_host(found.role) and not found.membership.stays:
        raise Refusal(Reason.LOCKED)
    return found


def is_host(role: Role | str) -> bool:
    """Say whether this role opens the door to others, and so never waits at it."""
    return may(role, Act.ADMIT)


def must_knock(found: Standing) -> bool:
    """Say whether somebody who may enter has to be let in by a host first: a guest whom none has let in yet."""
    return found.room.door == Door.KNOCK and found.role == Role.GUEST and found.membership.admitted_at is None


def needs_host(found: Standing) -> bool:
    """Say whether somebody who may enter can do so only while a host is inside."""
    return found.room.host_needed and not is_host(found.role)


def why_shut(room: Room) -> Reason | None:
    """Return why nobody can enter the room now, or None. A suspended owner shuts their rooms."""
    if room.owner.suspended_at is not None:
        return Reason.SUSPENDED
    if room.closed_at is not None:
        return Reason.ROOM_CLOSED
    if room.expires_at is not None and room.expires_at <= timezone.now():
        return Reason.ROOM_EXPIRED
    return None


def is_banned(browser: UUID) -> bool:
    """Say whether a moderator of the site keeps this browser out, as long as it has no account."""
    return Ban.objects.filter(guest_id=browser).exists()


def relay_tester(user: Visitor, browser: UUID | None) -> UUID | None:
    """Return in whose name the connection test may use the relay for a few minutes, or None.

    A relay costs whoever runs the site: it is for those who could be in a call, which are people with an account that
    is not suspended and guests with a place in a room that is open.
    """
    if isinstance(user, User):
        return None if user.suspended_at is not None else UUID(int=user.pk)
    if browser is None:
        return None
    places = _with_room.filter(browser=browser, removed_at=None)
    now = timezone.now()
    held = (place for place in places if place.expires_at is None or place.expires_at > now)
    return next((place.pk for place in held if why_shut(place.room) is None), None)


def get_room_for(user: Visitor, slug: str, act: Act) -> Room:
    """Return the room for an act of a signed-in person.

    Raises `Http404` for a stranger (who learns nothing about the room) and `PermissionDenied` for a weak role.
    """
    return get_standing_for(user, slug, act).room


def get_standing_for(user: Visitor, slug: str, act: Act) -> Standing:
    """Return who a signed-in person is in the room, for an act of theirs. Raises as `get_room_for`."""
    try:
        found = standing(user, None, slug)
    except Refusal as refusal:
        raise Http404 from refusal
    if not may(found.role, act):
        raise PermissionDenied
    return found


def get_place_for(user: Visitor, slug: str, place_id: UUID) -> Membership:
    """Return somebody's place for its removal by a signed-in person. Raises as `get_room_for`."""
    by = get_standing_for(user, slug, Act.REMOVE_MEMBER)
    place = get_object_or_404(by.room.memberships.select_related("room"), pk=place_id)
    if not may(by.role, to_remove(place.role)):
        raise PermissionDenied
    return place
