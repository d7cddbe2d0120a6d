"""The queue of reports, and the page of one report with its context."""

from typing import Any, cast

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from rooms.moderation.models import Report
from rooms.moderation.queue import DANGER, GRAVITY, PERHAPS_DANGER, QUEUE_ORDER, open_reports

from .base import ReadOnlyAdmin
from .report_context import report_context

EXCERPT_LENGTH = 90  # characters of the description in the list


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
    """The queue, the gravest first and of equally grave ones the oldest; resolved ones and all, the newest first."""

    change_list_template = "admin/moderation/report_list.html"
    list_display_links = ("number",)
    list_filter = (QueueFilter, "category", "created_at")
    list_select_related = ("room", "owner", "subject_user")
    search_fields = (
        "description",
        "room__name",
        "room__slug",
        "owner__email",
        "owner__display_name",
        "subject_user__email",
        "subject_user__display_name",
    )
    moderation_actions = ("dismiss", "reopen")
    empty_text = _("No open reports. New ones appear here, the gravest first.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        subject = Q(subject_user=OuterRef("subject_user")) | Q(subject_guest_id=OuterRef("subject_guest_id"))
        related = Q(room=OuterRef("room")) | subject
        return super().get_queryset(request).annotate(other_reports=_count_others(related))

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Say when a report was resolved only where resolved ones are."""
        columns = ("number", "what", "subject", "where", "others", "created_at")
        return columns if _shown_state(request) == "open" else (*columns, "resolved_at")

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        # Only open reports are so few that they can be sorted by what has no index.
        return {"open": QUEUE_ORDER, "resolved": ("-resolved_at",)}.get(_shown_state(request), ("-created_at",))

    def offered_actions(self, request: HttpRequest) -> tuple[str, ...]:
        """Offer to dismiss what is open and to reopen what is resolved."""
        return {"open": ("dismiss",), "resolved": ("reopen",)}.get(_shown_state(request), self.moderation_actions)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Point above the list to the reports that cannot wait."""
        urgent = list(open_reports().filter(category=DANGER))
        guidance = {"urgent": urgent, "report_days": settings.REPORT_DAYS, "contact": settings.EMERGENCY_CONTACT}
        return super().changelist_view(request, {**guidance, **(extra_context or {})})

    @admin.display(description=_("report"), ordering="pk")
    def number(self, report: Report) -> str:
        return f"#{report.pk}"

    @admin.display(description=_("category and description"), ordering=GRAVITY)
    def what(self, report: Report) -> str:
        kind = "mp-kind mp-kind--danger" if report.category == DANGER else "mp-kind"
        words = excerpt(report)
        line = format_html('<span class="mp-excerpt" dir="auto">{}</span>', words) if words else _no_words()
        return format_html('<strong class="{}">{}</strong> {}', kind, report.get_category_display(), line)

    @admin.display(description=_("about"))
    def subject(self, report: Report) -> str:
        return subject_label(report)

    @admin.display(description=_("room and owner"))
    def where(self, report: Report) -> str:
        room = report.room.name if report.room else _t("deleted room")
        owner = str(report.owner) if report.owner else _t("deleted account")
        return format_html('<bdi>{}</bdi> <span class="mp-muted"><bdi>{}</bdi></span>', room, owner)

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
            **report_context(report, cast(User, request.user)),
            "title": _t("Report #%d") % report.pk,
            "opts": self.opts,
            "subject": subject_label(report),
            "is_moderator": self.has_moderate_permission(request),
            "is_danger": report.category == DANGER,
            "may_be_danger": report.category == PERHAPS_DANGER,
            "report_days": settings.REPORT_DAYS,
            "contact": settings.EMERGENCY_CONTACT,
        }
        return render(request, "admin/moderation/report.html", context)


def _shown_state(request: HttpRequest) -> str:
    state = request.GET.get(QueueFilter.parameter_name)
    return state if state in {"resolved", "all"} else "open"


def excerpt(report: Report) -> str:
    """Return the beginning of the description on one line, at most `EXCERPT_LENGTH` characters."""
    return Truncator(" ".join(report.description.split())).chars(EXCERPT_LENGTH)


def _no_words() -> str:
    return format_html('<span class="mp-muted">{}</span>', _t("(No description)"))


def subject_label(report: Report) -> str:
    """Return what pages call the subject of a report: a person, or the room."""
    if report.subject_user:
        return str(report.subject_user)
    if report.subject_guest_id:
        return _t("a guest")
    return _t("someone whose account has been deleted") if report.about_person else _t("the room")
