"""The security headers of every response."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from django.utils.cache import add_never_cache_headers, has_vary_header

from .logs import has_link_secret

# CSP Level 3. No inline script or style, no third party, no nonce; 'wasm-unsafe-eval' allows WebAssembly alone.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "frame-src 'self'",  # a file on its way to the downloads (static/js/files/save/download.js)
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
PERMISSIONS_POLICY = (
    ", ".join(
        f"{feature}=(self)"
        for feature in (
            "camera",
            "microphone",
            "display-capture",
            "fullscreen",
            "picture-in-picture",
            "screen-wake-lock",
            "speaker-selection",
            "compute-pressure",
        )
    )
    + ", geolocation=(), payment=(), usb=()"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",  # unless a page says otherwise: most name rooms or people
}


class SecurityHeadersMiddleware:
    """Add `HEADERS` to every response, static files and errors included; keep out of caches what a session may show."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        if iscoroutinefunction(self.get_response):
            return self._call_async(request)
        response = self.get_response(request)
        return self._add(request, response)  # type: ignore[arg-type]

    async def _call_async(self, request: HttpRequest) -> HttpResponse:
        return self._add(request, await self.get_response(request))  # type: ignore[misc]

    @staticmethod
    def _add(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        personal = settings.SESSION_COOKIE_NAME in request.COOKIES and has_vary_header(response, "Cookie")
        if personal and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        if response.get("Referrer-Policy") == "same-origin" and has_link_secret(request.get_full_path()):
            # Not `no-referrer`: a form of the page would have the Origin `null`, which the CSRF protection refuses.
            response["Referrer-Policy"] = "strict-origin"
        if "Content-Type" in response.headers:
            response.headers["Content-Type"] = with_charset(response.headers["Content-Type"])
        return response


def with_charset(content_type: str) -> str:
    """Return a Content-Type that says how text and XML are encoded; JSON is always UTF-8 (RFC 8259 §8.1)."""
    media_type = content_type.partition(";")[0].strip().lower()
    is_text = media_type.startswith("text/") or media_type.endswith(("/xml", "+xml"))
    return f"{content_type}; charset=utf-8" if is_text and "charset" not in content_type.lower() else content_type


class _BareRequest(HttpRequest):
    """A request of which only the scheme is known, and what a proxy says of it."""

    def __init__(self, scheme: str, forwarded: str | None = None) -> None:
        super().__init__()
        self._scheme = scheme
        if settings.SECURE_PROXY_SSL_HEADER and forwarded is not None:
            self.META[settings.SECURE_PROXY_SSL_HEADER[0]] = forwarded

    def _get_scheme(self) -> str:
        return self._scheme


def is_secure(scope: dict[str, Any]) -> bool:
    """Say whether a request came by HTTPS, as Django decides it."""
    forwarded = next((value for name, value in scope["headers"] if name == b"x-forwarded-proto"), None)
    return _BareRequest(scope.get("scheme") or "http", forwarded and forwarded.decode("latin-1")).is_secure()


def added_headers(*, secure: bool) -> dict[str, str]:
    """Return what the middleware adds to every response, for answers that do not pass it; `secure`: over HTTPS."""
    request = _BareRequest("https" if secure else "http", "https" if secure else None)
    response = SecurityMiddleware(lambda _: HttpResponse()).process_response(request, HttpResponse())
    response = SecurityHeadersMiddleware(lambda _: response)(request)  # type: ignore[assignment]
    del response["Content-Type"]
    return dict(response.items())
