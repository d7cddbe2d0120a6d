"""What moderation stores about a person: reports by and about them, and what they did as a moderator."""

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from accounts.personal_data import Loss, Session, register
from rooms.guest_session import guest_id_of

from .models import AuditEntry, Report


class ModerationData:
    """Moderation's part of what is stored about people."""

    def export(self, user: User) -> dict[str, Any]:
        """Return their own reports in full, and of others' reports about them only that there is one."""
        return {
            "reports_written": [_report(row) for row in Report.objects.filter(reporter=user).select_related("room")],
            # The descriptions belong to the people who wrote them.
            "reports_about": [_anonymous(row) for row in Report.objects.filter(subject_user=user)],
            "reports_about_rooms": [_anonymous(row) for row in Report.objects.filter(owner=user)],
            "moderation_actions": [_audit_entry(row) for row in AuditEntry.objects.filter(actor=user)],
        }

    def losses(self, user: User) -> list[Loss]:
        """Return nothing: the page says what becomes of reports."""
        return []

    def forget(self, user: User, sessions: Sequence[Session]) -> None:
        """Remove the guest ids of their browsers from reports by and about them as a guest."""
        guests = {guest for session in sessions if (guest := guest_id_of(session))}
        Report.objects.filter(reporter_guest_id__in=guests).update(reporter_guest_id=None)
        Report.objects.filter(subject_guest_id__in=guests).update(subject_guest_id=None)


register(ModerationData())


def _report(row: Report) -> dict[str, Any]:
    return {
        "room": row.room.name if row.room else None,
        "category": row.category,
        "description": row.description,
        "at": row.created_at,
        "resolved": row.resolved_at,
    }


def _anonymous(row: Report) -> dict[str, Any]:
    return {"category": row.category, "at": row.created_at}


def _audit_entry(row: AuditEntry) -> dict[str, Any]:
    return {
        "at": row.at,
        "action": row.action,
        "target_kind": row.target_kind,
        "target": row.target,
        "reason": row.reason,
    }
