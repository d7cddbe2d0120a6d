"""`manage.py encrypt_again`: finish the replacement of SECRET_KEY."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.authentication.factor_secrets import encrypt_again
from accounts.outbox import queue as outbox
from common.security_log import log_event


class Command(BaseCommand):
    """Encrypts the secrets of second factors, and emails that wait, with the current SECRET_KEY."""

    help = (
        "Encrypt the secrets of second factors, and emails that wait, with SECRET_KEY, if a key in "
        "SECRET_KEY_FALLBACKS had encrypted them. `manage.py prune` does the same. Afterwards neither needs the former "
        "key."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many were changed, and how many no key can read."""
        counts = encrypt_again()
        counts.changed += outbox.encrypt_again()
        log_event("secrets.encrypted_again", changed=counts.changed, not_readable=counts.not_readable)
        self.stdout.write(f"Encrypted again: {counts.changed}. Not readable with any key: {counts.not_readable}.")
