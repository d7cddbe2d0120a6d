"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Return the site's name and first origin, and whether this is a development server with emails to read."""
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_ORIGIN": settings.SITE_ORIGINS[0],
        "DEBUG_SITE": settings.DEBUG,
        "DEV_MAIL": settings.DEV_MAIL,
    }
