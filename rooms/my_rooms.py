"""The rooms of an account, as its dashboard lists them and as the open dashboard watches them."""

import hashlib
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from accounts.models import User

from .access import Visitor, unavailable_reason
from .models import JoinRule, Membership, Role
from .permissions import is_host


def memberships_of(user: User) -> list[Membership]:
    """Return the active memberships of an account, each with its room and the room's owner, in one query."""
    rows = user.memberships.active().select_related("room__owner", "room__pending_owner")
    return list(rows.order_by("-room__last_used_at", "-room__created_at"))


def rooms_of_visitor(user: Visitor, guest_id: UUID | None) -> list[Membership]:
    """Return the active memberships of the account and of the guest of one browser, each with its room."""
    whose = Q(guest_id=guest_id) if guest_id else Q(pk=None)
    if user is not None and user.is_authenticated:
        whose |= Q(user=user)
    return list(Membership.objects.active().filter(whose).select_related("room"))


def may_join(membership: Membership) -> bool:
    """Say whether `access.authorize_entry` would let this member in now."""
    room = membership.room
    locked = room.join_rule == JoinRule.LOCKED and not is_host(membership.role) and not membership.readmit_when_locked
    return not locked and unavailable_reason(room) is None


def may_see_people(membership: Membership) -> bool:
    """Say whether this member may know who is inside before they join, and not only how many."""
    waits = membership.room.join_rule == JoinRule.KNOCK and membership.role == Role.GUEST
    return may_join(membership) and not (waits and membership.admitted_at is None)


def listing_stamp(memberships: Iterable[Membership], more: Mapping[int, object]) -> str:
    """Return a short hash of what the dashboard shows of these rooms, apart from who is inside and who knocks.

    `more` is what it shows besides, by the room's primary key. An open dashboard with another stamp is out of date.
    """
    state = str(sorted((*_shown(row), str(more.get(row.room_id))) for row in memberships))
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def _shown(row: Membership) -> tuple[str, ...]:
    room = row.room
    parts = (
        room.slug,
        room.name,
        row.role,
        room.join_rule,
        room.epoch,
        room.expires_at,
        room.closed_by_moderator,
        unavailable_reason(room),
        may_join(row),
        room.owner.display_name,
        room.pending_owner_id,
    )
    return tuple(str(part) for part in parts)
