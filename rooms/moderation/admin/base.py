"""What the admin pages share: titles, one log of what was done, rows that moderators act on, rows that no one edits."""

import json
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.filters import FieldListFilter
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.text import capfirst, smart_split, unescape_string_literal
from django.utils.translation import gettext as _

from accounts.models import User
from common.deletion import count_dependents, delete_row, delete_rows
from rooms.moderation.actions import ACTIONS_BY_NAME, MODELS, MODERATE, record
from rooms.moderation.audit_log import entries_about
from rooms.moderation.availability import obstacle
from rooms.moderation.search import Search, is_large

from .action_view import MAX_BULK, action_url
from .paginator import BoundedPaginator

KINDS = {model: kind for kind, model in MODELS.items()}


class SiteModelAdmin(admin.ModelAdmin):
    """A model's pages in this site's words. What is added, changed or deleted here goes into the audit log."""

    change_form_template = "admin/moderation/change_form.html"
    show_facets = admin.ShowFacets.NEVER
    # A filtered list would count the whole table besides.
    show_full_result_count = False
    # What an empty list says, without search and filter.
    empty_text: str | Promise = ""
    formfield_overrides = {
        # One field with a label, and the browser's own calendar.
        models.DateTimeField: {
            "form_class": forms.DateTimeField,
            "widget": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        },
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
    }

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow the parameters of the list's own filters only.

        Django allows every lookup of a local field: `?password__startswith=` then tells who has which password hash.
        """
        allowed = {f"{self.date_hierarchy}__{unit}" for unit in ("year", "month", "day") if self.date_hierarchy}
        for entry in self.get_list_filter(request):  # type: ignore[arg-type]
            if isinstance(entry, str):
                field = get_fields_from_path(self.model, entry)[-1]
                spec = FieldListFilter.create(field, request, {}, self.model, self, field_path=entry)  # type: ignore[arg-type]
                allowed.update(name for name in spec.expected_parameters() if name)
            else:
                allowed.add(str(entry.parameter_name))  # type: ignore[union-attr]
        return lookup in allowed

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], per_page: int, *args: Any, **options: Any
    ) -> BoundedPaginator:
        """Count no further than some pages behind the one that is shown."""
        number = request.GET.get(PAGE_VAR, "")
        return BoundedPaginator(queryset, per_page, page=int(number) if number.isascii() and number.isdigit() else 1)

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """Of a large table, offer the orders for which there is an index: any other would sort it whole."""
        columns = cast(list[str], list(self.get_list_display(request)))
        if request.GET.get(SEARCH_VAR) or not is_large(self.model):  # a search finds few
            return columns
        return [name for name in columns if self._has_index(name)]

    def _has_index(self, column: str) -> bool:
        by = getattr(getattr(self, column, None), "admin_order_field", column)
        fields = (field for field in self.opts.fields if field.name == by and not field.is_relation)
        return any(field.unique or getattr(field, "db_index", False) for field in fields)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find the rows that have each word, or each part in quotes, in any of `search_fields`."""
        words = [_unquoted(word) for word in smart_split(search_term)]
        fields = cast(list[str], self.get_search_fields(request))
        found, complete = Search().filter(queryset, [word for word in words if word], fields)
        if not complete and request.method == "GET":
            messages.info(request, _("These are only the newest of what was found. More letters find the others."))
        return found, False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Leave out Django's symbols beside a choice, which open windows by a script."""
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list under the plural of its name."""
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, "subtitle": None, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any) -> Any:
        """Show a row under its own name, and "New …" without one."""
        row = options.get("obj")
        name = str(self.opts.verbose_name)
        context |= {"title": str(row), "subtitle": capfirst(name)} if row else {"title": _("New %s") % name}
        return super().render_change_form(request, context, *args, **options)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what the audit log says about a row."""
        row = self.get_object(request, object_id)
        entries = entries_about(KINDS[self.model], row) if row is not None and self.model in KINDS else []
        context = {"title": str(row), "subtitle": _("History"), "audit_entries": entries, **(extra_context or {})}
        return super().history_view(request, object_id, context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list[Any], dict[str, int], set[str], Any]:
        """Count what goes along with a row. The right to delete a row is the right to delete what belongs to it."""
        counts = count_dependents(self.model._base_manager.filter(pk__in=[row.pk for row in objs]))
        shown = {str(model._meta.verbose_name_plural): counts[model] for model in KINDS if model is not self.model}
        return [], {name: count for name, count in shown.items() if count}, set(), []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_row(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        delete_rows(queryset)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._log(request, "add", obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._log(request, "change", obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            self._log(request, "delete", row, [])

    def _log(self, request: HttpRequest, action: str, row: Any, message: Any) -> None:
        words = (
            message if isinstance(message, str) else LogEntry(change_message=json.dumps(message)).get_change_message()
        )
        record(cast(User, request.user), action, KINDS[self.model], row.pk, words)


class ModeratedAdmin(SiteModelAdmin):
    """A list whose rows moderators act on, after a page that asks for the reason."""

    moderation_actions: tuple[str, ...] = ()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any) -> Any:
        """Offer on the page of a row what can be done to it."""
        row = options.get("obj")
        if row is not None and self.has_moderate_permission(request):
            by = cast(User, request.user)
            names = [name for name in self.moderation_actions if not obstacle(name, row, by)]
            context["moderation_actions"] = [(ACTIONS_BY_NAME[name], action_url(name, [row])) for name in names]
        return super().render_change_form(request, context, *args, **options)

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Say whether the person is a moderator; Django asks by this name for `permissions=["moderate"]`."""
        return cast(User, request.user).has_perm(MODERATE)

    def offered_actions(self, request: HttpRequest) -> tuple[str, ...]:
        """Return those of `moderation_actions` that the list offers, for example by its filters."""
        return self.moderation_actions

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the actions, but no bulk deletion: what was revoked or removed must stay on record."""
        if not self.has_moderate_permission(request):
            return {}
        return {name: (_ask(name), name, ACTIONS_BY_NAME[name].label) for name in self.offered_actions(request)}


class ReadOnlyAdmin(ModeratedAdmin):
    """Rows that change only by moderation actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _unquoted(word: str) -> str:
    return unescape_string_literal(word) if word[0] in "\"'" and word[0] == word[-1] and len(word) > 1 else word


def _ask(name: str) -> Any:
    def ask(_model_admin: admin.ModelAdmin, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        chosen = list(rows[: MAX_BULK + 1])
        if len(chosen) > MAX_BULK:
            messages.error(request, _("Choose at most %d at once.") % MAX_BULK)
            return None
        return redirect(action_url(name, chosen))

    return ask
