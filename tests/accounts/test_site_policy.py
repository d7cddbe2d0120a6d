"""Who may create rooms, and whether people may sign up: from the environment, then from the admin site."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client

from accounts.models import RoomCreators, SitePolicy, User
from accounts.site_policy import can_create_rooms, clear_cache

from .conftest import make_person, sign_in

pytestmark = pytest.mark.django_db


def set_policy(**values) -> None:
    """Save the policy as the admin site does."""
    SitePolicy.objects.update_or_create(pk=1, defaults=values)
    clear_cache()


def test_everyone_creates_rooms_by_default(olga: User) -> None:
    assert can_create_rooms(olga)
    assert "Create a room" in sign_in(olga).get("/rooms/").content.decode()


def test_the_environment_counts_until_there_is_a_row(settings, olga: User) -> None:
    settings.ROOM_CREATORS = "staff"
    assert not can_create_rooms(olga)
    set_policy(room_creators=RoomCreators.EVERYONE)
    assert can_create_rooms(olga)


def test_only_people_with_a_confirmed_address(olga: User) -> None:
    set_policy(room_creators=RoomCreators.VERIFIED)
    EmailAddress.objects.update(verified=False)
    assert not can_create_rooms(olga)
    EmailAddress.objects.update(verified=True)
    assert can_create_rooms(olga)


def test_only_staff_and_only_a_group(olga: User) -> None:
    ada = make_person("Ada", is_staff=True)
    set_policy(room_creators=RoomCreators.STAFF)
    assert (can_create_rooms(olga), can_create_rooms(ada)) == (False, True)
    teachers = Group.objects.create(name="Teachers")
    set_policy(room_creators=RoomCreators.GROUP, group=teachers)
    assert (can_create_rooms(olga), can_create_rooms(ada)) == (False, True)
    olga.groups.add(teachers)
    assert can_create_rooms(olga)


def test_the_groups_name_may_come_from_the_environment(settings, olga: User) -> None:
    settings.ROOM_CREATORS = "group: Teachers"
    assert not can_create_rooms(olga)
    olga.groups.add(Group.objects.create(name="Teachers"))
    assert can_create_rooms(olga)


def test_people_who_may_not_create_rooms_read_why(olga: User) -> None:
    set_policy(room_creators=RoomCreators.STAFF)
    client = sign_in(olga)
    page = client.get("/rooms/").content.decode()
    assert "You can't create rooms on this site" in page
    assert "/rooms/new" not in page
    for answer in (client.get("/rooms/new"), client.post("/rooms/new", {"name": "Mine", "max_people": 4})):
        assert answer.status_code == 403
        assert "You can't create rooms here" in answer.content.decode()
    assert not olga.rooms.exists()


def test_sign_up_can_be_closed(client: Client) -> None:
    assert "Sign-up is closed" not in client.get("/accounts/signup/").content.decode()
    set_policy(sign_up_open=False)
    data = {"email": "new@example.org", "password1": "correct horse battery"}
    for answer in (client.get("/accounts/signup/"), client.post("/accounts/signup/", data)):
        assert "This site isn't accepting new accounts" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("ROOM_CREATORS", "all", "E020"),
        ("ROOM_CREATORS", "group:", "E020"),
        ("ROOM_CREATORS", "staff:x", "E020"),
        ("LIMIT_FACTOR", 0, "E021"),
        ("REPORT_DAYS", 0, "E022"),
        ("RETENTION_DAYS", 0, "E022"),
    ],
)
def test_mistakes_in_the_settings_are_reported(settings, name: str, value: object, error: str) -> None:
    setattr(settings, name, value)
    with pytest.raises(SystemCheckError, match=f"meetingpoint.{error}"):
        call_command("check")
