"""Groups: who may see and do what on the admin site."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .base import SiteModelAdmin

# The rights that have an effect; Django makes more, which the pages of rows that no one edits never ask for.
EFFECTIVE = {
    ("accounts", "user"): ("view", "change", "delete"),
    ("accounts", "sitepolicy"): ("view", "change"),
    ("accounts", "mail"): ("view", "change"),
    ("auth", "group"): ("view", "add", "change", "delete"),
    ("rooms", "room"): ("view", "add", "change", "delete"),
    ("rooms", "invite"): ("view",),
    ("rooms", "membership"): ("view",),
    ("rooms", "ban"): ("view",),
    ("moderation", "report"): ("view", "moderate"),
    ("moderation", "auditentry"): ("view",),
}
LABELS = {
    "view": _("see"),
    "add": _("create"),
    "change": _("change"),
    "delete": _("delete"),
    "moderate": _("act on reports, rooms, links and people"),
}


class PermissionsField(forms.ModelMultipleChoiceField):
    """Shows "Rooms: delete" instead of "Rooms | room | Can delete room"."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Permission) -> str:
        """Return the plural of the model and what the right allows."""
        model = obj.content_type.model_class()
        kind = capfirst(str(model._meta.verbose_name_plural)) if model else obj.content_type.model
        return f"{kind}: {LABELS.get(obj.codename.partition('_')[0], obj.name)}"


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(SiteModelAdmin):
    """Groups and their rights."""

    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "permissions")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Offer the rights that have an effect, and those that a group has for another reason."""
        found = Q(group__isnull=False)
        for (app, model), names in EFFECTIVE.items():
            codenames = [name if name == "moderate" else f"{name}_{model}" for name in names]
            found |= Q(content_type__app_label=app, content_type__model=model, codename__in=codenames)
        rights = Permission.objects.filter(found).select_related("content_type").distinct()
        return PermissionsField(
            rights.order_by("content_type__app_label", "content_type__model", "pk"),
            label=_("What its members can do"),
            required=False,
        )
