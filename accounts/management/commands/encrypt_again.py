"""`manage.py encrypt_again`: finish the replacement of SECRET_KEY."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.authentication.factor_secrets import encrypt_again
from common.security_log import log_event


class Command(BaseCommand):
    """Encrypts the secrets of second factors with the current SECRET_KEY."""

    help = (
        "Encrypt the secrets of second factors with SECRET_KEY, which a key in SECRET_KEY_FALLBACKS had encrypted. "
        "`manage.py prune` does the same. Afterwards no factor needs the former key."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many were changed, and how many no key can read."""
        counts = encrypt_again()
        log_event("secrets.encrypted_again", changed=counts.changed, not_readable=counts.not_readable)
        self.stdout.write(f"Encrypted again: {counts.changed}. Not readable with any key: {counts.not_readable}.")
