"""The email backend of the site (EMAIL_BACKEND): every email of Django, of allauth and of ours goes to the outbox."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from . import queue, sender


class EmailBackend(BaseEmailBackend):
    """Stores emails with the transaction that they belong to; they go out once it is committed."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Add the emails to the outbox and return their number."""
        messages = [message for message in email_messages if message.recipients()]
        for message in messages:
            queue.add(message)
        transaction.on_commit(sender.wake)
        return len(messages)
