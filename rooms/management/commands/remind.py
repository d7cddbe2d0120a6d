"""`manage.py send_expiry_reminders`: tell owners by mail that their rooms end soon."""

from typing import Any

from django.core.management.base import BaseCommand

from rooms.flows.mails import send_expiry_reminders


class Command(BaseCommand):
    """Sends what the help says, and nothing else."""

    help = (
        "Mail the owners of rooms that end within a day, once for each end, unless they have switched these mails off "
        "or made the room for less than two days. Safe at any time; run it hourly."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{send_expiry_reminders()} mails sent.")
