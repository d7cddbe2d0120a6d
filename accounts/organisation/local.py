"""LOCAL_SIGN_IN=off: everyone comes in by the organisation, and the site's own ways in are closed."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin

# By the names of the addresses: the pages of passwords, and of a passkey in place of one.
CLOSED = {
    "account_signup",
    "account_reset_password",
    "account_confirm_password_reset_code",
    "account_complete_password_reset",
    "account_password_reset_completed",
    "account_change_password",
    "account_set_password",
    "mfa_login_webauthn",
}


class LocalSignInMiddleware(MiddlewareMixin):
    """Sends people from the closed pages to the page with the button of the organisation, or to their account."""

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        if settings.LOCAL_SIGN_IN or not request.resolver_match:
            return None
        name = request.resolver_match.view_name
        if name in CLOSED or (name == "account_login" and request.method not in {"GET", "HEAD"}):
            return redirect("account_settings" if request.user.is_authenticated else "account_login")
        return None
