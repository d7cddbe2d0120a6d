"""What the admin pages share: lists whose rows moderators act on, and lists that no one edits."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import User
from rooms.moderation.actions import ACTIONS_BY_NAME, MODERATE

from .action_view import MAX_BULK, action_url


class ModeratedAdmin(admin.ModelAdmin):
    """A list whose rows moderators act on, after a page that asks for the reason."""

    moderation_actions: tuple[str, ...] = ()
    change_form_template = "admin/moderation/change_form.html"

    def available_actions(self, row: Any) -> tuple[str, ...]:
        """Return those of `moderation_actions` that would change this row."""
        return self.moderation_actions

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any) -> Any:
        """Offer the available actions on the page of a row."""
        row = options.get("obj")
        if row is not None and self.has_moderate_permission(request):
            names = self.available_actions(row)
            context["moderation_actions"] = [(ACTIONS_BY_NAME[name], action_url(name, [row])) for name in names]
        return super().render_change_form(request, context, *args, **options)

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Say whether the person is a moderator; Django asks by this name for `permissions=["moderate"]`."""
        return cast(User, request.user).has_perm(MODERATE)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the actions, but no bulk deletion: what was revoked or removed must stay on record."""
        if not self.has_moderate_permission(request):
            return {}
        return {name: (_ask(name), name, ACTIONS_BY_NAME[name].label) for name in self.moderation_actions}


class ReadOnlyAdmin(ModeratedAdmin):
    """Rows that change only by moderation actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _ask(name: str) -> Any:
    def ask(_model_admin: admin.ModelAdmin, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        chosen = list(rows[: MAX_BULK + 1])
        if len(chosen) > MAX_BULK:
            messages.error(request, _("Choose at most %d at once.") % MAX_BULK)
            return None
        return redirect(action_url(name, chosen))

    return ask
