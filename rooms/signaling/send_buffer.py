"""Sends frames on one socket: in order, without ever making the caller wait, and with a limit on what is buffered."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from rooms.live.close_codes import CloseCode

from .limits import GRACE_SECONDS, MAX_BUFFERED_BYTES, STALL_SECONDS
from .transports import transport_of

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]


class SendBuffer:
    """Sends frames through an ASGI `send`.

    A server's `send` is started at once and usually ends at once; only one that has to wait gets a task, and later
    frames queue behind it. (This is what `asyncio.eager_task_factory` does in Python 3.12.)
    """

    __slots__ = ("_buffered", "_progress_at", "_queue", "_send", "_smallest", "_task", "_transport", "code")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._transport = transport_of(send)
        self._queue: deque[dict[str, Any]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._buffered = 0
        self._smallest = 0
        self._progress_at = 0.0
        self.code: CloseCode | int | None = None  # set once we have closed the socket, or found it dead

    def send_text(self, frame: str) -> None:
        """Send a text frame; nothing happens on a closed socket."""
        if self.code is None:
            self._put({"type": "websocket.send", "text": frame}, len(frame))
            if self.buffered_bytes() > MAX_BUFFERED_BYTES:
                self.close(CloseCode.TOO_SLOW)

    def is_open(self) -> bool:
        """Say whether the peer can still get a frame; a connection that it has cut may be known only below ASGI."""
        return self.code is None and not self._transport.is_cut()

    def close(self, code: CloseCode | int, reason: str = "") -> None:
        """Close the socket. The connection of a peer that does not read is cut after `GRACE_SECONDS`."""
        if self.code is not None:
            return
        self.code = code
        if code in (CloseCode.TOO_SLOW, CloseCode.FLOODING, CloseCode.TOO_LARGE):
            self._queue = None
            self._buffered = 0
            self._transport.pause_reading()
            asyncio.get_running_loop().call_later(GRACE_SECONDS, self._cut)
        self._put({"type": "websocket.close", "code": int(code), "reason": reason}, 0)

    def buffered_bytes(self) -> int:
        """Return how many bytes wait for this peer to read them."""
        return self._buffered + self._transport.unsent()

    def stalled(self, now: float) -> bool:
        """Return whether the peer has read nothing for `STALL_SECONDS`; called regularly, at monotonic `now`."""
        buffered = self.buffered_bytes()
        if buffered == 0 or buffered < self._smallest or self._smallest == 0:
            self._smallest, self._progress_at = buffered, now
            return False
        return now - self._progress_at > STALL_SECONDS

    def _put(self, message: dict[str, Any], size: int) -> None:
        if self._task is not None:
            if self._queue is None:
                self._queue = deque()
            self._queue.append(message)
            self._buffered += size
            return
        steps = self._send(message).__await__()
        try:
            waits_for = next(steps)
        except StopIteration:
            return
        except Exception as error:
            self._died(error)
            return
        self._buffered += size
        self._task = asyncio.get_running_loop().create_task(self._finish(_ResumedAwaitable(steps, waits_for), size))

    async def _finish(self, first: "_ResumedAwaitable", size: int) -> None:
        try:
            await first
            self._buffered = max(0, self._buffered - size)
            while self._queue:
                message = self._queue.popleft()
                await self._send(message)
                self._buffered = max(0, self._buffered - len(message.get("text", "")))
        except Exception as error:
            self._died(error)
        finally:
            self._task = None

    def _cut(self) -> None:
        self._transport.abort()
        if self._task is not None:
            self._task.cancel()

    def _died(self, error: Exception) -> None:
        # The peer has gone; the consumer gets `websocket.disconnect` for that.
        logger.debug("A frame could not be sent: %s", type(error).__name__)
        self._queue = None
        self._buffered = 0
        if self.code is None:
            self.code = 1006


class _ResumedAwaitable:
    """An awaitable that resumes a coroutine after its first step."""

    __slots__ = ("_steps", "_waits_for")

    def __init__(self, steps: Any, waits_for: Any) -> None:
        self._steps = steps
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        yield self._waits_for
        yield from self._steps
