"""Pages take turns: more at once than the interpreter can run make all of them slower.

Each request is a thread. Eight that all compute were answered at less than half the rate of eight in a row.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

AT_ONCE = 2  # one computes while the other waits for the database
PATIENCE = 1.0  # seconds after which a page goes ahead: those before it wait for something, and do not compute


class PagesInTurn:
    """ASGI middleware that lets only some requests for pages compute at the same time.

    A turn ends when the answer begins, so that who reads slowly holds up no one. What is sent to the site (POST) does
    not wait: it is rare, and may itself wait, as a password check does.
    """

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application
        self._free = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        holds = scope["method"] in ("GET", "HEAD") and await self._takes_turn()

        def end_turn() -> None:
            nonlocal holds
            if holds:
                holds = False
                self._free.release()

        async def send_after_turn(event: dict[str, Any]) -> None:
            end_turn()
            await send(event)

        try:
            await self.application(scope, receive, send_after_turn)
        finally:
            end_turn()

    async def _takes_turn(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._free.acquire()
        except TimeoutError:
            return False
