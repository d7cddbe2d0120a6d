"""The site settings: who may sign up and create rooms."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import SitePolicy, User
from accounts.site_policy import clear_cache, from_environment
from rooms.moderation.actions import TargetKind, record
from rooms.moderation.audit_log import entries_about

from .base import SiteModelAdmin


@admin.register(SitePolicy)
class SitePolicyAdmin(SiteModelAdmin):
    """One row, which the list opens directly. Until it is saved, the settings from the environment apply."""

    fields = ("sign_up_open", "room_creators", "group")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return redirect(reverse("admin:accounts_sitepolicy_change", args=[1]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> SitePolicy | None:
        """Return the row, or an unsaved one with the settings from the environment."""
        if object_id != "1":
            return None
        policy = from_environment()
        group = Group.objects.filter(name=policy.group).first() if policy.group else None
        return SitePolicy.objects.filter(pk=1).first() or SitePolicy(
            pk=1, sign_up_open=policy.sign_up_open, room_creators=policy.room_creators, group=group
        )

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any) -> Any:
        """Show the one row without a second heading."""
        answer = super().render_change_form(request, context, *args, **options)
        answer.context_data |= {"title": _("Site settings"), "subtitle": None}
        return answer

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show all changes of the settings."""
        entries = entries_about(TargetKind.SITE_POLICY, SitePolicy(pk=1))
        context = {"title": _("Site settings"), "audit_entries": entries, **(extra_context or {})}
        return super().history_view(request, object_id, context)

    def log_change(self, request: HttpRequest, obj: SitePolicy, message: Any) -> Any:
        """Do nothing: `save_model` records the new values."""

    def save_model(self, request: HttpRequest, obj: SitePolicy, form: Any, change: bool) -> None:
        obj.save()
        clear_cache()
        changed = ", ".join(f"{name}: {form.cleaned_data[name]}" for name in form.changed_data)
        actor = cast(User, request.user)
        record(actor, "site-policy", TargetKind.SITE_POLICY, obj.pk, changed or _("saved unchanged"))
