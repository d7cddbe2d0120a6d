"""The admin site, for staff who signed in through the site's own pages and have a second factor."""

from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from .security import CONTENT_SECURITY_POLICY

# Django's own scripts (jQuery, the select boxes) write HTML from strings; the rest of the policy stays.
POLICY = CONTENT_SECURITY_POLICY.replace("; require-trusted-types-for 'script'", "")
# Recovery codes replace a lost second factor; they are not one themselves.
SECOND_FACTORS = [Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP]

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
        """Let in active staff with a passkey or an authenticator app (in development: all active staff)."""
        return super().has_permission(request) and has_second_factor(request)

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
        """Send people to the site's sign-in page, and staff without a second factor to a page about setting one up."""
        if AdminSite.has_permission(self, request) and not has_second_factor(request):
            return render(request, "account/second_factor_needed.html", status=403)
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response


def has_second_factor(request: HttpRequest) -> bool:
    """Say whether the person has a second factor, which sign-in then asked for, or needs none."""
    return settings.DEBUG or get_mfa_adapter().is_mfa_enabled(request.user, SECOND_FACTORS)
