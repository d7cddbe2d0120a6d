"""`manage.py end_sessions`: sign people out."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.flows import end_sessions
from accounts.models import User


class Command(BaseCommand):
    """Ends the sessions of one person or of everyone."""

    help = (
        "Sign one person out in every browser, or everyone (--everyone). Their calls end, and they can sign in again. "
        "Guests, who have no account, are not signed out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", nargs="?", help="the email address of the person")
        parser.add_argument("--everyone", action="store_true", help="end the sessions of all accounts")

    def handle(self, *args: Any, address: str | None, everyone: bool, **options: Any) -> None:
        """Print how many sessions ended. Raises `CommandError` for an address without an account."""
        if everyone == (address is not None):
            raise CommandError("Name one email address, or --everyone.")
        if address is not None and not User.objects.filter(email=address.lower()).exists():
            raise CommandError("There is no account with this email address.")
        people = User.objects.filter(pk__in=UserSession.objects.values("user"))
        if address is not None:
            people = people.filter(email=address.lower())
        ended = sum(end_sessions(user) for user in people)
        self.stdout.write(f"Ended: {ended} sessions.")
