"""The size limit of request bodies. The site receives forms and small JSON objects; files go between browsers."""

from collections.abc import Awaitable, Callable
from typing import Any

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
            await refuse(send)
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
            await refuse(send)


def content_length(headers: list[tuple[bytes, bytes]]) -> int:
    """Return the Content-Length, 0 when there is none."""
    lengths = [value for name, value in headers if name == b"content-length"]
    return max((int(length) for length in lengths if length.isdigit()), default=0)


async def refuse(send: Any) -> None:
    """Answer 413 and close the connection, so that the rest is not sent."""
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(ANSWER)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})
