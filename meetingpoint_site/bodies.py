"""How large a request may be. The site takes forms and small JSON objects; files go from browser to browser."""

from collections.abc import Awaitable, Callable
from typing import Any

MOST = 262_144  # bytes of a body
ANSWER = b"This request is too large.\n"


class BoundedBodies:
    """Answers 413 to a larger body: at once when it is announced, else as soon as that much has come.

    Django's own bound (DATA_UPLOAD_MAX_MEMORY_SIZE) believes the Content-Length, which a chunked body has not.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        if announced(scope["headers"]) > MOST:
            await refuse(send)
            return
        taken = 0

        async def counted() -> dict[str, Any]:
            nonlocal taken
            event: dict[str, Any] = await receive()
            taken += len(event.get("body", b""))
            # For Django the rest of it will never come.
            return {"type": "http.disconnect"} if taken > MOST else event

        await self.application(scope, counted, send)
        if taken > MOST:
            await refuse(send)


def announced(headers: list[tuple[bytes, bytes]]) -> int:
    """Return the Content-Length, 0 when there is none."""
    lengths = [value for name, value in headers if name == b"content-length"]
    return max((int(length) for length in lengths if length.isdigit()), default=0)


async def refuse(send: Any) -> None:
    """Answer 413, and keep nothing open on which the rest could come."""
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(ANSWER)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})
