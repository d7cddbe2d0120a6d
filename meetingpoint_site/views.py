"""Pages that belong to no app, and the health checks."""

import sys
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError

RETRY_AFTER: Final = 5  # seconds; a database that was restarted is back by then


def landing(request: HttpRequest) -> HttpResponse:
    """Show what Meeting Point is."""
    return render(request, "pages/landing.html")


def how_it_works(request: HttpRequest) -> HttpResponse:
    """Show what the server does, sees and cannot see."""
    return render(request, "pages/how_it_works.html")


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers (it asks no service)."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether the database and, when there is one, Redis answer; 503 when one does not."""
    answers = {"database": _database_answers()}
    if settings.REDIS_URL:
        answers["redis"] = _cache_answers()
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for an uncaught exception: 503 when the database or Redis is away, which passes by itself, else 500."""
    if isinstance(sys.exception(), OperationalError | InterfaceError | RedisError):
        page = render_to_string("503.html")  # without a context: nothing in it may ask the database
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return defaults.server_error(request)


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
