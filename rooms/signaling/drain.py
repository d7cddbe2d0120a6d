"""The orderly end of a server process: every socket learns why, every place is freed, within a second."""

import asyncio
import inspect
import logging
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from rooms.live.close_codes import CloseCode

from .hub import Hub

logger = logging.getLogger(__name__)

FAREWELL_SECONDS = 0.5  # for clean-up and for the browsers' answers to the close frames


async def drain(hub: Hub) -> None:
    """Close all sockets of the hub with 4012, free their places and sign the process off."""
    if hub.draining:
        return
    hub.draining = True
    sockets = tuple(hub.sockets)
    for socket in sockets:
        hub.expel(socket, CloseCode.DRAINING)
    try:
        async with asyncio.timeout(FAREWELL_SECONDS):
            await asyncio.gather(*(socket.ended.wait() for socket in sockets))
    except TimeoutError:
        logger.info("Not every browser answered the farewell")
    hub.stop()
    try:
        async with asyncio.timeout(0.2):
            await hub.presence.close(hub.process)
            if hub.mailbox:
                await hub.mailbox.close()
    except TimeoutError:
        logger.info("Redis was away at the end; this process's places expire by themselves")
    logger.info("Drained: %d sockets", len(sockets))


async def lifespan(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
    """Serve the ASGI lifespan protocol: drain at the server's shutdown.

    A server that closes its sockets before it says `lifespan.shutdown` (uvicorn does, with 1012) is forestalled: its
    handler for SIGTERM and SIGINT is called after the drain.
    """
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            forestall(asyncio.get_running_loop())
            await send({"type": "lifespan.startup.complete"})
        else:
            await drain(Hub.current())
            await send({"type": "lifespan.shutdown.complete"})
            return


def forestall(loop: asyncio.AbstractEventLoop) -> None:
    """Drain before the server's own signal handlers, where it has set them with `signal.signal`."""
    for number in (signal.SIGTERM, signal.SIGINT):
        theirs = signal.getsignal(number)
        if inspect.ismethod(theirs):
            signal.signal(number, _after_drain(loop, theirs))


def _after_drain(loop: asyncio.AbstractEventLoop, theirs: Callable[..., Any]) -> Callable[[int, Any], None]:
    running: list[asyncio.Task[None]] = []

    async def leave(number: int) -> None:
        await drain(Hub.current())
        theirs(number, None)

    def begin(number: int) -> None:
        running.append(loop.create_task(leave(number)))

    def handler(number: int, frame: Any) -> None:
        if running:
            theirs(number, frame)  # asked twice: at once
        else:
            loop.call_soon_threadsafe(begin, number)

    return handler
