"""Django's SMTP client, for which a thread that watches the clock can end a conversation that takes too long.

EMAIL_TIMEOUT bounds the wait for each answer only: a server that sends a byte now and then would keep us for hours.
"""

import smtplib
import socket
from contextlib import suppress
from typing import Any

from django.core.mail.backends import smtp


class Utf8(str):
    """A name or password that is sent as UTF-8 (RFC 4616 §2), also where smtplib asks for ASCII."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return super().encode("utf-8", errors)


class EmailBackend(smtp.EmailBackend):
    """Sends emails to the mail server that EMAIL_URL names."""

    _conversation: smtplib.SMTP | None = None

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        backend, kind = self, super().connection_class

        class Watched(kind):  # type: ignore[misc, valid-type]
            """Known to the backend from before it connects."""

            def __init__(self, *args: Any, **options: Any) -> None:
                backend._conversation = self
                super().__init__(*args, **options)

            def login(self, user: str, password: str, **options: Any) -> Any:
                return super().login(Utf8(user), Utf8(password), **options)

            def auth_plain(self, challenge: Any = None) -> str:
                return Utf8(super().auth_plain(challenge))

        return Watched

    def abort(self) -> None:
        """End the conversation from another thread: the one that waits gets an `OSError`."""
        connection = getattr(self._conversation, "sock", None)
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
