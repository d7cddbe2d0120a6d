"""What browsers, robots and researchers ask for at fixed addresses: none of it reads the session or the database."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

DAY: Final = 86_400
# RFC 9116 §2.5.5: less than a year ahead. Every answer names a date of its own, so it never expires.
VALID_FOR: Final = timedelta(days=180)

# What is not to be found by search says so itself (`X-Robots-Tag`), which a robot has to be allowed to read; chat
# programs read an invite link's page to show a preview. Only what costs work and shows nothing is forbidden here.
ROBOTS: Final = """User-agent: *
Disallow: /accounts/
Disallow: /admin/
Disallow: /rooms/
Disallow: /ws/
"""

SECURITY: Final = """Contact: {contact}
Expires: {expires}
Preferred-Languages: {languages}
{canonical}
"""


@require_safe
@cache_control(public=True, max_age=DAY)
def robots(request: HttpRequest) -> HttpResponse:
    """Say which addresses robots leave alone (RFC 9309)."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=DAY)
def security(request: HttpRequest) -> HttpResponse:
    """Say where to report a vulnerability (RFC 9116)."""
    origins = settings.SITE_ORIGINS
    text = SECURITY.format(
        contact="\nContact: ".join(settings.SECURITY_CONTACT),
        expires=(timezone.now() + VALID_FOR).strftime("%Y-%m-%dT00:00:00Z"),
        languages=settings.LANGUAGE_CODE,
        canonical="\n".join(f"Canonical: {origin}/.well-known/security.txt" for origin in origins),
    )
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def icon(name: str, content_type: str) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view that answers with a file of `static/root/`."""

    @require_safe
    @cache_control(public=True, max_age=DAY)
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(_read(name), content_type=content_type)

    return view


@cache
def _read(name: str) -> bytes:
    return Path(settings.BASE_DIR, "static", "root", name).read_bytes()
