"""Moderators and what they act on: Mona, a report by Max about a guest, and a row for each kind of target."""

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from rooms.models import Ban, Invite, Membership, Role, Room
from rooms.moderation.actions import TargetKind
from rooms.moderation.models import Report
from tests.rooms.conftest import join, make_link, make_person, signed_in

FORM = {"reason": "Seen it myself.", "message": "Please be kind."}


def make_moderator(name: str, *, second_factor: bool = True) -> User:
    """Make a moderator as docs/moderation.md says: staff, in the group, with a second factor."""
    user = make_person(name, is_staff=True)
    user.groups.add(Group.objects.get(name="Moderators"))
    if second_factor:
        TOTP.activate(user, generate_totp_secret())
    return user


@pytest.fixture
def mona(db: None) -> User:
    """A moderator."""
    return make_moderator("Mona")


@pytest.fixture
def desk(mona: User) -> Client:
    """Mona's browser."""
    return signed_in(mona)


@pytest.fixture
def guests(room: Room, guest: Client) -> Membership:
    """A guest's membership of the room."""
    join(guest, make_link(room, max_uses=None, label="For guests")[0])
    return Membership.objects.get(role=Role.GUEST)


@pytest.fixture
def report(room: Room, guests: Membership, max_: User) -> Report:
    """Max reports the guest."""
    signed_in(max_).post(
        f"/rooms/{room.slug}/report", {"category": "hate", "description": "Bad.", "subject": guests.pk.hex}
    )
    return Report.objects.get()


@pytest.fixture
def targets(report: Report, room: Room, guests: Membership, max_: User) -> dict[TargetKind, Any]:
    """A row for each kind of target."""
    ban = Ban.objects.create(guest_id="00000000-0000-4000-8000-00000000beef")
    link = Invite.objects.get()
    return {
        TargetKind.PERSON: max_,
        TargetKind.ROOM: room,
        TargetKind.INVITE: link,
        TargetKind.MEMBERSHIP: guests,
        TargetKind.BAN: ban,
        TargetKind.REPORT: report,
    }


def action_url(name: str, row: Any, report: Report | None = None) -> str:
    """Return the page that confirms an action."""
    return f"/admin/action/{name}/?rows={row.pk}" + (f"&report={report.pk}" if report else "")


def make_superuser() -> User:
    """Make a superuser with a second factor."""
    user = make_person("Ada", is_staff=True, is_superuser=True)
    TOTP.activate(user, generate_totp_secret())
    return user
