"""Who may moderate, and what moderators may not do."""

import html
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from rooms.moderation.actions import ACTIONS, TargetKind
from rooms.moderation.models import AuditEntry
from tests.rooms.conftest import make_person, signed_in

from .conftest import FORM, action_url, make_moderator

pytestmark = pytest.mark.django_db
LISTS = (
    "accounts/user", "rooms/room", "rooms/invite", "rooms/membership", "moderation/report", "moderation/auditentry",
    "rooms/ban",
)  # fmt: skip
FOR_SUPERUSERS = {"reset-second-factor"}


def test_the_group_has_exactly_these_rights(db: None) -> None:
    call_command("migrate", verbosity=0)  # Django's own permissions come after ours and must not double them
    rights = Group.objects.get(name="Moderators").permissions.values_list("content_type__app_label", "codename")
    assert set(rights) == {
        ("accounts", "view_user"),
        ("rooms", "view_room"),
        ("rooms", "view_invite"),
        ("rooms", "view_membership"),
        ("moderation", "view_report"),
        ("moderation", "moderate"),
        ("rooms", "view_ban"),
        ("moderation", "view_auditentry"),
    }


def undo(action: str, row: Any) -> None:
    """Bring a row into the state from which the action leads."""
    match action:
        case "reinstate":
            row.suspended_at = timezone.now()
        case "reopen-room":
            row.closed_at = timezone.now()
        case "reopen":
            row.resolved_at = timezone.now()
        case "end-sessions":
            UserSession.objects.create(user=row, session_key="of-max", ip="192.0.2.1")
        case "reset-second-factor":
            TOTP.activate(row, generate_totp_secret())
    row.save()


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_a_moderator_does_every_act_and_leaves_a_row(
    desk: Client, mona: User, targets: dict[TargetKind, Any], action: Any
) -> None:
    if action.name in FOR_SUPERUSERS:
        mona.is_superuser = True
        mona.save()
    row = targets[action.target_kind]
    undo(action.name, row)
    page = desk.get(action_url(action.name, row))
    assert page.status_code == 200
    assert str(action.consequences) in html.unescape(page.content.decode())
    assert not AuditEntry.objects.exists()
    assert desk.post(action_url(action.name, row), FORM).status_code == 302
    entry = AuditEntry.objects.get()
    number = row.pk.hex if hasattr(row.pk, "hex") else str(row.pk)
    assert (entry.actor, entry.action, entry.target_kind, entry.target) == (
        mona,
        action.name,
        action.target_kind,
        number,
    )
    assert entry.reason == "Seen it myself."
    assert abs((timezone.now() - entry.at).total_seconds()) < 60
    log = desk.get("/admin/moderation/auditentry/").content.decode()
    assert str(action.label) in log
    assert "Seen it myself." in log


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_plain_staff_and_other_people_do_none_of_them(targets: dict[TargetKind, Any], olga: User, action: Any) -> None:
    clerk = make_person("Cleo", is_staff=True)
    TOTP.activate(clerk, generate_totp_secret())
    weak = make_moderator("Wilma", second_factor=False)
    for user in (clerk, weak, olga, None):
        client = signed_in(user) if user else Client()
        for answer in (
            client.get(action_url(action.name, targets[action.target_kind])),
            client.post(action_url(action.name, targets[action.target_kind]), FORM),
        ):
            assert answer.status_code in {302, 403}
            assert "/login/" in answer.headers.get("Location", "/login/")
    assert not AuditEntry.objects.exists()
    assert not mail.outbox


@pytest.mark.parametrize("place", LISTS)
def test_a_moderator_looks_and_edits_nothing(
    desk: Client, targets: dict[TargetKind, Any], mona: User, place: str
) -> None:
    desk.post(action_url("warn", targets[TargetKind.PERSON]), FORM)
    row = {
        "accounts/user": mona, "rooms/room": targets[TargetKind.ROOM], "rooms/invite": targets[TargetKind.INVITE],
        "rooms/membership": targets[TargetKind.MEMBERSHIP], "moderation/report": targets[TargetKind.REPORT],
        "moderation/auditentry": AuditEntry.objects.get(), "rooms/ban": targets[TargetKind.BAN],
    }[place]  # fmt: skip
    assert desk.get(f"/admin/{place}/").status_code == 200
    assert desk.get(f"/admin/{place}/{row.pk}/change/").status_code == 200
    assert desk.get(f"/admin/{place}/add/").status_code == 403
    assert desk.post(f"/admin/{place}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    changed = desk.post(f"/admin/{place}/{row.pk}/change/", {"is_superuser": "on", "name": "x", "is_staff": "on"})
    assert changed.status_code == (200 if place == "moderation/report" else 403)
    mona.refresh_from_db()
    assert not mona.is_superuser


def test_the_rules_and_the_groups_are_not_for_moderators(desk: Client) -> None:
    for place in ("accounts/sitepolicy/", "accounts/sitepolicy/1/change/", "auth/group/", "nothing/here/"):
        assert desk.get(f"/admin/{place}").status_code in {403, 404}


def test_a_second_factor_is_asked_of_moderators() -> None:
    client = signed_in(make_moderator("Wilma", second_factor=False))
    page = client.get("/admin/", follow=True)
    assert page.status_code == 403
    assert "Two-step verification required" in page.content.decode()
    assert client.get("/admin/search/?q=olga").status_code == 302


def test_plain_staff_see_neither_numbers_nor_search(db: None) -> None:
    clerk = make_person("Cleo", is_staff=True)
    TOTP.activate(clerk, generate_totp_secret())
    client = signed_in(clerk)
    assert "Live rooms" not in client.get("/admin/").content.decode()
    assert client.get("/admin/search/?q=olga").status_code == 403
    assert client.get("/admin/moderation/report/").status_code == 403


def test_moderators_do_not_suspend_each_other_nor_staff(desk: Client, mona: User) -> None:
    for victim in (make_moderator("Nora"), make_person("Ada", is_staff=True, is_superuser=True), mona):
        why = "This is your own account." if victim == mona else "Only superusers can do this to staff."
        page = desk.post(action_url("suspend", victim), FORM, follow=True).content.decode()
        assert f"Left out: {victim.email}. {why}" in page
        victim.refresh_from_db()
        assert victim.suspended_at is None
    assert not AuditEntry.objects.exists()
