"""The only way to a room: who a person is in it, and whether they may enter. Pages and sockets both ask here."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import User
from common.security_log import log_event

from .compiled_query import CompiledQuery
from .models import Ban, JoinRule, Membership, Role, Room
from .permissions import Permission, has_permission, is_host, permission_to_remove

Visitor: TypeAlias = User | AnonymousUser | None


class DenialReason(StrEnum):
    """Why a person may not enter; also the name of the close code that a socket gets."""

    UNKNOWN_ROOM = "unknown_room"
    NOT_MEMBER = "not_member"
    ROOM_CLOSED = "room_closed"
    ROOM_EXPIRED = "room_expired"
    REMOVED = "removed"
    SUSPENDED = "suspended"
    MEMBERSHIP_EXPIRED = "membership_expired"
    LOCKED = "locked"


class AccessDenied(Exception):
    """The person may not enter. Only members learn the state of a room; `rooms.views.call` has what strangers see.

    `membership` is the one that they have or had, or None for strangers.
    """

    def __init__(self, reason: DenialReason, membership: Membership | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.membership = membership


@dataclass(frozen=True, slots=True)
class RoomAccess:
    """Who a person is in a room."""

    room: Room
    role: Role
    membership: Membership


_slug: tuple[Any, Any] = (Room._meta.get_field("slug"), "x")
_user: tuple[Any, Any] = (Membership._meta.get_field("user"), 1)
_guest_id: tuple[Any, Any] = (Membership._meta.get_field("guest_id"), UUID(int=1))
_with_room: QuerySet[Membership] = Membership.objects.select_related("room__owner").order_by()
_by_user = CompiledQuery(lambda slug, user: _with_room.filter(room__slug=slug).filter(user=user), _slug, _user)
_by_guest_id = CompiledQuery(
    lambda slug, guest_id: _with_room.filter(room__slug=slug).filter(guest_id=guest_id), _slug, _guest_id
)


def find_membership(user: Visitor, guest_id: UUID | None, slug: str) -> Membership | None:
    """Return the membership of this account, else of this guest, whatever its state, with its room and owner."""
    found: list[Membership] = []
    if user is not None and user.is_authenticated:
        found = _by_user(slug, user.pk)
    if not found and guest_id is not None:
        found = _by_guest_id(slug, guest_id)
    return found[0] if found else None


def resolve_access(user: Visitor, guest_id: UUID | None, slug: str, known: Membership | None = None) -> RoomAccess:
    """Return who this is in the room, whether or not the room is open. Raises `AccessDenied`.

    `known` is the person's own membership, if it has just been read.
    """
    membership = known or find_membership(user, guest_id, slug)
    if membership is None:
        exists = Room.objects.filter(slug=slug).exists()
        raise AccessDenied(DenialReason.NOT_MEMBER if exists else DenialReason.UNKNOWN_ROOM)
    if membership.removed_at is not None:
        raise AccessDenied(DenialReason.REMOVED, membership)
    if membership.expires_at is not None and membership.expires_at <= timezone.now():
        raise AccessDenied(DenialReason.MEMBERSHIP_EXPIRED, membership)
    return RoomAccess(membership.room, Role(membership.role), membership)


def authorize_entry(user: Visitor, guest_id: UUID | None, slug: str, known: Membership | None = None) -> RoomAccess:
    """Return who this is in a room that they may enter now, for the call page and the socket. Raises `AccessDenied`.

    `known` as in `resolve_access`.
    """
    access = resolve_access(user, guest_id, slug, known)
    if isinstance(user, User) and access.membership.user_id == user.pk and user.suspended_at is not None:
        raise AccessDenied(DenialReason.SUSPENDED, access.membership)
    reason = unavailable_reason(access.room)
    if reason is not None:
        raise AccessDenied(reason, access.membership)
    locked = access.room.join_rule == JoinRule.LOCKED
    if locked and not is_host(access.role) and not access.membership.readmit_when_locked:
        raise AccessDenied(DenialReason.LOCKED, access.membership)
    return access


def must_knock(access: RoomAccess) -> bool:
    """Say whether a host has to let this person in first: a guest whom no host has let in yet."""
    knock = access.room.join_rule == JoinRule.KNOCK
    return knock and access.role == Role.GUEST and access.membership.admitted_at is None


def requires_host(access: RoomAccess) -> bool:
    """Say whether this person can join only while a host is in the call."""
    return access.room.requires_host and not is_host(access.role)


def authorize_transfers(user: Visitor, guest_id: UUID | None, slug: str) -> RoomAccess:
    """Return who this is in a room whose waiting transfers they may send and receive now, outside of the call.

    They may enter, and no host has to let them in first. Raises `AccessDenied`, or `PermissionDenied` for people who
    would have to knock.
    """
    access = authorize_entry(user, guest_id, slug)
    if must_knock(access) or not has_permission(access.role, Permission.SEND_LATER):
        raise PermissionDenied
    return access


def unavailable_reason(room: Room) -> DenialReason | None:
    """Return why no one can enter the room now, or None. The rooms of a suspended owner are unavailable."""
    if room.owner.suspended_at is not None:
        return DenialReason.SUSPENDED
    if room.closed_at is not None:
        return DenialReason.ROOM_CLOSED
    if room.expires_at is not None and room.expires_at <= timezone.now():
        return DenialReason.ROOM_EXPIRED
    return None


def is_banned(guest_id: UUID) -> bool:
    """Say whether a moderator of the site has banned this guest."""
    return Ban.objects.filter(guest_id=guest_id).exists()


def relay_test_identity(user: Visitor, guest_id: UUID | None) -> UUID | None:
    """Return in whose name the connection test may use the relay for a few minutes, or None.

    Relayed traffic costs the site money, so the relay is for people who could be in a call: those with an account that
    is not suspended, and guests with an active membership in an open room.
    """
    if isinstance(user, User):
        return None if user.suspended_at is not None else UUID(int=user.pk)
    if guest_id is None:
        return None
    now = timezone.now()
    memberships = Membership.objects.active(now).filter(guest_id=guest_id, room__in=Room.objects.open(now))
    return memberships.order_by().values_list("pk", flat=True).first()


def get_room_or_404(user: Visitor, slug: str, permission: Permission) -> Room:
    """Return the room, if this signed-in person has the permission in it.

    Raises `Http404` for a stranger (who learns nothing about the room) and `PermissionDenied` for a weaker role.
    """
    return get_access_or_404(user, slug, permission).room


def get_access_or_404(user: Visitor, slug: str, permission: Permission) -> RoomAccess:
    """Return who a signed-in person with this permission is in the room. Raises as `get_room_or_404`."""
    try:
        access = resolve_access(user, None, slug)
    except AccessDenied as denied:
        if denied.reason != DenialReason.UNKNOWN_ROOM:
            log_event("access.refused", reason=denied.reason.value)
        raise Http404 from denied
    if not has_permission(access.role, permission):
        raise PermissionDenied
    return access


def get_membership_or_404(user: Visitor, slug: str, membership_id: UUID) -> Membership:
    """Return another person's membership, for its removal by a signed-in person. Raises as `get_room_or_404`."""
    access = get_access_or_404(user, slug, Permission.REMOVE_MEMBER)
    membership = get_object_or_404(access.room.memberships.select_related("room"), pk=membership_id)
    if not has_permission(access.role, permission_to_remove(membership.role)):
        raise PermissionDenied
    return membership
