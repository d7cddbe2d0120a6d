"""`manage.py prune`: delete what has ended, and finish the replacement of SECRET_KEY."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import pruning as accounts
from common.jobs import job_done
from rooms import pruning as rooms
from rooms.moderation import pruning as moderation


class Command(BaseCommand):
    """Does what the help says, and nothing else."""

    help = (
        "Delete what has ended: the sealed room keys of expired and revoked invite links, immediately; rooms, links "
        f"and guests' memberships {settings.RETENTION_DAYS} days after their end (RETENTION_DAYS); reports "
        f"{settings.REPORT_DAYS} days after they were resolved (REPORT_DAYS); entries of the audit log after "
        f"{settings.AUDIT_DAYS} days (AUDIT_DAYS); ended browser sessions. Rooms without an end, accounts and members' "
        "memberships are never deleted here. It also encrypts the secrets of second factors again after SECRET_KEY was "
        "replaced. Safe at any time; run it daily."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        counts = rooms.prune(now) | moderation.prune(now) | accounts.prune(now)
        self.stdout.write("Deleted: " + ", ".join(f"{count} {what}" for what, count in counts.items()) + ".")
        call_command("encrypt_again", stdout=self.stdout)
        job_done.send("prune")
