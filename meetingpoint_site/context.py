"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Return the name of the site and whether this is a development server, with mails to read in a page."""
    return {"SITE_NAME": settings.SITE_NAME, "DEBUG_SITE": settings.DEBUG, "DEV_MAIL": settings.DEV_MAIL}
