"""Django's SMTP client, for which a thread that watches the clock can end a conversation that takes too long.

EMAIL_TIMEOUT bounds the wait for each answer only: a server that sends a byte now and then would keep us for hours.
"""

import smtplib
import socket
from contextlib import suppress
from typing import Any

from django.core.mail.backends import smtp


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

        return Watched

    def abort(self) -> None:
        """End the conversation from another thread: the one that waits gets an `OSError`."""
        connection = getattr(self._conversation, "sock", None)
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
