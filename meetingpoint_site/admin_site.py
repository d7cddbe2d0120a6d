"""The admin site, for staff who signed in through the site's own pages and have a second factor."""

from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.authentication.steps import has_second_factor, showed_second_factor
from accounts.models import User

from .security import CONTENT_SECURITY_POLICY

# Django's own scripts (jQuery, the select boxes) write HTML from strings; the rest of the policy stays.
POLICY = CONTENT_SECURITY_POLICY.replace("; require-trusted-types-for 'script'", "")

# The lists on the overview and in the sidebar: heading, and models by name.
SECTIONS = (
    (_("Moderation"), ("Report", "AuditEntry")),
    (_("Rooms"), ("Room", "Invite", "Membership", "Ban")),
    (_("People"), ("User", "Group", "SitePolicy")),
)


class MeetingPointAdminSite(AdminSite):
    """Django's admin site without its own password page."""

    site_title = site_header = _("Meeting Point administration")
    index_title = _("Overview")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Wrap a view as Django does, with the Content-Security-Policy that its scripts need."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def with_policy(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
            response: HttpResponse = inner(request, *args, **options)
            response.headers["Content-Security-Policy"] = POLICY
            return response

        return with_policy

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in active staff who showed a passkey or an authenticator app in this session, not long ago.

        In development: all active staff.
        """
        return super().has_permission(request) and is_sure(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the lists in the order in which they are needed, under headings in plain words."""
        left = {model["object_name"]: model for app in super().get_app_list(request) for model in app["models"]}
        sections = [(heading, [left.pop(name) for name in names if name in left]) for heading, names in SECTIONS]
        sections.append((_("More"), list(left.values())))
        return [{"name": heading, "models": models} for heading, models in sections if models]

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        """Send people to the overview, which has all lists."""
        return redirect("admin:index")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Send people to the site's own page, which asks for a recent sign-in and signs them out elsewhere."""
        return redirect("account_change_password")

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Send people to the site's sign-in page; have staff confirm that it is them, or set up a second factor."""
        user = request.user
        if isinstance(user, User) and AdminSite.has_permission(self, request) and not is_sure(request):
            if not has_second_factor(user):
                return render(request, "account/second_factor_needed.html", status=403)
            return confirm_first(request, user)
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response


def is_sure(request: HttpRequest) -> bool:
    """Say whether the signed-in person showed a second factor in this session within ADMIN_FACTOR_HOURS."""
    return settings.DEBUG or (isinstance(request.user, User) and showed_second_factor(request, request.user))


def confirm_first(request: HttpRequest, user: User) -> HttpResponse:
    """Send a person to the pages that ask for the steps of signing in again, and back."""
    first = get_adapter().get_reauthentication_methods(user)[0]["url"]
    back = request.GET.get(REDIRECT_FIELD_NAME, "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("admin:index")
    return redirect(f"{first}?{urlencode({REDIRECT_FIELD_NAME: back})}")
