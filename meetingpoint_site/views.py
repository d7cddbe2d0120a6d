"""Pages that belong to no app, and the health checks."""

import sys
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
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


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers (it asks no service)."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether the database and, when there is one, Redis answer; 503 when one does not."""
    answers = {"database": _database_answers()}
    if settings.REDIS_URL:
        answers["redis"] = _cache_answers()
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for an uncaught exception: 503 when the database or Redis is away, which passes by itself, else 500."""
    away = isinstance(sys.exception(), OperationalError | InterfaceError | RedisError)
    # Not rendered for the request: nothing in the page may ask the database.
    page = render_to_string("503.html" if away else "500.html", {"can_retry": request.method in {"GET", "HEAD"}})
    headers = {"Retry-After": str(RETRY_AFTER)} if away else {}
    return HttpResponse(page, status=503 if away else 500, headers=headers)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _cache_answers() -> bool:
    try:
        cache.get("readyz")
    except Exception:  # the client library names its own errors
        return False
    return True
