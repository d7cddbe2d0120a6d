"""The socket of a guest whose invite link is being redeemed: neither waits for the other."""

from typing import Any

from django.conf import settings

from rooms.guest_ticket import read_ticket
from rooms.live.close_codes import CloseCode, ErrorCode

from .consumer import SignalingConsumer
from .messages import Enter, decode, type_of


class GuestConsumer(SignalingConsumer):
    """Serves `/ws/guests`: as the socket of a room, once a ticket has said which, and of which session it is."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one connection until it ends. The cookie of a session counts no more than that of any other."""
        self.csrf_cookie: str = scope["cookies"].get(settings.CSRF_COOKIE_NAME, "")
        cookies = {**scope["cookies"], settings.SESSION_COOKIE_NAME: ""}
        await super().__call__({**scope, "cookies": cookies}, receive, send)

    async def handle_text(self, text: str) -> None:
        """Act on the message in a frame. Raises `BadMessage`."""
        if self.slug:
            await super().handle_text(text)
            return
        message = decode(text)
        if type(message) is not Enter:
            self.error(ErrorCode.NOT_JOINED, type_of[type(message)])
        elif (ticket := read_ticket(message.ticket, self.csrf_cookie)) is None:
            self.outgoing.close(CloseCode.JOIN_TIMEOUT)  # the browser comes again, on the socket of the room
        else:
            self.slug = ticket.slug
            self.hub.sockets.authenticate(self.socket, ticket.session_key)
