"""What a moderator sees with a report: the room and its links, the subject, related reports, and possible actions."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from rooms.access import unavailable_reason
from rooms.live.occupancy import head_counts
from rooms.models import Ban, Role
from rooms.moderation.actions import ACTIONS_BY_NAME, ModerationAction
from rooms.moderation.audit_log import entries_of
from rooms.moderation.models import Report

from .action_view import action_url

MAX_SHOWN = 10  # links, and related reports


@dataclass(frozen=True, slots=True)
class Button:
    """An action that is possible now, and the page that confirms it."""

    action: ModerationAction
    url: str
    label: str | Promise


def report_context(report: Report) -> dict[str, Any]:
    """Return the template variables of the page of a report."""
    room = report.room
    invites = list(room.invites.select_related("created_by").order_by("-created_at")[:MAX_SHOWN]) if room else []
    now = timezone.now()
    return {
        "report": report,
        "room": room,
        "unavailable": unavailable_reason(room) if room else None,
        "inside": head_counts([room.pk]).get(room.pk, 0) if room else 0,
        "invites": [(invite, invite.state(now)) for invite in invites],
        "related": [(other, _in_common(other, report)) for other in related_reports(report)[:MAX_SHOWN]],
        "audit_entries": entries_of(report),
        "subject_buttons": _subject_buttons(report),
        "room_buttons": _room_buttons(report),
        "report_buttons": [_button("reopen" if report.resolved_at else "dismiss", report, report)],
    }


def related_reports(report: Report) -> QuerySet[Report]:
    """Return the other reports about this person, this room, or rooms of its owner, the newest first."""
    related = Q(room__isnull=False, room=report.room_id)
    if report.subject_user_id:
        related |= Q(subject_user=report.subject_user_id) | Q(owner=report.subject_user_id)
    if report.subject_guest_id:
        related |= Q(subject_guest_id=report.subject_guest_id)
    if report.owner_id:
        related |= Q(owner=report.owner_id) | Q(subject_user=report.owner_id)
    return Report.objects.filter(related).exclude(pk=report.pk).select_related("room")


def _in_common(other: Report, report: Report) -> str:
    """Return the strongest thing that two related reports have in common."""
    same_user = other.subject_user_id and other.subject_user_id == report.subject_user_id
    same_guest = other.subject_guest_id and other.subject_guest_id == report.subject_guest_id
    if same_user or same_guest:
        return _("the same person")
    if other.room_id and other.room_id == report.room_id:
        return _("the same room")
    return _("the same owner")


def _subject_buttons(report: Report) -> list[Button]:
    membership, buttons = report.subject_membership, []
    if report.subject_user:
        buttons += _person_buttons(report.subject_user, report)
    if membership and membership.removed_at is None and membership.role != Role.OWNER:
        buttons.append(_button("remove", membership, report))
    if membership and membership.guest_id and not Ban.objects.filter(guest_id=membership.guest_id).exists():
        buttons.append(_button("ban-guest", membership, report))
    return buttons


def _room_buttons(report: Report) -> list[Button]:
    """Return what can be done about the room, its links and its owner."""
    room, buttons = report.room, []
    if room:
        buttons.append(_button("reopen-room" if room.closed_at else "close-room", room, report))
        if room.invites.filter(revoked_at__isnull=True, expires_at__gt=timezone.now()).exists():
            buttons.append(_button("revoke-links", room, report))
    if report.owner and report.owner_id != report.subject_user_id:
        buttons += _person_buttons(report.owner, report, owner=True)
    return buttons


def _person_buttons(user: User, report: Report, *, owner: bool = False) -> list[Button]:
    labels = {
        "warn": _("Warn the owner by email"),
        "suspend": _("Suspend the owner"),
        "reinstate": _("Reinstate the owner"),
    }
    names = ("warn", "reinstate" if user.suspended_at else "suspend")
    return [_button(name, user, report, labels[name] if owner else None) for name in names]


def _button(name: str, row: Any, report: Report, label: str | None = None) -> Button:
    action = ACTIONS_BY_NAME[name]
    return Button(action, action_url(name, [row], report), label or action.label)
