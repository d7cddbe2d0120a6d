"""One socket of an open dashboard or room page."""

import time

from rooms.live.close_codes import CloseCode, ErrorCode
from rooms.live.presence import PresenceDown
from rooms.permissions import is_host
from rooms.signaling.admission import Refused, authorize, authorize_watcher
from rooms.signaling.connection import Connection
from rooms.signaling.database.queue import Unavailable
from rooms.signaling.lobby import EMPTY_BODY
from rooms.signaling.messages import VERSION, Ping, Pong, encode

from .messages import AnswerKnock, Watch, decode
from .watchers import Watcher


class WatchConsumer(Connection):
    """Serves `/ws/rooms`: what goes on in the rooms of an account, for people who are not in a call."""

    watcher: Watcher | None = None

    async def handle_text(self, text: str) -> None:
        """Act on the message in a frame. Raises `BadMessage`."""
        message = decode(text)
        if type(message) is Ping:
            self.outgoing.send_text(encode(Pong(message.n)))
        elif type(message) is Watch:
            await self.watch(message)
        elif type(message) is AnswerKnock:
            await self.answer_knock(message)

    async def watch(self, message: Watch) -> None:
        """Begin to watch the account's rooms, or look at all of them again."""
        if message.v != VERSION:
            self.outgoing.close(CloseCode.VERSION)
            return
        if self.watcher is not None:
            self.hub.watchers.renew(self.watcher)
            return
        began = time.monotonic()
        try:
            grant = await authorize_watcher(self.socket.session_key)
            self.hub.sockets.identify(self.socket, None, "", grant.user_id)
            if (code := self.hub.close_order_since(began, self.socket)) is not None:
                self.outgoing.close(code)
                return
            self.watcher = self.hub.watchers.add(self.socket, grant)
            await self.hub.watchers.send_all(self.watcher)
        except Refused as refused:
            self.outgoing.close(refused.code)
        except (Unavailable, PresenceDown):
            self.outgoing.close(CloseCode.JOIN_TIMEOUT)

    async def answer_knock(self, message: AnswerKnock) -> None:
        """Admit a guest or turn them away; whether the account may is checked in the database."""
        if self.watcher is None:
            self.error(ErrorCode.NOT_JOINED, "answer_knock")
            return
        try:
            grant = await authorize(self.socket.session_key, message.slug)
        except (Refused, Unavailable):
            self.error(ErrorCode.NOT_ALLOWED, "answer_knock")
            return
        if grant.user_id is None or not is_host(grant.role):
            self.error(ErrorCode.NOT_ALLOWED, "answer_knock")
            return
        body = bytes(message.body) if message.admitted else EMPTY_BODY
        self.hub.lobby.answer(grant.room_id, message.member, "", admitted=message.admitted, body=body)

    async def end(self) -> None:
        """Stop watching."""
        if self.watcher is not None:
            self.hub.watchers.remove(self.watcher)
