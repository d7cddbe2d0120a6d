"""`manage.py demo`: what it makes, twice the same, and where it refuses."""

from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from meetingpoint_site.demo.guard import DOMAIN
from meetingpoint_site.demo.people import PASSWORD
from rooms.live.path_totals import path_totals
from rooms.models import Ban, Invite, InviteState, JoinRule, Membership, Role, Room, TurnedAway
from rooms.moderation.actions import ACTION_LABELS
from rooms.moderation.models import AuditEntry, Category, Report
from tests.services import RedisServer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _development(settings: LazySettings) -> None:
    settings.DEBUG = True
    settings.SITE_ORIGINS = ["http://localhost:8000", "http://127.0.0.1:8000"]


def make_demo(**options: Any) -> str:
    """Run the command and return what it prints."""
    out = StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


def content() -> list[Any]:
    """Return everything that a page shows of the rows, with times since the oldest action instead of dates."""
    oldest = AuditEntry.objects.earliest("at").at

    def since(row: Any) -> list[Any]:
        return [value - oldest if isinstance(value, datetime) else value for value in row.values()]

    rows = [
        User.objects.order_by("email").values("email", "display_name", "date_joined", "suspended_at", "last_login"),
        Room.objects.order_by("slug").values("slug", "name", "owner__email", "created_at", "closed_at", "join_rule"),
        Invite.objects.order_by("token_hash").values("token_hash", "label", "uses", "max_uses", "revoked_at"),
        Membership.objects.order_by("pk").values("pk", "room__slug", "user__email", "guest_id", "role", "removed_at"),
        Report.objects.order_by("created_at").values("category", "description", "subject_user__email", "created_at"),
        AuditEntry.objects.order_by("pk").values("pk", "action", "reason", "actor__email"),
    ]
    return [[since(row) for row in table] for table in rows]


def test_the_demo_has_rows_of_every_kind_and_state() -> None:
    make_demo()
    now = timezone.now()
    assert User.objects.count() == 30
    assert Room.objects.count() == 50
    assert {invite.state(now) for invite in Invite.objects.all()} == set(InviteState)
    assert set(Room.objects.values_list("join_rule", flat=True)) == set(JoinRule)
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role)
    for state in (True, False):
        assert set(Report.objects.filter(resolved_at__isnull=state).values_list("category", flat=True)) == set(Category)
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"warn", "suspend", "resolve", "dismiss"}
    assert set(AuditEntry.objects.values_list("action", flat=True)) <= set(ACTION_LABELS)
    for some in (
        User.objects.filter(suspended_at__isnull=False),
        Room.objects.filter(closed_by_moderator=True),
        Room.objects.filter(closed_by_moderator=False, closed_at__isnull=False),
        Room.objects.filter(expires_at__lt=now),
        Membership.objects.filter(removed_at__isnull=False),
        Membership.objects.filter(admitted_at__isnull=False),
        Membership.objects.filter(admitted_at=None, guest_id__isnull=False, room__join_rule=JoinRule.KNOCK),
        Report.objects.filter(room=None),
        TurnedAway.objects.filter(invite=None),
        TurnedAway.objects.filter(invite__isnull=False),
        Room.objects.filter(last_used_at__isnull=False),
        Report.objects.filter(about_person=True, subject_user=None, subject_guest_id=None),
        Ban.objects.all(),
    ):
        assert some.exists(), some.query


def test_no_row_is_of_the_future_and_no_address_can_be_real() -> None:
    make_demo()
    now = timezone.now()
    assert not User.objects.exclude(email__endswith=DOMAIN).exists()
    for model, field in (
        (User, "date_joined"), (Room, "created_at"), (Room, "closed_at"), (Invite, "created_at"),
        (Report, "created_at"), (Invite, "revoked_at"),
        (Membership, "created_at"), (Membership, "removed_at"), (Report, "resolved_at"),
        (AuditEntry, "at"), (User, "suspended_at"), (User, "last_login"), (Ban, "created_at"),
    ):  # fmt: skip
        assert not model._default_manager.filter(**{f"{field}__gt": now}).exists(), f"{model.__name__}.{field}"


def test_the_same_seed_makes_the_same_site_and_another_seed_another() -> None:
    make_demo()
    first = content()
    make_demo()
    assert content() == first
    make_demo(seed=2)
    assert content() != first


def test_those_whom_it_names_can_sign_in_and_open_what_is_theirs() -> None:
    said = make_demo()
    assert PASSWORD in said
    for address, page in (
        ("ada@meet.example", "/admin/"),
        ("mona@meet.example", "/admin/moderation/report/"),
        ("olga@rivertown.example", "/rooms/"),
        ("max@rivertown.example", "/rooms/"),
    ):
        assert address in said
        client = Client()
        client.post("/accounts/login/", {"login": address, "password": PASSWORD})
        assert client.get(page).status_code == 200, address


def test_the_numbers_of_connections_are_for_all_processes(settings: LazySettings, redis_server: RedisServer) -> None:
    settings.REDIS_URL = redis_server.url
    make_demo()
    today, month = path_totals(1), path_totals(30)
    assert today["direct"] >= 20
    assert month["direct"] > 10 * today["direct"] / 4
    assert month["failed"] > 0


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"DEBUG": False}, "DEBUG is off"),
        ({"SITE_ORIGINS": ["https://meet.example.org"]}, "https://meet.example.org"),
        ({"SITE_ORIGINS": ["http://localhost:8000", "http://192.168.1.20:8000"]}, "http://192.168.1.20:8000"),
        ({"SITE_ORIGINS": ["http://localhost.example.org"]}, "localhost only"),
    ],
)
def test_it_refuses_on_a_site_that_others_can_reach(settings: LazySettings, values: dict[str, Any], words: str) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    with pytest.raises(CommandError, match=words):
        make_demo()
    assert not User.objects.exists()


def test_it_refuses_where_a_real_person_has_an_account_also_beside_a_demo() -> None:
    make_demo()
    User.objects.create_user("zora@example.org", display_name="Zora")
    with pytest.raises(CommandError, match="1 account"):
        make_demo()
    assert User.objects.count() == 31
    User.objects.exclude(email="zora@example.org").delete()
    with pytest.raises(CommandError, match="1 account"):
        make_demo()
    assert User.objects.count() == 1


def test_it_refuses_where_only_the_records_of_a_real_site_are_left() -> None:
    Report.objects.create(category=Category.OTHER)
    with pytest.raises(CommandError, match="no accounts but reports"):
        make_demo()
    assert Report.objects.count() == 1
