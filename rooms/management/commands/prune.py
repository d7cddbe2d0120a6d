"""`manage.py prune`: forget what has ended."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from rooms.pruning import KEEP_ENDED, prune


class Command(BaseCommand):
    """Deletes what the help says, and nothing else."""

    help = (
        "Delete what has ended: the sealed room keys of links that have expired or were revoked, at once; those links "
        f"themselves after {KEEP_ENDED.days} days; guests' places {KEEP_ENDED.days} days after they ended; ended "
        "browser sessions. Rooms, accounts and members' places are never deleted here. Safe at any time; run it daily."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = prune()
        call_command("clearsessions")
        self.stdout.write(
            f"{done['keys']} sealed keys, {done['links']} links and {done['places']} guests' places deleted."
        )
