"""The way from a WebSocket handshake to the consumer: only from our own origins, only to addresses that exist."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import parse_cookie

from common import metrics, ratelimit
from common.network_address import network_address_of
from common.security_log import log_event

from .consumer import SignalingConsumer
from .guest_consumer import GuestConsumer
from .limits import MAX_SOCKETS_FROM
from .transfer_consumer import TransferConsumer
from .watch.consumer import WatchConsumer

_PATH = re.compile(r"\A/ws/rooms/(?P<slug>[-a-zA-Z0-9_]{1,80})(?P<transfers>/transfers)?\Z")
_WATCH_PATH = "/ws/rooms"
_GUEST_PATH = "/ws/guests"
_DEFAULT_PORTS = {"http": 80, "https": 443}


def serialized_origin(url: str) -> str:
    """Return an origin as browsers write it in `Origin` (RFC 6454 §6.2): lower case, the default port left out."""
    parts = urlsplit(url.lower())
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}"


class OriginValidator:
    """Refuses handshakes (403) from pages that are not ours.

    Channels' validator of the same name parses the header, which fails on some malformed ones; a comparison of
    strings cannot, and browsers always send the serialized form.
    """

    def __init__(self, application: Any, origins: Iterable[str]) -> None:
        self.application = application
        self.origins = {serialized_origin(origin).encode() for origin in origins}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        origins = [value for name, value in scope["headers"] if name == b"origin"]
        if len(origins) == 1 and origins[0] in self.origins:
            await self.application(scope, receive, send)
        else:
            log_event("origin.refused", scope)
            await refuse(receive, send, "origin")


class SocketLimit:
    """Refuses handshakes (403) of a network address that opens too many sockets, or has too many open."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        network = network_address_of(scope)
        most = MAX_SOCKETS_FROM * settings.LIMIT_FACTOR
        if self._open[network] >= most or ratelimit.consume_here(ratelimit.SOCKET_FROM, network, scope):
            await refuse(receive, send, "limit")
            return
        self._open[network] += 1
        try:
            await self.application(scope, receive, send)
        finally:
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]


class RoomRouter:
    """Finds the room's slug in the path and the cookies in the headers.

    Without a slug it is a dashboard, or a guest who names the room later.
    """

    def __init__(self, call: Any, transfers: Any, dashboard: Any, guest: Any) -> None:
        self.call = call
        self.transfers = transfers
        self.without_room = {_WATCH_PATH: dashboard, _GUEST_PATH: guest}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        application = self.without_room.get(scope["path"])
        match = _PATH.match(scope["path"])
        if match:
            application = self.transfers if match["transfers"] else self.call
        if application is None:
            await refuse(receive, send, "path")
            return
        cookies = next((value for name, value in scope["headers"] if name == b"cookie"), b"")
        scope = {
            **scope,
            "cookies": parse_cookie(cookies.decode("latin-1")),
            "url_route": {"args": (), "kwargs": {"slug": match["slug"]} if match else {}},
        }
        await application(scope, receive, send)


async def refuse(receive: Any, send: Any, reason: str) -> None:
    """Answer a handshake with 403; `reason` is for the counts."""
    metrics.HANDSHAKES_REFUSED.labels(reason=reason).inc()
    await receive()  # websocket.connect
    await send({"type": "websocket.close"})


_router = RoomRouter(
    SignalingConsumer.as_asgi(), TransferConsumer.as_asgi(), WatchConsumer.as_asgi(), GuestConsumer.as_asgi()
)
websocket_application = SocketLimit(OriginValidator(_router, settings.SITE_ORIGINS))
