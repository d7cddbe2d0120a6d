"""`/healthz`, `/readyz` and `/metrics`, answered before Django: also while no thread of a page is free.

They read neither a session nor the `Host` header, so a supervisor on this machine needs no name of the site.
"""

import hmac
import ipaddress
import json
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from prometheus_client.exposition import choose_encoder

from common import metrics
from meetingpoint_site.security import added_headers, is_secure

from .gauges import registry
from .readiness import DOCTOR, readiness

# A request with one of these came through a proxy: that it comes from this machine says nothing of who asks.
FORWARDED = {b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-real-ip", b"forwarded", b"via"}
TEXT = "text/plain; charset=utf-8"

Answer = tuple[HTTPStatus, str, bytes]


class Operations:
    """ASGI middleware that answers the three addresses and passes everything else on."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.answers: dict[str, Callable[[dict[str, Any]], Awaitable[Answer]]] = {
            "/healthz": answer_health,
            "/readyz": answer_readiness,
            "/metrics": answer_metrics,
        }

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        answer = self.answers.get(scope["path"])
        if answer is None:
            await self.application(scope, receive, send)
            return
        if scope["method"] in ("GET", "HEAD"):
            status, content_type, body = await answer(scope)
        else:
            status, content_type, body = HTTPStatus.METHOD_NOT_ALLOWED, TEXT, b"Use GET.\n"
        named = {
            **added_headers(secure=is_secure(scope)),
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
        }
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            named["Allow"] = "GET, HEAD"
        headers = [(name.lower().encode(), value.encode()) for name, value in named.items()]
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def answer_health(scope: dict[str, Any]) -> Answer:
    """Say that this process answers; it asks no service."""
    return HTTPStatus.OK, TEXT, b"ok\n"


async def answer_readiness(scope: dict[str, Any]) -> Answer:
    """Say whether the site can serve people, and what is missing: 503 if something is."""
    found = await readiness()
    status = HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE
    said = {"ready": found.ready, **found.parts}
    if DOCTOR in found.jobs:
        said["doctor"] = f"{found.jobs[DOCTOR]:.6f}"
    return status, "application/json", json.dumps(said).encode() + b"\n"


async def answer_metrics(scope: dict[str, Any]) -> Answer:
    """Give the counts to who may read them, in the format that they ask for; others get 404."""
    headers = dict(scope["headers"])
    if not may_read_metrics(scope, headers):
        return HTTPStatus.NOT_FOUND, TEXT, b"Not found.\n"
    encode, content_type = choose_encoder(headers.get(b"accept", b"").decode("latin-1"))
    return HTTPStatus.OK, content_type, encode(await registry())


def may_read_metrics(scope: dict[str, Any], headers: dict[bytes, bytes]) -> bool:
    """Say whether a request has the token, or comes from this machine and through no proxy.

    A proxy on this machine that adds no header would look the same, so the `Host` has to be this machine, too: that
    also stops pages of other sites whose name is made to point here.
    """
    if settings.METRICS_TOKEN:
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() == b"bearer" and hmac.compare_digest(token.strip(), settings.METRICS_TOKEN.encode()):
            return True
    try:
        host = urlsplit(f"//{headers.get(b'host', b'').decode('latin-1')}").hostname or ""
    except ValueError:
        return False
    client = str((scope.get("client") or [""])[0])
    return _is_loopback(client) and (host == "localhost" or _is_loopback(host)) and not FORWARDED & headers.keys()


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return found.is_loopback or (mapped is not None and mapped.is_loopback)


class Timed:
    """ASGI middleware that counts what Django answers, and how long that takes."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        began = time.monotonic()

        async def counted(event: dict[str, Any]) -> None:
            if event["type"] == "http.response.start":
                metrics.REQUESTS.labels(status=event["status"]).inc()
                metrics.REQUEST_SECONDS.observe(time.monotonic() - began)
            await send(event)

        await self.application(scope, receive, counted)
