"""Bodies: the size limit of those that come, and none in answers to HEAD.

The site receives forms and small JSON objects; files go between browsers.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from .security import added_headers, is_secure

MAX_BODY_BYTES = 262_144
ANSWER = b"This request is too large.\n"


class BodyLimit:
    """ASGI middleware that answers 413 to a larger body: by its Content-Length, else once that much was received.

    Django's own limit (DATA_UPLOAD_MAX_MEMORY_SIZE) relies on the Content-Length, which a chunked body does not have.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        if content_length(scope["headers"]) > MAX_BODY_BYTES:
            await refuse(scope, send)
            return
        received = 0

        async def counted() -> dict[str, Any]:
            nonlocal received
            event: dict[str, Any] = await receive()
            received += len(event.get("body", b""))
            # Django then sees a client that went away.
            return {"type": "http.disconnect"} if received > MAX_BODY_BYTES else event

        await self.application(scope, counted, send)
        if received > MAX_BODY_BYTES:
            await refuse(scope, send)


class BodilessHead:
    """ASGI middleware that sends an answer to HEAD without its body (RFC 9110 §9.3.2).

    Django hands over a larger page in pieces, and Daphne sends all of them but the first.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        async def without_body(event: dict[str, Any]) -> None:
            await send({**event, "body": b""} if event["type"] == "http.response.body" else event)

        await self.application(scope, receive, without_body if scope["method"] == "HEAD" else send)


def content_length(headers: list[tuple[bytes, bytes]]) -> int:
    """Return the Content-Length, 0 when there is none."""
    lengths = [value for name, value in headers if name == b"content-length"]
    return max((int(length) for length in lengths if length.isdigit()), default=0)


async def refuse(scope: dict[str, Any], send: Any) -> None:
    """Answer 413, with the security headers of a page, and close the connection, so that the rest is not sent."""
    headers = [
        *((name.lower().encode(), value.encode()) for name, value in added_headers(secure=is_secure(scope)).items()),
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(ANSWER)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})
