"""The orderly end of a server process: all sockets get a close code and all members are removed, within a second."""

import asyncio
import inspect
import logging
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from common.collector import collect_rarely
from rooms.live.close_codes import CloseCode

from .admission import record_uses
from .hub import Hub
from .process import current_hub

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 0.5  # for cleaning up and for the browsers' answers to the close frames


async def drain(hub: Hub) -> None:
    """Close all sockets of the hub with 4012, remove their members and unregister the process."""
    if hub.draining:
        return
    hub.draining = True
    sockets = tuple(hub.sockets)
    for socket in sockets:
        hub.disconnect(socket, CloseCode.DRAINING)
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await asyncio.gather(*(socket.ended.wait() for socket in sockets))
    except TimeoutError:
        logger.info("Not every browser answered the close frame")
    hub.stop()
    try:
        async with asyncio.timeout(0.2):
            await asyncio.gather(*(link.close() for link in hub.links))
    except TimeoutError:
        logger.info("Redis is unreachable at shutdown; this process's members expire by themselves")
    with suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            await record_uses()
    logger.info("Drained: %d sockets", len(sockets))


async def lifespan(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
    """Serve the ASGI lifespan protocol: drain at the server's shutdown.

    A server that closes its sockets before it sends `lifespan.shutdown` (uvicorn does, with 1012) must wait: its
    handlers for SIGTERM and SIGINT run after the drain.
    """
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            drain_before_shutdown(asyncio.get_running_loop())
            collect_rarely()
            await send({"type": "lifespan.startup.complete"})
        else:
            await drain(current_hub())
            await send({"type": "lifespan.shutdown.complete"})
            return


def drain_before_shutdown(loop: asyncio.AbstractEventLoop) -> None:
    """Drain before the server's own signal handlers, where it has set them with `signal.signal`."""
    for number in (signal.SIGTERM, signal.SIGINT):
        original = signal.getsignal(number)
        if inspect.ismethod(original):
            signal.signal(number, _after_drain(loop, original))


def _after_drain(loop: asyncio.AbstractEventLoop, original: Callable[..., Any]) -> Callable[[int, Any], None]:
    draining: list[asyncio.Task[None]] = []

    async def drain_then_stop(number: int) -> None:
        await drain(current_hub())
        original(number, None)

    def begin(number: int) -> None:
        draining.append(loop.create_task(drain_then_stop(number)))

    def handler(number: int, frame: Any) -> None:
        if draining:
            original(number, frame)  # the second signal: at once
        else:
            loop.call_soon_threadsafe(begin, number)

    return handler
