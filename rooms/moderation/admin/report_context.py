"""What a moderator sees with a report: the room and its links, the subject, related reports, and possible actions."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from rooms.live.occupancy import head_counts
from rooms.moderation.actions import ACTIONS_BY_NAME, ModerationAction
from rooms.moderation.audit_log import entries_of
from rooms.moderation.availability import obstacle
from rooms.moderation.models import Report

from .action_view import action_url
from .room_state import room_state

MAX_SHOWN = 10  # links, and related reports
PERSON_ACTIONS = ("warn", "suspend", "reinstate")
ROOM_ACTIONS = ("close-room", "reopen-room", "revoke-links")


@dataclass(frozen=True, slots=True)
class Button:
    """An action that is possible now, and the page that confirms it."""

    action: ModerationAction
    url: str
    label: str | Promise


def report_context(report: Report, viewer: User) -> dict[str, Any]:
    """Return the template variables of the page of a report, with the buttons for what the viewer can do."""
    room = report.room
    invites = list(room.invites.select_related("created_by").order_by("-created_at")[:MAX_SHOWN]) if room else []
    now = timezone.now()
    return {
        "report": report,
        "room": room,
        "room_state": room_state(room) if room else "",
        "inside": head_counts([room.pk]).get(room.pk, 0) if room else 0,
        "invites": [(invite, invite.state(now)) for invite in invites],
        "related": [(other, _in_common(other, report)) for other in related_reports(report)[:MAX_SHOWN]],
        "audit_entries": entries_of(report),
        "subject_buttons": _subject_buttons(report, viewer),
        "room_buttons": _room_buttons(report, viewer),
        "report_buttons": _buttons(("dismiss", "reopen"), report, report, viewer),
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


def _subject_buttons(report: Report, viewer: User) -> list[Button]:
    buttons = []
    if report.subject_user:
        buttons += _buttons(PERSON_ACTIONS, report.subject_user, report, viewer)
    if report.subject_membership:
        names = ("remove", "ban-guest") if report.subject_membership.guest_id else ("remove",)
        buttons += _buttons(names, report.subject_membership, report, viewer)
    return buttons


def _room_buttons(report: Report, viewer: User) -> list[Button]:
    """Return what can be done about the room, its links and its owner."""
    buttons = _buttons(ROOM_ACTIONS, report.room, report, viewer) if report.room else []
    if report.owner and report.owner_id != report.subject_user_id:
        labels = {
            "warn": _("Warn the owner by email"),
            "suspend": _("Suspend the owner"),
            "reinstate": _("Reinstate the owner"),
        }
        buttons += _buttons(PERSON_ACTIONS, report.owner, report, viewer, labels)
    return buttons


def _buttons(
    names: tuple[str, ...], row: Any, report: Report, viewer: User, labels: dict[str, str] | None = None
) -> list[Button]:
    """Return a button for each of these actions that the viewer can do to the row."""
    possible = [ACTIONS_BY_NAME[name] for name in names if not obstacle(name, row, viewer)]
    return [
        Button(action, action_url(action.name, [row], report), (labels or {}).get(action.name, action.label))
        for action in possible
    ]
