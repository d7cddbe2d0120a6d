"""The administration, for staff who signed in through the site's own pages and have a second factor."""

from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from .security import CONTENT_SECURITY_POLICY

# Django's own scripts there (jQuery, the boxes to select from) write HTML from strings; all else of the policy stays.
POLICY = CONTENT_SECURITY_POLICY.replace("; require-trusted-types-for 'script'", "")
# Recovery codes stand in for a lost second factor; alone they are none.
SECOND_FACTORS = [Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP]


class MeetingPointAdminSite(AdminSite):
    """Django's administration without its own password page."""

    site_title = site_header = _("Meeting Point administration")
    index_title = _("Overview")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Wrap a view as Django does, with the policy that its scripts can run under."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def with_policy(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
            response: HttpResponse = inner(request, *args, **options)
            response.headers["Content-Security-Policy"] = POLICY
            return response

        return with_policy

    def get_urls(self) -> list[Any]:
        """Add the search through everything, and the page that asks before an act."""
        from rooms.moderation.admin.action_view import act_view  # noqa: PLC0415
        from rooms.moderation.admin.dashboard import search_view  # noqa: PLC0415

        return [
            path("search/", self.admin_view(search_view), name="moderation_search"),
            path("act/<slug:name>/", self.admin_view(act_view), name="moderation_act"),
            *super().get_urls(),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the numbers of now to moderators, above what is kept."""
        from rooms.moderation.admin.dashboard import may_see, numbers  # noqa: PLC0415

        found = {"numbers": numbers()} if may_see(request) else {}
        return super().index(request, {**found, **(extra_context or {})})

    def has_permission(self, request: HttpRequest) -> bool:
        """Let active staff in who have a passkey or an authenticator app (in development: all active staff)."""
        return super().has_permission(request) and has_second_factor(request)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Send people to the site's sign-in page; staff without a second factor are told how to set one up."""
        if AdminSite.has_permission(self, request) and not has_second_factor(request):
            return render(request, "account/second_factor_needed.html", status=403)
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response


def has_second_factor(request: HttpRequest) -> bool:
    """Say whether the person who asks has a second factor, which signing in then demanded, or need not."""
    return settings.DEBUG or get_mfa_adapter().is_mfa_enabled(request.user, SECOND_FACTORS)
