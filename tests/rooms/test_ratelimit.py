"""No one floods the site, and the page says when to try again."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from common import ratelimit
from rooms.models import Room

from .conftest import make_person, post_json, signed_in
from .test_invites import link

pytestmark = pytest.mark.django_db


def test_a_bucket_holds_its_burst_and_fills_again(clock: Callable[[float], None]) -> None:
    limit = ratelimit.Limit("test", burst=3, every=10)
    assert [ratelimit.consume(limit, "olga") for _ in range(4)] == [0, 0, 0, 10]
    clock(4)
    assert ratelimit.consume(limit, "olga") == pytest.approx(6)  # a refused try costs nothing
    clock(6)
    assert [ratelimit.consume(limit, "olga") for _ in range(2)] == [0, 10]
    assert ratelimit.consume(limit, "max") == 0
    clock(1000)
    assert [ratelimit.consume(limit, "olga") for _ in range(4)] == [0, 0, 0, 10]


def test_the_operator_makes_them_wider(settings, clock: Callable[[float], None]) -> None:
    settings.LIMIT_FACTOR = 10
    limit = ratelimit.Limit("test", burst=3, every=10)
    assert [ratelimit.consume(limit, "olga") for _ in range(31)] == [0] * 30 + [1]


@pytest.mark.parametrize(
    ("wait", "words"), [(0.2, "in 1 second"), (59, "in 59 seconds"), (61, "in 2 minutes"), (3601, "in 2 hours")]
)
def test_the_wait_is_said_in_words(wait: float, words: str) -> None:
    assert ratelimit.humanize_wait(wait) == words


def empty(limit: ratelimit.Limit, whom: object) -> None:
    while not ratelimit.consume(limit, whom):
        pass


def test_rooms_are_made_only_so_often(olga: User, max_: User) -> None:
    empty(ratelimit.NEW_ROOM, olga.pk)
    answer = signed_in(olga).post("/rooms/new", {"name": "One more", "max_people": 4})
    assert answer.status_code == 429
    assert re.search(r"You can try again in \d minutes\.", answer.content.decode())
    assert int(answer.headers["Retry-After"]) > 60
    assert not Room.objects.exists()
    assert signed_in(max_).post("/rooms/new", {"name": "Mine", "max_people": 4}).status_code == 302
    assert signed_in(olga).get("/rooms/new").status_code == 200


def test_links_are_made_only_so_often(room: Room, olga: User) -> None:
    empty(ratelimit.NEW_INVITE, olga.pk)
    answer = post_json(signed_in(olga), f"/rooms/{room.slug}/invites", link())
    assert answer.status_code == 429
    assert answer.json()["message"].startswith("Too many attempts. Try again in ")


def test_accounts_are_made_only_so_often_from_one_address(client: Client) -> None:
    empty(ratelimit.SIGN_UP, "127.0.0.1")
    data = {"email": "new@example.org", "password1": "correct horse battery"}
    assert client.post("/accounts/signup/", data).status_code == 429
    assert not User.objects.exists()
    assert client.get("/accounts/signup/").status_code == 200
    assert client.post("/accounts/signup/", data, REMOTE_ADDR="192.0.2.7").status_code == 302
    assert User.objects.get().email == "new@example.org"


def test_codes_for_a_new_password_are_sent_only_so_often_however_the_address_is_written() -> None:
    spellings = ["sasha@example.org", "Sasha@Example.org", " SASHA@example.org ", "\u017fasha@example.org"] * 2
    answers = [Client().post("/accounts/password/reset/", {"email": spelling}).status_code for spelling in spellings]
    assert answers == [302] * 6 + [429] * 2
    assert Client().post("/accounts/password/reset/", {"email": "max@example.org"}).status_code == 302


def test_reports_are_taken_only_so_often(room: Room, max_: User) -> None:
    empty(ratelimit.REPORT, max_.pk)
    answer = signed_in(max_).post(f"/rooms/{room.slug}/report", {"category": "fraud"})
    assert answer.status_code == 429
    assert make_person("Mia").reports_written.count() == room.reports.count() == 0
