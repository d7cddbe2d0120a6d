"""`manage.py prune`: forget what has ended."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from rooms.pruning import prune


class Command(BaseCommand):
    """Deletes what the help says, and nothing else."""

    help = (
        "Delete what has ended: the sealed room keys of links that have expired or were revoked, at once; rooms, links "
        f"and places {settings.RETENTION_DAYS} days after they ended (RETENTION_DAYS); settled reports after "
        f"{settings.REPORT_DAYS} days (REPORT_DAYS), what moderators did after {settings.DEED_DAYS} (DEED_DAYS); ended "
        "browser sessions. Rooms without an end, accounts and members' places are never deleted here. Safe at any "
        "time; run it daily."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = ", ".join(f"{count} {what}" for what, count in prune().items())
        self.stdout.write(f"Deleted: {done}.")
