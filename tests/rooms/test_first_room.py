"""The first room of a new owner: one form, one press."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import SitePolicy, User
from accounts.site_policy import clear_cache
from rooms.models import Room

from .conftest import signed_in

pytestmark = pytest.mark.django_db
FORM = {"display_name": "Olga K.", "name": "Rehearsals"}
SCRIPT = {"Accept": "application/json"}


def test_the_form_suggests_a_name_and_a_room(olga: User) -> None:
    page = signed_in(olga).get("/rooms/first").content.decode()
    assert 'name="display_name" value="Olga"' in page
    assert 'value="Olga&#x27;s room"' in page
    assert 'autocomplete="name"' in page
    assert page.count("<button") == page.count('type="submit"') + page.count('type="button"')


def test_the_script_gets_what_it_needs_for_a_key_and_a_link(olga: User) -> None:
    browser = signed_in(olga)
    answer = browser.post("/rooms/first", FORM, headers=SCRIPT)
    assert answer.status_code == 201
    room = Room.objects.get()
    assert (room.name, room.owner, room.epoch) == ("Rehearsals", olga, 0)
    olga.refresh_from_db()
    assert olga.display_name == "Olga K."
    expected = {
        "slug": room.slug,
        "name": "Rehearsals",
        "by": "Olga K.",
        "epoch": 0,
        "setKeyUrl": f"/rooms/{room.slug}/key",
        "invitesUrl": f"/rooms/{room.slug}/invites",
        "manageUrl": f"/rooms/{room.slug}/",
        "callUrl": f"/r/{room.slug}",
    }
    assert answer.json() == expected
    # The answer got lost: the next press gives the same room.
    assert browser.post("/rooms/first", FORM, headers=SCRIPT).json() == expected
    assert Room.objects.count() == 1


def test_without_the_script_the_rooms_page_sets_the_key(olga: User) -> None:
    browser = signed_in(olga)
    answer = browser.post("/rooms/first", FORM)
    room = Room.objects.get()
    assert answer.headers["Location"] == f"/rooms/{room.slug}/"
    assert "data-at-once" in browser.get(answer.headers["Location"]).content.decode()


@pytest.mark.parametrize("wrong", [{"display_name": ""}, {"name": " "}, {"name": "x" * 81}, {"display_name": "\u202e"}])
def test_errors_are_shown_and_nothing_is_created(olga: User, wrong: dict[str, str]) -> None:
    browser = signed_in(olga)
    assert browser.post("/rooms/first", {**FORM, **wrong}, headers=SCRIPT).status_code == 400
    page = browser.post("/rooms/first", {**FORM, **wrong})
    assert page.status_code == 400
    assert "errorlist" in page.content.decode()
    assert not Room.objects.exists()
    olga.refresh_from_db()
    assert olga.display_name == "Olga"


def test_people_with_rooms_go_to_their_rooms(room: Room, olga: User, max_: User) -> None:
    for person in (olga, max_):
        assert signed_in(person).get("/rooms/first").headers["Location"] == "/rooms/"
    assert signed_in(max_).post("/rooms/first", FORM).headers["Location"] == "/rooms/"
    assert Room.objects.count() == 1


def test_who_may_not_create_rooms_goes_to_their_rooms(sam: User) -> None:
    SitePolicy.objects.create(room_creators="staff")
    clear_cache()
    browser = signed_in(sam)
    assert browser.get("/rooms/first").headers["Location"] == "/rooms/"
    assert browser.post("/rooms/first", FORM, headers=SCRIPT).status_code == 302
    assert not Room.objects.exists()


def test_a_stranger_signs_in_first(client: Client) -> None:
    answer: Any = client.get("/rooms/first")
    assert answer.headers["Location"].startswith("/accounts/login/")
