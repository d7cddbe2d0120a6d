"""Which rows of moderation are deleted when. docs/retention.md says it in words."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet

from common.deletion import delete_rows

from .models import AuditEntry, Report


def prune(now: datetime) -> dict[str, int]:
    """Delete old resolved reports, and old entries of the audit log and of Django's admin log; return the counts."""
    resolved_before = now - timedelta(days=settings.REPORT_DAYS)
    logged_before = now - timedelta(days=settings.AUDIT_DAYS)
    delete_rows(LogEntry.objects.filter(action_time__lte=logged_before))
    return {
        "reports": delete_rows(Report.objects.filter(resolved_at__lte=resolved_before)),
        # A plain query set: the model's own manager refuses to delete.
        "audit log entries": delete_rows(QuerySet(model=AuditEntry).filter(at__lte=logged_before)),
    }
