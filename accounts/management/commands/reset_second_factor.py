"""`manage.py reset_second_factor`: for a superuser who has lost theirs, when there is no other."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.flows import reset_second_factor
from accounts.models import User


class Command(BaseCommand):
    """Removes the passkeys, the authenticator app and the recovery codes of one account."""

    help = (
        "Remove the second factors of an account whose owner has lost them. They are signed out everywhere, get an "
        "email, and sign in with their password and a code sent to their address. Make sure who is asking."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="the email address of the person")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        """Do it. Raises `CommandError` for an address without an account."""
        user = User.objects.filter(email=address.lower()).first()
        if user is None:
            raise CommandError("There is no account with this email address.")
        reset_second_factor(user, None)
        self.stdout.write("Done. Set up two-step verification again after signing in.")
