"""The end of a process in time, also while one of its threads waits for a database or a Redis that hangs."""

import logging
import os
from collections.abc import Awaitable, Callable
from threading import Timer
from typing import Any, Final

from rooms.signaling import drain

SECONDS: Final = 1.0  # after the sockets are closed: for pages that are being answered, and emails that are being sent

logger = logging.getLogger(__name__)


def end_soon() -> None:
    """End this process after `SECONDS` if it has not ended by then: Python would wait for its threads."""
    timer = Timer(SECONDS, _end)
    timer.daemon = True
    timer.start()


def _end() -> None:
    logger.warning("A service did not answer; this process ends without waiting for it.")
    logging.shutdown()
    os._exit(0)


async def lifespan(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
    """Serve the ASGI lifespan protocol: drain at the server's shutdown, and end soon after it."""

    async def sent(event: dict[str, Any]) -> None:
        if event["type"] == "lifespan.shutdown.complete":
            end_soon()
        await send(event)

    await drain.lifespan(scope, receive, sent)
