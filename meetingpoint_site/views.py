"""Pages that belong to no app, and the two questions that a supervisor asks."""

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache


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
