"""Our policy where django-allauth asks for it: who comes in by the organisation, as whom, and what is said if not."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext

from accounts.models import User
from common.security_log import log_event
from common.text import clean_name, name_from_address

from .confirmation import CONFIRM, confirm
from .groups import follow_groups
from .problems import problem
from .provider import PROVIDER, organisation_app


class OrganisationAdapter(DefaultSocialAccountAdapter):
    """Signing in with the organisation."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Return the organisation of the settings: none can be added in the database."""
        if not settings.OIDC_ISSUER or provider not in (None, PROVIDER, settings.OIDC_ISSUER):
            return []
        return [organisation_app()] if client_id in (None, settings.OIDC_CLIENT_ID) else []

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Let in everyone whom the organisation lets in: closing sign-up closes the site's own form."""
        return True

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Give a new person their address, and the name that others see."""
        user: User = sociallogin.user
        user.email = str(data.get("email") or "").lower()
        name = clean_name(str(data.get("name") or ""))
        user.display_name = name or name_from_address(user.email) or gettext("Guest")
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Turn away a new person without a confirmed address. Raises `ImmediateHttpResponse` to answer otherwise."""
        if sociallogin.state.get("process") == CONFIRM:
            raise ImmediateHttpResponse(confirm(request, sociallogin))
        known = not sociallogin.account._state.adding
        if not known and not any(address.verified for address in sociallogin.email_addresses):
            log_event("sign_in.failed", request, method="organisation")
            raise ImmediateHttpResponse(problem(request, "no_address", 403))
        if sociallogin.is_existing:
            follow_groups(sociallogin.user, sociallogin.claims)

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Store a new person, with their groups."""
        user: User = super().save_user(request, sociallogin, form)
        follow_groups(user, sociallogin.claims)
        return user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Say that it did not work. Raises `ImmediateHttpResponse`."""
        cancelled = error == AuthError.CANCELLED
        log_event("sign_in.failed", request, method="organisation")
        raise ImmediateHttpResponse(problem(request, "cancelled" if cancelled else "failed", 401, exception))
