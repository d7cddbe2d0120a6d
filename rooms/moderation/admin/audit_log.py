"""The audit log: read, filtered and searched, never changed."""

from datetime import timedelta
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Max, Min, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from rooms.moderation.actions import ACTION_LABELS, TargetKind
from rooms.moderation.audit_log import TARGET_KIND_LABELS, describe
from rooms.moderation.models import AppendOnlyQuerySet, AuditEntry
from rooms.moderation.search import distinct_values

from .base import ReadOnlyAdmin


class LabelFilter(admin.SimpleListFilter):
    """Filters by a field, offering the values that occur in the log by their labels."""

    labels: dict[Any, Any] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        values = distinct_values(AuditEntry, str(self.parameter_name))
        labelled = [(value, str(self.labels.get(value, value))) for value in values]
        return sorted(labelled, key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class ActionFilter(LabelFilter):
    """By what was done."""

    title, parameter_name, labels = _("action"), "action", ACTION_LABELS


class TargetKindFilter(LabelFilter):
    """By the kind of target."""

    title, parameter_name, labels = _("kind of target"), "target_kind", TARGET_KIND_LABELS


class ListedEntries(AppendOnlyQuerySet):
    """Offers every year, month and day from the first entry to the last: finding the empty ones would read all."""

    def datetimes(self, field_name: str, kind: str, order: str = "ASC", tzinfo: Any = None) -> Any:
        """Return the first day of each, for the links above the list."""
        ends = self.aggregate(first=Min(field_name), last=Max(field_name))
        if ends["first"] is None:
            return []
        first, last = (timezone.localtime(ends[name]).date() for name in ("first", "last"))
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return sorted({day.replace(**_FIRST[kind]) for day in days})


_FIRST: dict[str, dict[str, Any]] = {"year": {"month": 1, "day": 1}, "month": {"day": 1}, "day": {}}


class AuditLogList(ChangeList):
    """Describes the entries of a page together, with one query for each kind of target."""

    def get_results(self, request: HttpRequest) -> None:
        """Describe the entries of the page."""
        super().get_results(request)
        if self.query:
            self.date_hierarchy = None  # what a search finds fits on few pages
        entries = list(self.result_list)
        describe(entries)
        self.result_list = entries


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """The audit log. No one changes or deletes an entry, not even a superuser."""

    list_display = ("at", "actor", "what", "target_and_kind", "reason", "report_link")
    list_display_links = None
    empty_text = _("Nothing has been done yet.")
    list_filter = (ActionFilter, TargetKindFilter, "at")
    list_select_related = ("actor", "report")
    search_fields = ("reason", "actor__email", "target")
    date_hierarchy = "at"
    fields = ("at", "actor", "what", "kind", "target_link", "reason", "report_link")
    readonly_fields = fields

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return AuditLogList

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return ListedEntries(model=AuditEntry, query=super().get_queryset(request).query)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> AuditEntry | None:
        entry = cast(AuditEntry | None, super().get_object(request, object_id, from_field))
        if entry is not None:
            describe([entry])
        return entry

    @admin.display(description=_("action"), ordering="action")
    def what(self, entry: AuditEntry) -> str:
        return entry.action_label

    @admin.display(description=_("kind of target"))
    def kind(self, entry: AuditEntry) -> str:
        return str(TARGET_KIND_LABELS[TargetKind(entry.target_kind)])

    @admin.display(description=_("target"), ordering="target_kind")
    def target_and_kind(self, entry: AuditEntry) -> str:
        return format_html('{} <span class="mp-muted">{}</span>', self.target_link(entry), self.kind(entry))

    @admin.display(description=_("report"), ordering="report")
    def report_link(self, entry: AuditEntry) -> str:
        if entry.report_id is None:
            return ""
        url = reverse("admin:moderation_report_change", args=[entry.report_id])
        return format_html('<a href="{}">#{}</a>', url, entry.report_id)

    @admin.display(description=_("target"))
    def target_link(self, entry: AuditEntry) -> str:
        if not entry.target_url:
            return entry.target_label
        return format_html('<a href="{}">{}</a>', entry.target_url, entry.target_label)
