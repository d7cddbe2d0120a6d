"""Redeeming an invite link: one conditional UPDATE, once per browser session."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from rooms.access import DenialReason, Visitor, find_membership, is_banned, unavailable_reason
from rooms.live import publish
from rooms.live.close_codes import CloseCode
from rooms.models import Invite, InviteState, Membership, Redemption, Role, Room

from .members import notify_role_changed


class InviteRefusalReason(StrEnum):
    """Why a link does not let somebody in. Whoever holds a token that exists held the link, and is told the truth."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    USED_UP = "used_up"
    ROOM_CLOSED = "room_closed"
    ROOM_EXPIRED = "room_expired"
    SUSPENDED = "suspended"
    REMOVED = "removed"
    NOT_YOURS = "not_yours"
    ACCOUNT_NEEDED = "account_needed"
    BANNED = "banned"


class InviteRefused(Exception):
    """The link does not let this person in. `slug` is set when they may enter the room without it."""

    def __init__(self, reason: InviteRefusalReason, slug: str | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.slug = slug


@dataclass(frozen=True, slots=True)
class RedeemedInvite:
    """What a good link gives: a place in the room, and a key as sealed by whoever made the link.

    `holds` says which key that is, and the seal is bound to it: `room`, `room-by-hosts` (the room key of a room where
    guests knock) or `lobby` (with which one can knock).
    """

    room: Room
    membership: Membership
    wrapped_key: bytes | None
    epoch: int
    holds: str


_ROOM_REASONS: dict[DenialReason, InviteRefusalReason] = {
    DenialReason.SUSPENDED: InviteRefusalReason.SUSPENDED,
    DenialReason.ROOM_CLOSED: InviteRefusalReason.ROOM_CLOSED,
    DenialReason.ROOM_EXPIRED: InviteRefusalReason.ROOM_EXPIRED,
}
_INVITE_REASONS: dict[InviteState, InviteRefusalReason] = {
    InviteState.REVOKED: InviteRefusalReason.REVOKED,
    InviteState.EXPIRED: InviteRefusalReason.EXPIRED,
    InviteState.USED_UP: InviteRefusalReason.USED_UP,
}


def redeem_invite(token: bytes, user: Visitor, browser: UUID) -> RedeemedInvite:
    """Let somebody in by a link. Raises `InviteRefused`.

    No use is taken from somebody who has as good a place in the room already, nor twice from one browser session. A
    removed person comes back only by a link that was made after the removal. A link raises a role and never lowers one;
    whoever it makes more than a guest needs an account.
    """
    with transaction.atomic():
        # Refused with a return, not a raise: what the attempt cleans up has to be kept.
        outcome = _redeem(token, user, browser, timezone.now())
    if isinstance(outcome, InviteRefused):
        raise outcome
    return outcome


def _redeem(token: bytes, user: Visitor, browser: UUID, now: datetime) -> RedeemedInvite | InviteRefused:
    # The lock makes racing clicks wait for each other (SQLite's IMMEDIATE transactions do so anyway).
    invites = Invite.objects.select_for_update(of=("self",)).select_related("room__owner", "created_by")
    invite = invites.filter(token_hash=hashlib.sha256(token).digest()).first()
    if invite is None:
        return InviteRefused(InviteRefusalReason.UNKNOWN)
    room = invite.room
    shut = unavailable_reason(room)
    if shut is not None:
        return InviteRefused(_ROOM_REASONS[shut])
    if not isinstance(user, User) and is_banned(browser):
        return InviteRefused(InviteRefusalReason.BANNED)
    membership = find_membership(user, browser, room.slug)
    if membership is not None and membership.removed_at is not None and membership.removed_at >= invite.created_at:
        return InviteRefused(InviteRefusalReason.REMOVED)
    inside = membership is not None and _is_active(membership, now)
    state = invite.state(now)
    if state is InviteState.EXPIRED and invite.wrapped_key is not None:
        Invite.objects.filter(pk=invite.pk).update(wrapped_key=None)
    if state in (InviteState.REVOKED, InviteState.EXPIRED):
        return InviteRefused(_INVITE_REASONS[state], room.slug if inside else None)
    if invite.created_by.suspended_at is not None:
        return InviteRefused(InviteRefusalReason.SUSPENDED)
    if invite.role == Role.OWNER:
        return _second_device(invite, membership, user, browser, now)
    role = Role(invite.role)
    if role != Role.GUEST and not isinstance(user, User):
        return InviteRefused(InviteRefusalReason.ACCOUNT_NEEDED, room.slug if inside else None)
    # A guest who has signed in since gets the place on the account, by the use that this browser took already.
    signed_in_since = membership is not None and membership.user_id is None and isinstance(user, User)
    raised = membership is not None and _outranks(role, Role(membership.role))
    if not inside or signed_in_since or raised:
        if _consume_use(invite, browser, now):
            membership = _grant_membership(invite, membership if inside else None, membership, user, browser)
        elif not inside:
            return InviteRefused(_INVITE_REASONS.get(state, InviteRefusalReason.USED_UP))
    elif state is InviteState.ACTIVE and membership is not None and membership.expires_at is not None:
        _extend_guest(membership, _guest_expiry(invite))
    assert membership is not None  # noqa: S101 (inside, or just admitted)
    return _redeemed(invite, membership)


def _second_device(
    invite: Invite, membership: Membership | None, user: Visitor, browser: UUID, now: datetime
) -> RedeemedInvite | InviteRefused:
    """Give the owner the sealed key in another browser: the place is theirs already, the use is taken all the same."""
    if membership is None or user != invite.room.owner:
        return InviteRefused(InviteRefusalReason.NOT_YOURS)
    if not _consume_use(invite, browser, now):
        return InviteRefused(InviteRefusalReason.USED_UP, invite.room.slug)
    return _redeemed(invite, membership)


def _redeemed(invite: Invite, membership: Membership) -> RedeemedInvite:
    room = invite.room
    holds = "lobby" if invite.lobby else "room-by-hosts" if room.key_by_hosts else "room"
    return RedeemedInvite(room, membership, _bytes(invite.wrapped_key), invite.epoch, holds)


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def _is_active(membership: Membership, now: datetime) -> bool:
    return membership.removed_at is None and (membership.expires_at is None or membership.expires_at > now)


def _consume_use(invite: Invite, browser: UUID, now: datetime) -> bool:
    """Count this browser session once. The conditions are in the UPDATE: nothing that was read before can be stale."""
    if Redemption.objects.filter(invite=invite, browser=browser).exists():
        return True
    open_room = Room.objects.filter(pk=OuterRef("room_id"), closed_at__isnull=True).filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    )
    taken = (
        Invite.objects.filter(pk=invite.pk, revoked_at__isnull=True, expires_at__gt=now)
        .filter(Q(max_uses__isnull=True) | Q(uses__lt=F("max_uses")))
        .filter(Exists(open_room))
        .update(uses=F("uses") + 1)
    )
    if taken:
        Redemption.objects.create(invite=invite, browser=browser)
    return bool(taken)


