"""What goes out on one socket: in order, without ever making the caller wait, and with a cap on what is held."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from rooms.live.close_codes import CloseCode

from .limits import GRACE_SECONDS, HELD_BYTES, STALL_SECONDS
from .transports import transport_of

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Outbox:
    """Sends frames through an ASGI `send`.

    A server's `send` is started at once and usually ends at once; only one that has to wait gets a task, behind which
    later frames queue. (This is what `asyncio.eager_task_factory` does in Python 3.12.)
    """

    __slots__ = ("_held", "_least", "_queue", "_send", "_since", "_task", "_transport", "code")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._transport = transport_of(send)
        self._queue: deque[dict[str, Any]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._held = 0
        self._least = 0
        self._since = 0.0
        self.code: CloseCode | int | None = None  # set once the socket is closed from here, or found dead

    def text(self, frame: str) -> None:
        """Send a text frame; nothing happens on a socket that is closed."""
        if self.code is None:
            self._put({"type": "websocket.send", "text": frame}, len(frame))
            if self.held() > HELD_BYTES:
                self.close(CloseCode.TOO_SLOW)

    def close(self, code: CloseCode | int) -> None:
        """Close the socket. One that does not read is cut off after `GRACE_SECONDS`."""
        if self.code is not None:
            return
        self.code = code
        if code in (CloseCode.TOO_SLOW, CloseCode.FLOODING, CloseCode.TOO_LARGE):
            self._queue = None
            self._held = 0
            self._transport.ignore_input()
            asyncio.get_running_loop().call_later(GRACE_SECONDS, self._cut)
        self._put({"type": "websocket.close", "code": int(code)}, 0)

    def held(self) -> int:
        """Return how many bytes wait for this peer to read."""
        return self._held + self._transport.unsent()

    def stalled(self, now: float) -> bool:
        """Whether nothing of what is held has gone out for `STALL_SECONDS`. Asked now and then, at monotonic `now`."""
        held = self.held()
        if held == 0 or held < self._least or self._least == 0:
            self._least, self._since = held, now
            return False
        return now - self._since > STALL_SECONDS

    def _put(self, message: dict[str, Any], size: int) -> None:
        if self._task is not None:
            if self._queue is None:
                self._queue = deque()
            self._queue.append(message)
            self._held += size
            return
        steps = self._send(message).__await__()
        try:
            waits_for = next(steps)
        except StopIteration:
            return
        except Exception as error:
            self._died(error)
            return
        self._held += size
        self._task = asyncio.get_running_loop().create_task(self._carry_on(_Started(steps, waits_for), size))

    async def _carry_on(self, started: "_Started", size: int) -> None:
        try:
            await started
            self._held = max(0, self._held - size)
            while self._queue:
                message = self._queue.popleft()
                await self._send(message)
                self._held = max(0, self._held - len(message.get("text", "")))
        except Exception as error:
            self._died(error)
        finally:
            self._task = None

    def _cut(self) -> None:
        self._transport.abort()
        if self._task is not None:
            self._task.cancel()

    def _died(self, error: Exception) -> None:
        # The peer has gone; the server tells the consumer so by `websocket.disconnect`.
        logger.debug("A frame could not be sent: %s", type(error).__name__)
        self._queue = None
        self._held = 0
        if self.code is None:
            self.code = 1006


class _Started:
    """An awaitable that goes on with a coroutine after its first step."""

    __slots__ = ("_steps", "_waits_for")

    def __init__(self, steps: Any, waits_for: Any) -> None:
        self._steps = steps
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        yield self._waits_for
        yield from self._steps
