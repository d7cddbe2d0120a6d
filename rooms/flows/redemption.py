"""Look at an invite link, which changes nothing, and redeem it: one conditional UPDATE, once per browser session."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts.models import User
from rooms.access import DenialReason, RoomAccess, Visitor, find_membership, is_banned, unavailable_reason
from rooms.live import publish
from rooms.live.close_codes import CloseCode
from rooms.models import (
    Invite,
    InviteQuerySet,
    InviteState,
    JoinRule,
    Membership,
    Redemption,
    Role,
    Room,
    TurnedAwayReason,
)
from rooms.permissions import is_host

from .members import notify_role_changed
from .turned_away import record_turned_away


class InviteRefusalReason(StrEnum):
    """Why a link does not let a person in. Who has a valid token once had the link, and learns the real reason."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    USED_UP = "used_up"
    ROOM_CLOSED = "room_closed"
    ROOM_EXPIRED = "room_expired"
    LOCKED = "locked"
    SUSPENDED = "suspended"
    REMOVED = "removed"
    NOT_YOURS = "not_yours"
    ACCOUNT_NEEDED = "account_needed"
    BANNED = "banned"


class InviteRefused(Exception):
    """The link does not let this person in. `slug` is set if they may enter the room without it."""

    def __init__(self, reason: InviteRefusalReason, slug: str | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.slug = slug


@dataclass(frozen=True, slots=True)
class RedeemedInvite:
    """What a link gives: a membership, and a key as wrapped by the browser that created the link.

    `key_kind` says which key that is, and its seal is bound to it: `room`, `room-by-hosts` (the room key of a room
    where guests knock) or `lobby` (which only lets a person knock).
    """

    room: Room
    membership: Membership
    wrapped_key: bytes | None
    epoch: int
    key_kind: str


@dataclass(frozen=True, slots=True)
class InviteLook:
    """What a link would give a person now: `access` is who they would be in the room; nothing of it is saved."""

    invite: Invite
    access: RoomAccess


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

# What the room's hosts learn of. Not of a missing account, which one page later may be there, nor of a ban, which is a
# matter of the site's moderators.
_SHOWN_TO_HOSTS: dict[InviteRefusalReason, TurnedAwayReason] = {
    InviteRefusalReason.EXPIRED: TurnedAwayReason.EXPIRED,
    InviteRefusalReason.REVOKED: TurnedAwayReason.REVOKED,
    InviteRefusalReason.USED_UP: TurnedAwayReason.USED_UP,
    InviteRefusalReason.ROOM_CLOSED: TurnedAwayReason.ROOM_CLOSED,
    InviteRefusalReason.ROOM_EXPIRED: TurnedAwayReason.ROOM_EXPIRED,
    InviteRefusalReason.LOCKED: TurnedAwayReason.LOCKED,
    InviteRefusalReason.REMOVED: TurnedAwayReason.REMOVED,
}


def redeem_invite(token: bytes, user: Visitor, guest_id: UUID) -> RedeemedInvite:
    """Give a person the membership of a link. Raises `InviteRefused`.

    No use is taken from a person whose membership is as good already, nor twice from one browser session. A removed
    person returns only by a link that was created after the removal. A link raises a role and never lowers one; every
    role above guest needs an account.
    """
    with transaction.atomic():
        # Refused with a return, not a raise: a rollback would undo what the attempt cleans up.
        # The lock makes racing clicks wait for each other (SQLite's IMMEDIATE transactions do so anyway).
        invite = _find_invite(token, Invite.objects.select_for_update(of=("self",)))
        outcome = _redeem(invite, user, guest_id, timezone.now())
        if isinstance(outcome, InviteRefused):
            note_refusal(invite, outcome)
    if isinstance(outcome, InviteRefused):
        raise outcome
    return outcome


def note_refusal(invite: Invite, refused: InviteRefused) -> None:
    """Let the room's hosts learn that a person was turned away, unless that person may enter without the link."""
    if refused.slug is None and refused.reason in _SHOWN_TO_HOSTS:
        record_turned_away(invite.room, _SHOWN_TO_HOSTS[refused.reason], invite)


def look_at_invite(token: bytes, user: Visitor, guest_id: UUID) -> InviteLook:
    """Say what `redeem_invite` would give, without taking a use. Raises `InviteRefused` where it would."""
    now = timezone.now()
    invite = _find_invite(token, Invite.objects.all())
    membership = find_membership(user, guest_id, invite.room.slug)
    refused = _refusal(invite, membership, user, guest_id, now)
    if refused is not None:
        note_refusal(invite, refused)
        raise refused
    role, active = Role(invite.role), membership is not None and membership.is_active(now)
    if membership is None or not active or _outranks(role, Role(membership.role)):
        membership = Membership(room=invite.room, role=role)
    return InviteLook(invite, RoomAccess(invite.room, Role(membership.role), membership))


def _find_invite(token: bytes, invites: InviteQuerySet) -> Invite:
    found = invites.select_related("room__owner", "created_by")
    invite = found.filter(token_hash=hashlib.sha256(token).digest()).first()
    if invite is None:
        raise InviteRefused(InviteRefusalReason.UNKNOWN)
    return invite


def _refusal(
    invite: Invite, membership: Membership | None, user: Visitor, guest_id: UUID, now: datetime
) -> InviteRefused | None:
    """Return why the link gives this person nothing, or None. `membership` is what they have or had in the room."""
    room = invite.room
    unavailable = unavailable_reason(room)
    if unavailable is not None:
        return InviteRefused(_ROOM_REASONS[unavailable])
    if not isinstance(user, User) and is_banned(guest_id):
        return InviteRefused(InviteRefusalReason.BANNED)
    if membership is not None and membership.removed_at is not None and membership.removed_at >= invite.created_at:
        return InviteRefused(InviteRefusalReason.REMOVED)
    active = membership is not None and membership.is_active(now)
    state = invite.state(now)
    if state in (InviteState.REVOKED, InviteState.EXPIRED):
        return InviteRefused(_INVITE_REASONS[state], room.slug if active else None)
    if invite.created_by.suspended_at is not None:
        return InviteRefused(InviteRefusalReason.SUSPENDED)
    owners = invite.role == Role.OWNER
    if owners and (membership is None or user != room.owner):
        return InviteRefused(InviteRefusalReason.NOT_YOURS)
    if invite.role != Role.GUEST and not isinstance(user, User):
        return InviteRefused(InviteRefusalReason.ACCOUNT_NEEDED, room.slug if active else None)
    if room.join_rule == JoinRule.LOCKED and not _may_enter_locked(invite, membership if active else None):
        return InviteRefused(InviteRefusalReason.LOCKED)
    if state is InviteState.USED_UP and (owners or not active) and not _has_redeemed(invite, guest_id):
        return InviteRefused(InviteRefusalReason.USED_UP, room.slug if active else None)
    return None


def _may_enter_locked(invite: Invite, active: Membership | None) -> bool:
    """Say whether this person could enter the room now that it is locked, so that no use is spent in vain."""
    if is_host(Role(invite.role)):
        return True
    return active is not None and (is_host(Role(active.role)) or active.readmit_when_locked)


def _redeem(invite: Invite, user: Visitor, guest_id: UUID, now: datetime) -> RedeemedInvite | InviteRefused:
    membership = find_membership(user, guest_id, invite.room.slug)
    refused = _refusal(invite, membership, user, guest_id, now)
    if refused is not None:
        if refused.reason is InviteRefusalReason.EXPIRED and invite.wrapped_key is not None:
            Invite.objects.filter(pk=invite.pk).update(wrapped_key=None)
        return refused
    role, active = Role(invite.role), membership is not None and membership.is_active(now)
    if role == Role.OWNER:
        assert membership is not None  # noqa: S101 (or the link was refused)
        # The owner gets the wrapped key in another browser. Their membership exists; the use is consumed all the same.
        if not _consume_use(invite, guest_id, now):
            return InviteRefused(InviteRefusalReason.USED_UP, invite.room.slug)
        return _redeemed(invite, membership)
    # A guest who has signed in since gets the membership on the account, by the use that this browser took already.
    signed_in_since = membership is not None and membership.user_id is None and isinstance(user, User)
    raised = membership is not None and _outranks(role, Role(membership.role))
    if not active or signed_in_since or raised:
        if _consume_use(invite, guest_id, now):
            membership = _grant_membership(invite, membership if active else None, membership, user, guest_id)
        elif not active:
            return InviteRefused(InviteRefusalReason.USED_UP)
    elif membership is not None and membership.expires_at is not None and invite.state(now) is InviteState.ACTIVE:
        _extend_guest(membership, _guest_expiry(invite))
    assert membership is not None  # noqa: S101 (active, or just granted)
    return _redeemed(invite, membership)


def _redeemed(invite: Invite, membership: Membership) -> RedeemedInvite:
    room = invite.room
    key_kind = "lobby" if invite.holds_lobby_key else "room-by-hosts" if room.hosts_hand_out_key else "room"
    wrapped_key = None if invite.wrapped_key is None else bytes(invite.wrapped_key)
    return RedeemedInvite(room, membership, wrapped_key, invite.epoch, key_kind)


def _has_redeemed(invite: Invite, guest_id: UUID) -> bool:
    return Redemption.objects.filter(invite=invite, guest_id=guest_id).exists()


def _consume_use(invite: Invite, guest_id: UUID, now: datetime) -> bool:
    # The conditions are in the UPDATE, so nothing that was read before can be stale.
    if _has_redeemed(invite, guest_id):
        return True
    in_open_room = Exists(Room.objects.open(now).filter(pk=OuterRef("room_id")))
    redeemable = Invite.objects.redeemable(now).filter(in_open_room, pk=invite.pk)
    consumed = redeemable.update(uses=F("uses") + 1)
    if consumed:
        Redemption.objects.create(invite=invite, guest_id=guest_id)
    return bool(consumed)


def _grant_membership(
    invite: Invite, active: Membership | None, earlier: Membership | None, user: Visitor, guest_id: UUID
) -> Membership:
    """Give the membership to the account if the person is signed in, else to the guest.

    `earlier` is the membership that they have or had, `active` the same if it still counts: then nothing of it is lost.
    """
    account = user if isinstance(user, User) else None
    holder: dict[str, Any] = {"user": account} if account else {"guest_id": guest_id}
    role, expires_at = Role(invite.role), _guest_expiry(invite)
    if active is not None and not _outranks(role, Role(active.role)):
        role, expires_at = Role(active.role), max(active.expires_at or expires_at, expires_at)
    values: dict[str, Any] = {
        "role": role,
        # A guest who signs in was let in by a host already; a person who was removed was not.
        "admitted_at": active.admitted_at if active else None,
        "readmit_when_locked": bool(active and active.readmit_when_locked),
        "invite": invite,
        "expires_at": expires_at if role == Role.GUEST else None,
        "removed_at": None,
    }
    membership, created = Membership.objects.update_or_create(room=invite.room, **holder, defaults=values)
    if earlier is not None and earlier.pk != membership.pk:
        # This browser's earlier membership as a guest, which the account's replaces. Its socket has to rejoin as the
        # account, or no order to close the new membership would reach it.
        key = earlier.pk
        earlier.delete()
        publish.close_membership(key, CloseCode.ROLE_CHANGED)
    elif active is not None and active.role != role:
        notify_role_changed(membership)
    if account is not None and (created or active is None):
        publish.rooms_of_user_changed(account.pk)
    return membership


def _extend_guest(membership: Membership, expires_at: datetime) -> None:
    """Give an active guest the later of the two expiries, without a use."""
    if membership.expires_at is not None and membership.expires_at < expires_at:
        membership.expires_at = expires_at
        membership.save(update_fields=["expires_at"])
        notify_role_changed(membership)  # an open socket would close at the earlier expiry


def _guest_expiry(invite: Invite) -> datetime:
    """Return when the membership of a guest who came by this link expires."""
    return invite.expires_at + timedelta(hours=settings.GUEST_STAY_HOURS)


def _outranks(role: Role, other: Role) -> bool:
    """Say whether a role is higher than another; `Role` lists them from the highest to the lowest."""
    ranks = list(Role)
    return ranks.index(role) < ranks.index(other)
