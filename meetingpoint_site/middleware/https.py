"""What is redirected from http to https: pages that a person opens, and nothing else."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]


def redirect_only_pages(get_response: GetResponse) -> GetResponse:
    """With SSL_REDIRECT, refuse scripts, forms and programs over plain http, which Django's middleware would redirect.

    A redirect would hide that they sent their data in the clear (OWASP ASVS 5.0, 4.1.2).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not settings.SECURE_SSL_REDIRECT or request.is_secure():
            return get_response(request)
        if request.method in ("GET", "HEAD") and "text/html" in request.headers.get("Accept", ""):
            return get_response(request)
        return HttpResponse("Use https.\n", status=403, content_type="text/plain; charset=utf-8")

    return middleware
