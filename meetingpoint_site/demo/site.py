"""Fills the database: people first, then rooms with links and memberships, then moderation."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import SitePolicy, User
from rooms.models import Ban, Invite, Membership, Room
from rooms.moderation.models import AuditEntry, Report


@dataclass(slots=True)
class Demo:
    """What has been made so far, and the one source of chance: the same seed makes the same site."""

    rng: Random
    now: datetime
    people: dict[str, User] = field(default_factory=dict)  # by address
    rooms: list[Room] = field(default_factory=list)
    invites: list[Invite] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)

    def ago(self, **span: float) -> datetime:
        """Return the time of so long ago; the same arguments as of `timedelta`."""
        return self.now - timedelta(**span)

    def between(self, youngest: timedelta, oldest: timedelta) -> datetime:
        """Return a time between two ages."""
        return self.now - youngest - (oldest - youngest) * self.rng.random()

    def uuid(self) -> uuid.UUID:
        """Return a random UUID of version 4."""
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)


def build(seed: int, steps: tuple[Callable[[Demo], None], ...]) -> Demo:
    """Replace what a former demo left, and take these steps, in one transaction."""
    demo = Demo(Random(seed), timezone.now())  # noqa: S311 - chance for names and dates
    with transaction.atomic():
        clear()
        for step in steps:
            step(demo)
    return demo


def clear() -> None:
    """Delete every account, room, report and session; `guard.refusal` has made sure that they are a demo's."""
    QuerySet(model=AuditEntry).delete()
    for model in (Report, Ban, Room, SitePolicy, User, Session):
        model._default_manager.all().delete()
    Group.objects.filter(name=TEACHERS).delete()


TEACHERS = "Teachers"
