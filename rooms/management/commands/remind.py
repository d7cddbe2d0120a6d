"""`manage.py remind`: remind owners by email that their rooms expire soon."""

from typing import Any

from django.core.management.base import BaseCommand

from common.jobs import job_done
from rooms.flows.mails import send_expiry_reminders


class Command(BaseCommand):
    """Sends what the help says, and nothing else."""

    help = (
        "Email the owners of rooms that expire within a day, once for each expiry, unless they have switched these "
        "emails off or created the room for less than two days. Safe at any time; run it hourly."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{send_expiry_reminders()} emails sent.")
        job_done.send("remind")
