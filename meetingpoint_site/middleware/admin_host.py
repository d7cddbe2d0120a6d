"""The administration on a host of its own (ADMIN_ORIGIN): no page of the site shares its origin, cookies or storage.

Staff sign in there once more. A passkey belongs to a host: they add one there, or use an authenticator app.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

GetResponse = Callable[[HttpRequest], HttpResponse]
# What that host answers beside the administration and static files: signing in, and what any host should have.
ALSO_THERE = (
    "/accounts/",
    "/.well-known/",
    "/favicon.ico",
    "/apple-touch-icon.png",
    "/robots.txt",
)
INSTEAD_OF = ("/", "/rooms/")  # where people are sent after signing in


def keep_administration_apart(get_response: GetResponse) -> GetResponse:
    """Answer 404 for the administration on every other host, and for everything else on its own."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not settings.ADMIN_ORIGIN:
            return get_response(request)
        inside = f"/{settings.ADMIN_PATH}"
        if request.get_host() != urlsplit(settings.ADMIN_ORIGIN).netloc:
            if request.path.startswith(inside):
                raise Http404
            return get_response(request)
        if request.headers.get("Origin", settings.ADMIN_ORIGIN) != settings.ADMIN_ORIGIN:
            raise PermissionDenied
        if request.path in INSTEAD_OF:
            return redirect(inside)
        if not request.path.startswith((inside, settings.STATIC_URL, *ALSO_THERE)):
            raise Http404
        return get_response(request)

    return middleware
