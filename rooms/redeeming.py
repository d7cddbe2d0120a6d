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

from .access import Reason, Visitor, membership_of, why_shut
from .models import Door, Invite, InviteState, Membership, Redemption, Role, Room
from .signaling import outbound
from .signaling.codes import CloseCode


class InviteReason(StrEnum):
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


class InviteRefused(Exception):
    """The link does not let this person in. `slug` is set when they may enter the room without it."""

    def __init__(self, reason: InviteReason, slug: str | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.slug = slug


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a good link gives: a place in the room, and a key as sealed by whoever made the link.

    `holds` says which key that is, and the seal is bound to it: `room`, `room-by-hosts` (the room key of a room where
    guests knock) or `lobby` (with which one can knock).
    """

    room: Room
    membership: Membership
    wrapped_key: bytes | None
    epoch: int
    holds: str


_SHUT: dict[Reason, InviteReason] = {
    Reason.SUSPENDED: InviteReason.SUSPENDED,
    Reason.ROOM_CLOSED: InviteReason.ROOM_CLOSED,
    Reason.ROOM_EXPIRED: InviteReason.ROOM_EXPIRED,
}
_SPENT: dict[InviteState, InviteReason] = {
    InviteState.REVOKED: InviteReason.REVOKED,
    InviteState.EXPIRED: InviteReason.EXPIRED,
    InviteState.USED_UP: InviteReason.USED_UP,
}


def redeem(token: bytes, user: Visitor, browser: UUID) -> Redeemed:
    """Let somebody in by a link. Raises `InviteRefused`.

    No use is taken from somebody who has a place in the room already, nor twice from one browser session. A removed
    person comes back only by a link that was made after the removal.
    """
    with transaction.atomic():
        # Refused with a return, not a raise: what the attempt cleans up has to be kept.
        outcome = _redeem(token, user, browser, timezone.now())
    if isinstance(outcome, InviteRefused):
        raise outcome
    return outcome


def _redeem(token: bytes, user: Visitor, browser: UUID, now: datetime) -> Redeemed | InviteRefused:
    # The lock makes racing clicks wait for each other (SQLite's IMMEDIATE transactions do so anyway).
    invites = Invite.objects.select_for_update(of=("self",)).select_related("room__owner", "created_by")
    invite = invites.filter(token_hash=hashlib.sha256(token).digest()).first()
    if invite is None:
        return InviteRefused(InviteReason.UNKNOWN)
    room = invite.room
    shut = why_shut(room)
    if shut is not None:
        return InviteRefused(_SHUT[shut])
    membership = membership_of(user, browser, room.slug)
    if membership is not None and membership.removed_at is not None and membership.removed_at >= invite.created_at:
        return InviteRefused(InviteReason.REMOVED)
    inside = membership is not None and _holds(membership, now)
    state = invite.state(now)
    if state is InviteState.EXPIRED and invite.wrapped_key is not None:
        Invite.objects.filter(pk=invite.pk).update(wrapped_key=None)
    if state in (InviteState.REVOKED, InviteState.EXPIRED):
        return InviteRefused(_SPENT[state], room.slug if inside else None)
    if invite.created_by.suspended_at is not None:
        return InviteRefused(InviteReason.SUSPENDED)
    if invite.role == Role.OWNER:
        return _second_device(invite, membership, user, browser, now)
    # A guest who has signed in since gets a place that stays, by the use that this browser took already.
    signed_in_since = membership is not None and membership.user_id is None and isinstance(user, User)
    if not inside or signed_in_since:
        if _take_use(invite, browser, now):
            membership = _admit(invite, membership, user, browser)
        elif not inside:
            return InviteRefused(_SPENT.get(state, InviteReason.USED_UP))
    elif state is InviteState.ACTIVE and membership is not None and membership.expires_at is not None:
        # A guest who is inside keeps the later of the two ends, without a use.
        membership.expires_at = max(membership.expires_at, _guest_end(invite))
        membership.save(update_fields=["expires_at"])
    assert membership is not None  # noqa: S101 (inside, or just admitted)
    return _redeemed(invite, membership)


def _second_device(
    invite: Invite, membership: Membership | None, user: Visitor, browser: UUID, now: datetime
) -> Redeemed | InviteRefused:
    """Give the owner the sealed key in another browser: the place is theirs already, the use is taken all the same."""
    if membership is None or user != invite.room.owner:
        return InviteRefused(InviteReason.NOT_YOURS)
    if not _take_use(invite, browser, now):
        return InviteRefused(InviteReason.USED_UP, invite.room.slug)
    return _redeemed(invite, membership)


def _redeemed(invite: Invite, membership: Membership) -> Redeemed:
    room = invite.room
    holds = "lobby" if invite.lobby else "room-by-hosts" if room.key_by_hosts else "room"
    return Redeemed(room, membership, _bytes(invite.wrapped_key), invite.epoch, holds)


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def _holds(membership: Membership, now: datetime) -> bool:
    return membership.removed_at is None and (membership.expires_at is None or membership.expires_at > now)


def _take_use(invite: Invite, browser: UUID, now: datetime) -> bool:
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


def _admit(invite: Invite, old: Membership | None, user: Visitor, browser: UUID) -> Membership:
    """Give a place: to the account of whoever is signed in, else to the browser session and for a limited time."""
    account = user if isinstance(user, User) else None
    who: dict[str, Any] = {"user": account} if account else {"browser": browser}
    place: dict[str, Any] = {
        "role": _granted(invite, account),
        # A guest who signs in is still the one whom a host let in; somebody who was removed is not.
        "admitted_at": old.admitted_at if old and old.removed_at is None else None,
        "stays": bool(old and old.removed_at is None and old.stays),
        "invite": invite,
        "expires_at": None if account else _guest_end(invite),
        "removed_at": None,
    }
    membership, _made = Membership.objects.update_or_create(room=invite.room, **who, defaults=place)
    if old is not None and old.pk != membership.pk:
        # This browser's earlier place as a guest: it has one place now, that of the account. A socket that was let in
        # as the guest has to come back as the account, or no order to close it would ever meet it.
        key = old.pk
        old.delete()
        transaction.on_commit(lambda: outbound.close_membership(key, CloseCode.JOIN_TIMEOUT))
    return membership


def _guest_end(invite: Invite) -> datetime:
    """Return when the place of a guest who came by this link ends."""
    return invite.expires_at + timedelta(hours=settings.GUEST_STAY_HOURS)


def _granted(invite: Invite, account: User | None) -> Role:
    """Return the role a link gives: rights above a guest's need an account, and an account is more than a guest.

    Where guests knock, an account is a guest, too, until a host has let it in.
    """
    if account is None:
        return Role.GUEST
    if invite.role != Role.GUEST:
        return Role(invite.role)
    return Role.GUEST if invite.room.door == Door.KNOCK else Role.MEMBER
