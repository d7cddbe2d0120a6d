"""What every template may use."""

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.site_policy import site_policy


def site(request: HttpRequest) -> dict[str, object]:
    """Return the site's name and first origin, what the browser sent, and what a development server adds."""
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_ORIGIN": settings.SITE_ORIGINS[0],
        "csrf_cookie_sent": settings.CSRF_COOKIE_NAME in request.COOKIES,
        "DEBUG_SITE": settings.DEBUG,
        "DEV_MAIL": settings.DEV_MAIL,
        "organisation": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "local_sign_in": settings.LOCAL_SIGN_IN,
        "sign_up_open": SimpleLazyObject(_is_sign_up_open),  # pages that do not show it do not ask the database
    }


def _is_sign_up_open() -> bool:
    if not settings.LOCAL_SIGN_IN:
        return False
    try:
        return site_policy().sign_up_open
    except (DatabaseError, InterfaceError):  # some pages stay up without it
        return bool(settings.SIGN_UP_OPEN)
