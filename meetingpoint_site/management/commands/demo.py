"""`manage.py demo`: a believable site to look at, on a developer's machine."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from meetingpoint_site.demo.guard import refusal
from meetingpoint_site.demo.moderation import add_audit_log, add_connection_counts, add_reports
from meetingpoint_site.demo.people import PASSWORD, add_people
from meetingpoint_site.demo.rooms import add_links, add_memberships, add_rooms, add_turned_away
from meetingpoint_site.demo.site import build
from meetingpoint_site.demo.texts import ADA, MAX, MONA, OLGA

STEPS = (add_people, add_rooms, add_links, add_turned_away, add_memberships, add_reports, add_audit_log)
WHO = (
    (ADA, "superuser: the whole admin site"),
    (MONA, "moderator: reports, people, rooms"),
    (OLGA, "owns many rooms"),
    (MAX, "member of some of Olga's rooms"),
)


class Command(BaseCommand):
    """Fills an empty database, or replaces its own former demo."""

    help = (
        "Fill the database with a believable site to look at: 30 people, 50 rooms, links, reports and an audit log. "
        "All of it is made up, and the same --seed makes the same site. Only in development (DEBUG on, localhost), and "
        "only in a database that is empty or holds a demo, which is replaced. Run migrate first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="Which site to make (default: 1).")

    def handle(self, *args: Any, **options: Any) -> None:
        reason = refusal()
        if reason:
            raise CommandError(reason)
        demo = build(options["seed"], STEPS)
        write = self.stdout.write
        write(f"A demo site with {len(demo.people)} people, {len(demo.rooms)} rooms and {len(demo.reports)} reports.")
        if settings.REDIS_URL:
            stored = add_connection_counts(demo, settings.REDIS_URL)
            write(
                "The numbers of connections are in Redis."
                if stored
                else "Redis is unreachable: no numbers of connections."
            )
        write(f"Everyone signs in with the password {PASSWORD}, for example:")
        for address, what in WHO:
            write(f"  {address:<24} {what}")
        write("Start the site with DEBUG=1 manage.py serve.")
