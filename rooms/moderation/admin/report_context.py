"""What a moderator sees beside a report: the room, its links, who it is about, and what was reported before."""

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
from rooms.moderation.actions import ACTS, Act
from rooms.moderation.audit_log import of_report
from rooms.moderation.models import Report

from .action_view import address

SHOWN = 10  # links, and earlier reports


@dataclass(frozen=True, slots=True)
class Button:
    """An act that can be done now, and the page that asks about it."""

    act: Act
    url: str
    label: str | Promise


def context_of(report: Report) -> dict[str, Any]:
    """Return what the page of a report shows."""
    room = report.room
    links = list(room.invites.select_related("created_by").order_by("-created_at")[:SHOWN]) if room else []
    now = timezone.now()
    return {
        "report": report,
        "room": room,
        "shut": unavailable_reason(room) if room else None,
        "inside": head_counts([room.pk]).get(room.pk, 0) if room else 0,
        "links": [(link, link.state(now)) for link in links],
        "earlier": [(other, _why(other, report)) for other in others(report)[:SHOWN]],
        "deeds": of_report(report),
        "about_buttons": about_buttons(report),
        "room_buttons": room_buttons(report),
        "report_buttons": [_button("take-up" if report.settled_at else "dismiss", report, report)],
    }


def others(report: Report) -> QuerySet[Report]:
    """Return the other reports about this person, this room, or rooms of its owner; the newest first."""
    same = Q(room__isnull=False, room=report.room_id)
    if report.about_user_id:
        same |= Q(about_user=report.about_user_id) | Q(owner=report.about_user_id)
    if report.about_browser:
        same |= Q(about_browser=report.about_browser)
    if report.owner_id:
        same |= Q(owner=report.owner_id) | Q(about_user=report.owner_id)
    return Report.objects.filter(same).exclude(pk=report.pk).select_related("room")


def _why(other: Report, report: Report) -> str:
    """Say what an earlier report has in common with this one, the strongest first."""
    if (other.about_user_id and other.about_user_id == report.about_user_id) or (
        other.about_browser and other.about_browser == report.about_browser
    ):
        return _("the same person")
    if other.room_id and other.room_id == report.room_id:
        return _("the same room")
    return _("the same owner")


def about_buttons(report: Report) -> list[Button]:
    """Return what can be done about the person."""
    place, buttons = report.about, []
    if report.about_user:
        buttons += _person_buttons(report.about_user, report)
    if place and place.removed_at is None and place.role != Role.OWNER:
        buttons.append(_button("remove", place, report))
    if place and place.browser and not Ban.objects.filter(guest_id=place.browser).exists():
        buttons.append(_button("ban-guest", place, report))
    return buttons


def room_buttons(report: Report) -> list[Button]:
    """Return what can be done about the room, its links and its owner."""
    room, buttons = report.room, []
    if room:
        buttons.append(_button("reopen-room" if room.closed_at else "close-room", room, report))
        if room.invites.filter(revoked_at__isnull=True, expires_at__gt=timezone.now()).exists():
            buttons.append(_button("revoke-links", room, report))
    if report.owner and report.owner_id != report.about_user_id:
        buttons += _person_buttons(report.owner, report, owner=True)
    return buttons


def _person_buttons(user: User, report: Report, *, owner: bool = False) -> list[Button]:
    lock = "reinstate" if user.suspended_at else "suspend"
    labels = {
        "warn": _("Warn the owner by mail"),
        "suspend": _("Suspend the owner"),
        "reinstate": _("Reinstate the owner"),
    }
    return [_button(name, user, report, labels[name] if owner else None) for name in ("warn", lock)]


def _button(name: str, row: Any, report: Report, label: str | None = None) -> Button:
    act = ACTS[name]
    return Button(act, address(name, [row], report), label or act.label)
