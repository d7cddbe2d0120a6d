"""People: find them, see how they sign in, warn, suspend and reinstate them. No secret is shown."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.flows import may_suspend
from accounts.models import User
from common.times import format_moment

from .base import ModeratedAdmin

# Recovery codes replace a lost second factor; they are not one themselves.
FACTORS = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)


class StateFilter(admin.SimpleListFilter):
    """Suspended or not."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("active", _("active")), ("suspended", _("suspended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() in {"active", "suspended"}:
            return queryset.filter(suspended_at__isnull=self.value() == "active")
        return queryset


class SecondFactorFilter(admin.SimpleListFilter):
    """With a passkey or an authenticator app, or without."""

    title = _("two-step verification")
    parameter_name = "second_factor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("yes")), ("no", _("no"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() in {"yes", "no"}:
            return queryset.filter(Exists(FACTORS) if self.value() == "yes" else ~Exists(FACTORS))
        return queryset


@admin.register(User)
class UserAdmin(ModeratedAdmin):
    """People. No one can set their passwords here: staff can suspend a person, not sign in as them."""

    list_display = ("email", "display_name", "state", "verified", "second_factor", "sessions", "is_staff", "last_login")
    list_filter = (StateFilter, SecondFactorFilter, "is_staff", "is_superuser", "date_joined")
    search_fields = ("email", "display_name")
    ordering = ("-date_joined",)
    date_hierarchy = "date_joined"
    readonly_fields = ("email", "state", "verified", "second_factor", "sessions", "date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "display_name", "state")}),
        (_("Signing in"), {"fields": ("verified", "second_factor", "sessions", "date_joined", "last_login")}),
        (_("Permissions"), {"fields": ("is_staff", "is_superuser", "groups")}),
    )
    filter_horizontal = ("groups",)
    moderation_actions = ("warn", "suspend", "reinstate")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        addresses = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
        return (
            super()
            .get_queryset(request)
            .annotate(
                session_total=Count("usersession", distinct=True),
                has_second_factor=Exists(FACTORS),
                is_verified=Exists(addresses),
            )
        )

    @admin.display(description=_("state"), ordering="suspended_at")
    def state(self, user: User) -> str:
        return _t("suspended since %s") % format_moment(user.suspended_at) if user.suspended_at else _t("active")

    @admin.display(description=_("verified"), boolean=True)
    def verified(self, user: User) -> bool:
        return bool(getattr(user, "is_verified", False))

    @admin.display(description=_("two-step verification"), boolean=True)
    def second_factor(self, user: User) -> bool:
        return bool(getattr(user, "has_second_factor", False))

    @admin.display(description=_("sessions"), ordering="session_total")
    def sessions(self, user: User) -> int:
        return int(getattr(user, "session_total", 0))

    # People sign up themselves. Only superusers change permissions.
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_edit(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse to delete oneself here: the person's own page asks for the password first."""
        return super().has_delete_permission(request, obj) and obj != request.user and _may_edit(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if isinstance(request.user, User) and request.user.is_superuser:
            return self.readonly_fields
        return (*self.readonly_fields, "is_staff", "is_superuser", "groups")

    def available_actions(self, row: User) -> tuple[str, ...]:
        return ("warn", "reinstate" if row.suspended_at else "suspend")


def _may_edit(request: HttpRequest, user: User | None) -> bool:
    """Say whether the signed-in person may change or delete `user`: other staff only as a superuser."""
    by = request.user
    return user is None or (isinstance(by, User) and (by == user or may_suspend(user, by)))


# allauth's pages show session keys and second-factor secrets, and edit addresses without the flows.
for model in (EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
