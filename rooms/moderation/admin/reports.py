"""The reports queue, the trail, banned guests and the rules of the site in the administration."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import SitePolicy, User
from accounts.site_policy import clear_cache, from_environment
from rooms.models import Ban
from rooms.moderation.actions import WORDS, Kind, note
from rooms.moderation.audit_log import KINDS, describe
from rooms.moderation.models import Deed, Report

from .action_view import Moderated
from .report_context import context_of


class ReadOnly(Moderated):
    """Rows that are looked at; what is done to them is done by acts."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class QueueFilter(admin.SimpleListFilter):
    """Waiting, as long as nothing else is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("settled", _("settled")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        """Name the first choice by what it shows."""
        for number, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": _t("waiting")} if number == 0 else choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        match self.value():
            case "settled":
                return queryset.filter(settled_at__isnull=False)
            case "all":
                return queryset
        return queryset.filter(settled_at__isnull=True)


def _count(same: Q) -> Coalesce:
    """Count the other reports that have something in common with a row."""
    found = Report.objects.filter(same).exclude(pk=OuterRef("pk")).order_by()
    # Func, not Count: an aggregate would group by the row and count each by itself.
    return Coalesce(Subquery(found.annotate(n=Func(F("pk"), function="COUNT")).values("n"), IntegerField()), 0)


@admin.register(Report)
class ReportAdmin(ReadOnly):
    """The queue, the oldest first; the page of a report has its context and the acts."""

    list_display = ("number", "category", "about_whom", "room", "owner", "before", "created_at", "settled_at")
    list_display_links = ("number",)
    list_filter = (QueueFilter, "category", "created_at")
    list_select_related = ("room", "owner", "about_user")
    search_fields = (
        "words",
        "room__name",
        "room__slug",
        "owner__email",
        "about_user__email",
        "about_user__display_name",
    )
    ordering = ("created_at",)
    moderator_acts = ("dismiss", "take-up")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        person = Q(about_user=OuterRef("about_user")) | Q(about_browser=OuterRef("about_browser"))
        return super().get_queryset(request).annotate(others=_count(Q(room=OuterRef("room")) | person))

    @admin.display(description=_("report"), ordering="pk")
    def number(self, report: Report) -> str:
        return f"#{report.pk}"

    @admin.display(description=_("about"))
    def about_whom(self, report: Report) -> str:
        return about_whom(report)

    @admin.display(description=_("other reports"), ordering="others")
    def before(self, report: Report) -> int:
        return int(getattr(report, "others", 0))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a report with its context, and the acts to moderators."""
        report = cast(Report | None, self.get_object(request, object_id))
        if report is None:
            raise Http404
        if not self.has_view_permission(request, report):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            **context_of(report),
            "title": _t("Report #%d") % report.pk,
            "opts": self.opts,
            "about": about_whom(report),
            "may_moderate": self.has_moderate_permission(request),
        }
        return render(request, "admin/moderation/report.html", context)


def about_whom(report: Report) -> str:
    """Say whom or what a report is about."""
    if report.about_user:
        return str(report.about_user)
    if report.about_browser:
        return _t("a guest")
    return _t("somebody whose account is deleted") if report.about_person else _t("the room")


class InWords(admin.SimpleListFilter):
    """The values of a field of the trail that occur in it, by their words."""

    words: dict[Any, Any] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        found = Deed.objects.order_by().values_list(str(self.parameter_name), flat=True).distinct()
        named = [(value, str(self.words.get(value, value))) for value in found]
        return sorted(named, key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Deed]) -> QuerySet[Deed]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class ActFilter(InWords):
    """What was done."""

    title, parameter_name, words = _("what"), "act", WORDS


class KindFilter(InWords):
    """What it was done to."""

    title, parameter_name, words = _("kind"), "kind", KINDS


class TrailList(ChangeList):
    """Says what was done to whom in words, with one query a kind for a page."""

    def get_results(self, request: HttpRequest) -> None:
        """Describe the rows of the page."""
        super().get_results(request)
        deeds = list(self.result_list)
        describe(deeds)
        self.result_list = deeds


@admin.register(Deed)
class DeedAdmin(ReadOnly):
    """The trail. Nobody changes or deletes a row of it, superusers included."""

    list_display = ("at", "by", "done", "what_kind", "whom", "reason", "report")
    list_display_links = None
    list_filter = (ActFilter, KindFilter, "at")
    list_select_related = ("by", "report")
    search_fields = ("reason", "by__email", "target")
    date_hierarchy = "at"
    fields = ("at", "by", "done", "what_kind", "whom", "reason", "report")
    readonly_fields = fields

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return TrailList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Deed | None:
        deed = cast(Deed | None, super().get_object(request, object_id, from_field))
        if deed is not None:
            describe([deed])
        return deed

    @admin.display(description=_("what"), ordering="act")
    def done(self, deed: Deed) -> str:
        return str(deed.done)  # type: ignore[attr-defined]

    @admin.display(description=_("kind"), ordering="kind")
    def what_kind(self, deed: Deed) -> str:
        return str(KINDS[Kind(deed.kind)])

    @admin.display(description=_("whom"))
    def whom(self, deed: Deed) -> str:
        whom, url = deed.whom, deed.whom_url  # type: ignore[attr-defined]
        return format_html('<a href="{}">{}</a>', url, whom) if url else whom


@admin.register(Ban)
class BanAdmin(ReadOnly):
    """Guests whose browser no link lets in; the browser itself is not shown."""

    list_display = ("__str__", "created_at")
    fields = ("created_at",)
    readonly_fields = fields
    moderator_acts = ("lift-ban",)


@admin.register(SitePolicy)
class SitePolicyAdmin(admin.ModelAdmin):
    """One row: opening the list opens it, and until it is saved the environment's rules apply."""

    fields = ("sign_up_open", "room_creators", "group")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return redirect(reverse("admin:accounts_sitepolicy_change", args=[1]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> SitePolicy | None:
        """Return the row, or one that says what applies without it."""
        if object_id != "1":
            return None
        now = from_environment()
        group = Group.objects.filter(name=now.group).first() if now.group else None
        return SitePolicy.objects.filter(pk=1).first() or SitePolicy(
            pk=1, sign_up_open=now.sign_up_open, room_creators=now.room_creators, group=group
        )

    def save_model(self, request: HttpRequest, obj: SitePolicy, form: Any, change: bool) -> None:
        obj.save()
        clear_cache()
        changed = ", ".join(f"{name}: {form.cleaned_data[name]}" for name in form.changed_data)
        note(cast(User, request.user), "rules", Kind.RULES, obj.pk, changed or _t("saved unchanged"))
