"""The lists and searches of the admin site with thousands of rows: few queries, bounded counts."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from rooms.models import Invite, Membership, Role, Room
from rooms.moderation import search
from tests.rooms.conftest import signed_in

from .conftest import make_superuser

pytestmark = pytest.mark.django_db
ROWS = 1_300
MOST_QUERIES, MOST_OF_A_SEARCH = 11, 20
LISTS = (
    *("accounts/user", "rooms/room", "rooms/invite", "rooms/membership"),
    *("moderation/report", "moderation/auditentry"),
)
ONLY_NEWEST = "These are only the newest of what was found."


@pytest.fixture
def desk(db: None) -> Client:
    """The browser of a superuser."""
    return signed_in(make_superuser())


@pytest.fixture
def many(db: None) -> None:
    """A person, a room, a link and a guest for each number; the first is the oldest."""
    now = timezone.now()
    times = [now - timedelta(minutes=ROWS - number) for number in range(ROWS)]
    people = [
        User(email=f"p{number}@example.org", display_name=f"Person {number}", date_joined=time)
        for number, time in enumerate(times)
    ]
    User.objects.bulk_create(people)
    rooms = [
        Room(name=f"Choir {number}", slug=f"slug-{number}", owner=people[number], created_at=time)
        for number, time in enumerate(times)
    ]
    Room.objects.bulk_create(rooms)
    Invite.objects.bulk_create(
        Invite(room=room, created_by=room.owner, label=f"Link {number}", token_hash=uuid.uuid4().bytes,
               created_at=time, expires_at=now)
        for number, (room, time) in enumerate(zip(rooms, times, strict=True))
    )  # fmt: skip
    Membership.objects.bulk_create(
        Membership(room=room, guest_id=uuid.uuid4(), role=Role.GUEST, created_at=time)
        for room, time in zip(rooms, times, strict=True)
    )


def said(desk: Client, path: str, **query: Any) -> str:
    """Return the text of a page, without tags."""
    answer = desk.get(path, query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search without an index, through the newest three rows only."""
    monkeypatch.setattr(search, "NEWEST", 3)


def test_a_search_without_an_index_takes_few_queries(desk: Client, many: None, few_are_many: None) -> None:
    for place in LISTS:
        for query in ({}, {"q": "p77@ex"}):
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(f"/admin/{place}/", query).status_code in {200, 302}
            most = MOST_OF_A_SEARCH if "q" in query else MOST_QUERIES
            assert len(queries) <= most, (
                place,
                query,
                "\n".join(entry["sql"][:40] + " … " + entry["sql"][-150:] for entry in queries),
            )


def test_a_list_is_counted_some_pages_ahead_and_every_page_can_be_reached(desk: Client, many: None) -> None:
    first = said(desk, "/admin/rooms/room/")
    assert "More than 1100 rows" in first
    assert "Choir 1299 " in first
    last = said(desk, "/admin/rooms/room/", p=13)
    assert "1300 rows" in last
    assert "More than" not in last
    assert "Choir 0 " in last


def test_a_search_finds_what_every_word_is_in(desk: Client, many: None) -> None:
    for place, query, row in (
        ("rooms/room", "choir p77@", "Choir 77 "),
        ("rooms/room", '"hoir 777"', "Choir 777 "),
        ("rooms/invite", "777@example.org Link", "Link 777 "),
        ("rooms/membership", "SLUG-1211", "Choir 1211 "),
        ("accounts/user", "person P42@", "p42@example.org"),
    ):
        text = said(desk, f"/admin/{place}/", q=query)
        assert row in text, query
        assert "1 result " in text, query


def test_of_too_many_matches_the_newest_are_shown_and_the_page_says_so(
    desk: Client, many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "NEWEST", ROWS)  # with Ada, there is one person more
    monkeypatch.setattr(search, "is_large", lambda model: True)
    text = said(desk, "/admin/rooms/room/", q="Choir")
    assert f"{search.MOST} results" in text
    assert ONLY_NEWEST in text
    assert "Choir 1299 " in text
    assert ONLY_NEWEST in said(desk, "/admin/search/", q="Choir")


def test_without_an_index_old_rows_are_found_by_the_beginning_of_an_address(
    desk: Client, many: None, few_are_many: None
) -> None:
    assert "p77@example.org" in said(desk, "/admin/accounts/user/", q="p77@")
    assert "Choir 121 " in said(desk, "/admin/rooms/room/", q="slug-121")
    assert "Choir 77 " in said(desk, "/admin/rooms/room/", q="P77@")
    part = said(desk, "/admin/rooms/room/", q="hoir 77")
    assert "0 results" in part
    assert ONLY_NEWEST in part
    assert "Choir 1299 " in said(desk, "/admin/rooms/room/", q="hoir 1299")
    assert "p77@example.org" in said(desk, "/admin/search/", q="p77@")


def test_a_large_list_is_sorted_by_what_has_an_index(desk: Client, many: None, few_are_many: None) -> None:
    orders = set(re.findall(r'href="\?o=-?(\d+)', desk.get("/admin/rooms/invite/").content.decode()))
    columns = ("", "__str__", "room", "created_by", "state", "used", "created_at", "expires_at")
    assert {columns[int(number)] for number in orders} == {"created_at", "expires_at"}