def _grant_membership(
    invite: Invite, held: Membership | None, old: Membership | None, user: Visitor, browser: UUID
) -> Membership:
    """Give a place: to the account of whoever is signed in, else to the browser session.

    `old` is the place they have or had, `held` the same if it still counts: then nothing of it is lost.
    """
    account = user if isinstance(user, User) else None
    who: dict[str, Any] = {"user": account} if account else {"browser": browser}
    role, end = Role(invite.role), _guest_expiry(invite)
    if held is not None and not _outranks(role, Role(held.role)):
        role, end = Role(held.role), max(held.expires_at or end, end)
    place: dict[str, Any] = {
        "role": role,
        # A guest who signs in is still the one whom a host let in; somebody who was removed is not.
        "admitted_at": held.admitted_at if held else None,
        "stays": bool(held and held.stays),
        "invite": invite,
        "expires_at": end if role == Role.GUEST else None,
        "removed_at": None,
    }
    membership, _made = Membership.objects.update_or_create(room=invite.room, **who, defaults=place)
    if old is not None and old.pk != membership.pk:
        # This browser's earlier place as a guest: it has one place now, that of the account. A socket that was let in
        # as the guest has to come back as the account, or no order to close it would ever meet it.
        key = old.pk
        old.delete()
        publish.close_membership(key, CloseCode.ROLE_CHANGED)
    elif held is not None and held.role != role:
        notify_role_changed(membership)
    return membership


def _extend_guest(membership: Membership, end: datetime) -> None:
    """Give a guest who is inside the later of the two ends, without a use."""
    if membership.expires_at is not None and membership.expires_at < end:
        membership.expires_at = end
        membership.save(update_fields=["expires_at"])
        notify_role_changed(membership)  # an open socket would end at the old end


def _guest_expiry(invite: Invite) -> datetime:
    """Return when the place of a guest who came by this link ends."""
    return invite.expires_at + timedelta(hours=settings.GUEST_STAY_HOURS)


def _outranks(role: Role, other: Role) -> bool:
    """Say whether a role is higher than another; `Role` names them from the most rights to the least."""
    ranks = list(Role)
    return ranks.index(role) < ranks.index(other)
