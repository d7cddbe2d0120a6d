"""Pages that belong to no app."""

import sys
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from redis.exceptions import RedisError

RETRY_AFTER: Final = 5  # seconds; a database that was restarted is back by then


def landing(request: HttpRequest) -> HttpResponse:
    """Show what Meeting Point is."""
    return _public(render(request, "pages/landing.html"))


def how_it_works(request: HttpRequest) -> HttpResponse:
    """Show what the server does, sees and cannot see."""
    return _public(render(request, "pages/how_it_works.html"))


def _public(page: HttpResponse) -> HttpResponse:
    """Let search engines list a page, which security.py forbids for all others."""
    page["X-Robots-Tag"] = "all"
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for an uncaught exception: 503 when the database or Redis is away, which passes by itself, else 500."""
    away = isinstance(sys.exception(), OperationalError | InterfaceError | RedisError)
    # Not rendered for the request: nothing in the page may ask the database.
    page = render_to_string("503.html" if away else "500.html", {"can_retry": request.method in {"GET", "HEAD"}})
    headers = {"Retry-After": str(RETRY_AFTER)} if away else {}
    return HttpResponse(page, status=503 if away else 500, headers=headers)
