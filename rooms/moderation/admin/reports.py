"""The queue of reports, and the page of one report with its context."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rooms.moderation.models import Report

from .base import ReadOnlyAdmin
from .report_context import report_context


class QueueFilter(admin.SimpleListFilter):
    """Open reports, unless the moderator asks for others."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("resolved", _("resolved")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        """Name the first choice by what it shows."""
        for number, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": _t("open")} if number == 0 else choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        match self.value():
            case "resolved":
                return queryset.filter(resolved_at__isnull=False)
            case "all":
                return queryset
        return queryset.filter(resolved_at__isnull=True)


def _count_others(related: Q) -> Coalesce:
    """Count the other reports that are related to a row."""
    found = Report.objects.filter(related).exclude(pk=OuterRef("pk")).order_by()
    # Func, not Count: an aggregate would group by the row and count each by itself.
    return Coalesce(Subquery(found.annotate(n=Func(F("pk"), function="COUNT")).values("n"), IntegerField()), 0)


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """The queue, the oldest first."""

    list_display = ("number", "category", "subject", "room", "owner", "others", "created_at", "resolved_at")
    list_display_links = ("number",)
    list_filter = (QueueFilter, "category", "created_at")
    list_select_related = ("room", "owner", "subject_user")
    search_fields = (
        "description",
        "room__name",
        "room__slug",
        "owner__email",
        "subject_user__email",
        "subject_user__display_name",
    )
    ordering = ("created_at",)
    moderation_actions = ("dismiss", "reopen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        subject = Q(subject_user=OuterRef("subject_user")) | Q(subject_guest_id=OuterRef("subject_guest_id"))
        related = Q(room=OuterRef("room")) | subject
        return super().get_queryset(request).annotate(other_reports=_count_others(related))

    @admin.display(description=_("report"), ordering="pk")
    def number(self, report: Report) -> str:
        return f"#{report.pk}"

    @admin.display(description=_("about"))
    def subject(self, report: Report) -> str:
        return subject_label(report)

    @admin.display(description=_("other reports"), ordering="other_reports")
    def others(self, report: Report) -> int:
        return int(getattr(report, "other_reports", 0))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a report with its context, and to moderators what they can do."""
        report = cast(Report | None, self.get_object(request, object_id))
        if report is None:
            raise Http404
        if not self.has_view_permission(request, report):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            **report_context(report),
            "title": _t("Report #%d") % report.pk,
            "opts": self.opts,
            "subject": subject_label(report),
            "is_moderator": self.has_moderate_permission(request),
        }
        return render(request, "admin/moderation/report.html", context)


def subject_label(report: Report) -> str:
    """Return what pages call the subject of a report: a person, or the room."""
    if report.subject_user:
        return str(report.subject_user)
    if report.subject_guest_id:
        return _t("a guest")
    return _t("someone whose account has been deleted") if report.about_person else _t("the room")
