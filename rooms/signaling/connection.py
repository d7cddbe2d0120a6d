"""A WebSocket and its receive loop, for the sockets of calls and those of dashboards."""

import logging
import math
import resource
import sys
import time
from typing import Any

from channels.consumer import AsyncConsumer
from django.conf import settings

from common import metrics
from common.security_log import log_event
from rooms.live.close_codes import CloseCode, ErrorCode, close_name

from .limits import BAD_MESSAGES, CROWDED_SECONDS, KEPT_FILES, TokenBucket
from .messages import MAX_FRAME, BadMessage, Error, encode
from .process import current_hub
from .registry import Socket
from .send_buffer import SendBuffer

logger = logging.getLogger(__name__)

CROWD_LOGGED_SECONDS = 60.0

# Closes that tell of an attack, or of a person who tried what they may not do: the security log has them.
LOGGED_CLOSES = {
    CloseCode.BAD_MESSAGE,
    CloseCode.FLOODING,
    CloseCode.TOO_LARGE,
    CloseCode.NOT_MEMBER,
    CloseCode.REMOVED,
    CloseCode.SUSPENDED,
    CloseCode.MEMBERSHIP_EXPIRED,
    CloseCode.LOCKED,
}


def most_sockets() -> int:
    """Return how many sockets this process can hold, so that pages, the database and Redis can open what they need."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return sys.maxsize if files == resource.RLIM_INFINITY else files - min(KEPT_FILES, files // 4)


class Connection(AsyncConsumer):
    """Accepts a socket, decodes and limits its frames, and cleans up after it.

    It has the interface of a Channels consumer and replaces its loop by a plain receive loop: no channel of the channel
    layer per socket, and no database connection handling per message. `in_call`: whether its sockets are for calls.
    """

    in_call = False
    crowded_at = -math.inf  # when the log last said so

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one connection until it ends."""
        self.hub = hub = current_hub()
        self.slug: str = scope["url_route"]["kwargs"].get("slug", "")
        now = time.monotonic()
        self.outgoing = SendBuffer(send)
        session_key = scope["cookies"].get(settings.SESSION_COOKIE_NAME, "")
        self.socket = Socket(self.outgoing, session_key, now, in_call=self.in_call)
        self.bucket = TokenBucket(now)
        self.bad_frames = 0
        self.warned_at = 0.0
        await receive()  # websocket.connect
        hub.sockets.add(self.socket)
        try:
            await send({"type": "websocket.accept"})
            if hub.draining:
                self.outgoing.close(CloseCode.DRAINING)
            elif len(hub.sockets) > most_sockets():
                self.refuse_crowd(now)
            while (event := await receive())["type"] == "websocket.receive":
                if self.outgoing.code is None:
                    try:
                        await self.handle_frame(event.get("text"))
                    except Exception:
                        logger.exception("A signaling message could not be handled")
                        self.outgoing.close(CloseCode.JOIN_TIMEOUT)
        finally:
            hub.sockets.discard(self.socket)
            code = self.outgoing.code
            metrics.CLOSES.labels(code=metrics.GONE if code is None else close_name(code)).inc()
            if self.outgoing.code in LOGGED_CLOSES:
                reason = CloseCode(self.outgoing.code).reason
                log_event("socket.refused", scope, account=self.socket.user_id, reason=reason)
            try:
                await self.end()
            finally:
                self.socket.ended.set()

    async def handle_frame(self, text: str | None) -> None:
        """Act on one text frame; None is a binary one."""
        now = time.monotonic()
        if not self.bucket.consume(now):
            self.refuse_flood(now)
            return
        if text is None or len(text) > MAX_FRAME:
            if text is None:
                self.refuse_bad()
            else:
                self.outgoing.close(CloseCode.TOO_LARGE)
            return
        try:
            await self.handle_text(text)
        except BadMessage:
            self.refuse_bad()

    async def handle_text(self, text: str) -> None:
        """Act on the message in a frame. Raises `BadMessage`."""
        raise NotImplementedError

    async def end(self) -> None:
        """Clean up after the socket."""
        raise NotImplementedError

    def refuse_crowd(self, now: float) -> None:
        """Send a newcomer away for whom the process has no file left; say so in the log once in a while."""
        self.outgoing.close(CloseCode.BUSY, str(CROWDED_SECONDS))
        if now - Connection.crowded_at > CROWD_LOGGED_SECONDS:
            Connection.crowded_at = now
            logger.warning("%d sockets are all that the limit of open files allows: raise it", most_sockets())

    def error(self, code: ErrorCode, about: str) -> None:
        """Answer that a message was not acted upon."""
        metrics.MESSAGE_ERRORS.labels(code=code.value).inc()
        self.outgoing.send_text(encode(Error(code, about)))

    def refuse_bad(self) -> None:
        """Count a frame that is not a message of this protocol; close the socket after too many."""
        self.bad_frames += 1
        if self.bad_frames >= BAD_MESSAGES:
            self.outgoing.close(CloseCode.BAD_MESSAGE)
        else:
            self.error(ErrorCode.BAD_MESSAGE, "")

    def refuse_flood(self, now: float) -> None:
        """Drop a message and answer so at most once a second; close the socket if the flood goes on."""
        if self.bucket.exhausted:
            self.outgoing.close(CloseCode.FLOODING)
        elif now - self.warned_at >= 1.0:
            self.warned_at = now
            self.error(ErrorCode.SLOW_DOWN, "")
