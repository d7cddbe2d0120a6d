"""People: find them, see how they sign in, warn, suspend and reinstate them. No secret is shown."""

from collections import Counter
from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.flows import may_suspend
from accounts.models import User
from common.times import format_date

from .base import ModeratedAdmin

# Recovery codes replace a lost second factor; they are not one themselves.
SECOND_FACTORS = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
FACTORS = SECOND_FACTORS.filter(user=OuterRef("pk"))


def add_sign_in_facts(people: list[User]) -> None:
    """Set `is_verified`, `has_second_factor` and `session_total` of each person, with a query for each of the three."""
    keys = [person.pk for person in people]
    verified = set(EmailAddress.objects.filter(user__in=keys, verified=True).values_list("user", flat=True))
    secured = set(SECOND_FACTORS.filter(user__in=keys).values_list("user", flat=True))
    sessions = Counter(UserSession.objects.filter(user__in=keys).values_list("user", flat=True))
    for person in people:
        facts = {"is_verified": person.pk in verified, "has_second_factor": person.pk in secured}
        vars(person).update(facts, session_total=sessions[person.pk])


class PeopleList(ChangeList):
    """Reads how the people of a page sign in, instead of sorting all people with it."""

    def get_results(self, request: HttpRequest) -> None:
        """Add what the page's columns show."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        add_sign_in_facts(self.result_list)


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
        return [("yes", _("on")), ("no", _("off"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() in {"yes", "no"}:
            return queryset.filter(Exists(FACTORS) if self.value() == "yes" else ~Exists(FACTORS))
        return queryset


@admin.register(User)
class UserAdmin(ModeratedAdmin):
    """People. No one can set their passwords here: staff can suspend a person, not sign in as them."""

    list_display = ("email", "display_name", "state", "role", "verified", "second_factor", "sessions", "last_login")
    empty_text = _("No one has an account yet.")
    list_filter = (StateFilter, SecondFactorFilter, "is_staff", "is_superuser", "date_joined")
    search_fields = ("email", "display_name")
    ordering = ("-date_joined",)
    readonly_fields = ("email", "state", "verified", "second_factor", "sessions", "date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "display_name", "state")}),
        (_("Signing in"), {"fields": ("verified", "second_factor", "sessions", "date_joined", "last_login")}),
        (_("Permissions"), {"fields": ("is_staff", "is_superuser", "groups")}),
    )
    moderation_actions = ("warn", "end-sessions", "suspend", "reinstate", "reset-second-factor")

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return PeopleList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> User | None:
        user = cast(User | None, super().get_object(request, object_id, from_field))
        if user is not None:
            add_sign_in_facts([user])
        return user

    @admin.display(description=_("state"), ordering="suspended_at")
    def state(self, user: User) -> str:
        if user.suspended_at is None:
            return _t("active")
        return _t("suspended since %s") % format_date(user.suspended_at)

    @admin.display(description=_("role"), ordering="-is_staff")
    def role(self, user: User) -> str:
        return _t("superuser") if user.is_superuser else _t("staff") if user.is_staff else ""

    @admin.display(description=_("email confirmed"))
    def verified(self, user: User) -> str:
        return _t("yes") if getattr(user, "is_verified", False) else _t("no")

    @admin.display(description=_("two-step verification"))
    def second_factor(self, user: User) -> str:
        return _t("on") if getattr(user, "has_second_factor", False) else _t("off")

    @admin.display(description=_("sessions"))
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

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **options: Any) -> Any:
        """Say in plain words what Django calls "superuser status"."""
        options["labels"] = {"is_superuser": _("Superuser")}
        options["help_texts"] = {
            "is_superuser": _("Can do everything on the admin site."),
            "groups": _("What staff can see and do on the admin site."),
        }
        return super().get_form(request, obj, change, **options)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if isinstance(request.user, User) and request.user.is_superuser:
            return self.readonly_fields
        return (*self.readonly_fields, "is_staff", "is_superuser", "groups")


def _may_edit(request: HttpRequest, user: User | None) -> bool:
    """Say whether the signed-in person may change or delete `user`: other staff only as a superuser."""
    by = request.user
    return user is None or (isinstance(by, User) and (by == user or may_suspend(user, by)))


# allauth's pages show session keys and second-factor secrets, edit addresses without the flows, and add other sites
# that vouch for people.
for model in (EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
