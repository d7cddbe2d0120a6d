"""What rooms store about a person: their rooms, memberships, invite links, and what their browser did as a guest."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.personal_data import Loss, Session, register

from .flows.guests import forget_guests
from .flows.transfers import transfers_of
from .flows.turned_away import TurnedAwayRow, turned_away
from .guest_session import guest_id_of
from .models import Invite, Membership, Room, WaitingTransfer
from .permissions import Permission, has_permission


class RoomData:
    """The rooms' part of what is stored about people."""

    def export(self, user: User) -> dict[str, Any]:
        """Return their own rooms, memberships and the links that they created."""
        mine = list(user.memberships.values_list("pk", flat=True))
        links = Invite.objects.filter(created_by=user).select_related("room")
        return {
            "rooms": _rooms(user),
            "memberships": [_membership(row) for row in Membership.objects.filter(user=user).select_related("room")],
            "invites": [{"room": row.room.name, **_invite(row)} for row in links],
            "waiting_transfers": [_transfer(row, user) for row in transfers_of(mine)],
            "rooms_offered": [row.name for row in Room.objects.filter(pending_owner=user)],
        }

    def losses(self, user: User) -> list[Loss]:
        """Return their rooms, which are deleted, and those of others that they leave."""
        memberships = Membership.objects.filter(user=user, removed_at=None).select_related("room")
        others = [(row.room.name, None) for row in memberships if has_permission(row.role, Permission.LEAVE)]
        own = [(room.name, reverse("rooms:manage", args=[room.slug]) + "#people") for room in user.rooms.all()]
        found = [
            Loss(_("These rooms will be deleted for everyone. Transfer any that others still need:"), own),
            Loss(_("You will be removed from:"), others),
        ]
        return [loss for loss in found if loss.items]

    def forget(self, user: User, sessions: Sequence[Session]) -> None:
        """Delete what their browsers did as guests."""
        forget_guests({guest for session in sessions if (guest := guest_id_of(session))})


register(RoomData())


def _transfer(row: WaitingTransfer, user: User) -> dict[str, Any]:
    return {
        "room": row.sender.room.name,
        "direction": "sent" if row.sender.user_id == user.pk else "received",
        "since": row.created_at,
        "expires": row.expires_at,
    }


def _rooms(user: User) -> list[dict[str, Any]]:
    rooms = list(user.rooms.prefetch_related("invites"))
    away = turned_away([row.pk for row in rooms])
    counts = Membership.objects.filter(room__owner=user).order_by().values_list("room", "role").annotate(Count("pk"))
    members = {(room, role): count for room, role, count in counts}
    return [_room(row, members, away.get(row.pk, [])) for row in rooms]


def _room(row: Room, members: Mapping[tuple[int, str], int], away: Iterable[TurnedAwayRow]) -> dict[str, Any]:
    return {
        "name": row.name,
        "url": f"{settings.SITE_ORIGINS[0]}/r/{row.slug}",
        "created": row.created_at,
        "last_used": row.last_used_at,
        "expires": row.expires_at,
        "closed": row.closed_at,
        "max_people": row.max_people,
        "join_rule": row.join_rule,
        "requires_host": row.requires_host,
        "hide_ip_addresses": row.relay_only,
        "key_epoch": row.epoch,
        "members": {role: members.get((row.pk, role), 0) for role in ("moderator", "member", "guest")},
        "invites": [_invite(invite) for invite in row.invites.all()],
        "turned_away": [
            {"reason": one.reason, "link": one.label, "tries": one.tries, "last": one.last_at} for one in away
        ],
    }


def _invite(row: Invite) -> dict[str, Any]:
    return {
        "label": row.label,
        "role": row.role,
        "uses": row.uses,
        "max_uses": row.max_uses,
        "created": row.created_at,
        "expires": row.expires_at,
        "revoked": row.revoked_at,
    }


def _membership(row: Membership) -> dict[str, Any]:
    return {
        "room": row.room.name,
        "url": f"{settings.SITE_ORIGINS[0]}/r/{row.room.slug}",
        "role": row.role,
        "since": row.created_at,
        "expires": row.expires_at,
        "removed": row.removed_at,
        "admitted": row.admitted_at,
    }
