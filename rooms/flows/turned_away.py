"""Who was turned away: hosts learn that it happened, when, and why, so that they can send a link that works.

Nothing that is stored says who it was. Who opens a link may read here as `invite.label` what the host called it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from rooms import limits
from rooms.access import AccessDenied, DenialReason
from rooms.live import publish
from rooms.models import Invite, Membership, Room, TurnedAway, TurnedAwayReason
from rooms.permissions import is_host

_REASONS: dict[DenialReason, TurnedAwayReason] = {
    DenialReason.LOCKED: TurnedAwayReason.LOCKED,
    DenialReason.ROOM_CLOSED: TurnedAwayReason.ROOM_CLOSED,
    DenialReason.ROOM_EXPIRED: TurnedAwayReason.ROOM_EXPIRED,
    DenialReason.MEMBERSHIP_EXPIRED: TurnedAwayReason.ACCESS_EXPIRED,
    DenialReason.REMOVED: TurnedAwayReason.REMOVED,
}


@dataclass(frozen=True, slots=True)
class TurnedAwayRow:
    """What hosts see. `label` is that of the link, or empty; `tries` is how often it happened."""

    reason: TurnedAwayReason
    label: str
    tries: int
    last_at: datetime

    @property
    def text(self) -> str:
        return str(self.reason.label)


@transaction.atomic
def record_turned_away(room: Room, reason: TurnedAwayReason, invite: Invite | None = None) -> None:
    """Store that a person was turned away, and show it to the hosts in the call.

    A try that follows another for the same reason within a minute is the same person's reload or second press.
    """
    now = timezone.now()
    same = TurnedAway.objects.filter(room=room, reason=reason, invite=invite)
    if same.filter(last_at__gt=now - limits.TRY_AGAIN).exists():
        return
    if not same.update(tries=F("tries") + 1, last_at=now):
        TurnedAway.objects.get_or_create(room=room, reason=reason, invite=invite, defaults={"last_at": now})
        newest = room.turned_away.order_by("-last_at", "-pk").values_list("pk", flat=True)
        room.turned_away.filter(pk__in=list(newest[limits.MAX_TURNED_AWAY_PER_ROOM :])).delete()
    if reason != TurnedAwayReason.DECLINED:  # the hosts have just done that
        publish.turned_away(room.pk, reason, invite.label if invite else "", now)


def record_member_turned_away(membership: Membership, reason: TurnedAwayReason) -> None:
    """Do the same for a person who has, or had, a membership; `invite` is the link that gave it."""
    if not is_host(membership.role):
        record_turned_away(membership.room, reason, membership.invite)


def record_denied(denied: AccessDenied) -> None:
    """Store that a person who has, or had, a membership may not enter. For strangers there is nothing to store."""
    if denied.membership is not None and denied.reason in _REASONS:
        record_member_turned_away(denied.membership, _REASONS[denied.reason])


def turned_away(rooms: Collection[int]) -> dict[int, list[TurnedAwayRow]]:
    """Return who was turned away from these rooms (primary keys) in the last week, the newest first."""
    since = timezone.now() - limits.TURNED_AWAY_LIFE
    rows: Iterable[TurnedAway] = TurnedAway.objects.filter(room__in=rooms, last_at__gt=since).select_related("invite")
    found: dict[int, list[TurnedAwayRow]] = {}
    for row in rows:
        label = row.invite.label if row.invite else ""
        shown = TurnedAwayRow(TurnedAwayReason(row.reason), label, row.tries, row.last_at)
        found.setdefault(row.room_id, []).append(shown)
    return found


def shown_to_hosts(memberships: Iterable[Membership]) -> dict[int, list[TurnedAwayRow]]:
    """Return the same for those of a person's rooms in which they are a host, in one query."""
    hosted = [row.room_id for row in memberships if is_host(row.role)]
    return turned_away(hosted) if hosted else {}


def forget_turned_away(room: Room) -> None:
    """Delete what is stored: a host has read it."""
    room.turned_away.all().delete()
