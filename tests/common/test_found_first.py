"""A page of rows is found by its keys first; joins and annotations are for its own rows alone."""

from operator import attrgetter
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, QuerySet
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from common.found_first import slice_of, sorted_by
from rooms.models import Membership, Role, Room

shown = attrgetter("pk", "people", "owner.email")


@pytest.fixture
def rooms(db: None) -> QuerySet[Room]:
    people = [User.objects.create_user(f"{name}@example.org", display_name=name.title()) for name in ("olga", "max")]
    for number in range(9):
        owner = people[number % 2]
        room = Room.objects.create(name=f"Room {number % 3}", slug=f"room-{number}", owner=owner)
        if number % 3:
            Membership.objects.create(room=room, user=owner, role=Role.OWNER)
    return Room.objects.select_related("owner").annotate(people=Count("memberships"))


@pytest.mark.parametrize(
    ("condition", "order"),
    [
        ({}, ["-created_at", "-pk"]),
        ({"owner__email": "olga@example.org"}, ["name", "-pk"]),
        ({"memberships__role": Role.OWNER}, [sorted_by("name").desc(), "pk"]),
        ({}, ["-people", "owner__email", "pk"]),
    ],
)
def test_a_slice_has_the_rows_of_the_whole(rooms: QuerySet[Room], condition: dict[str, Any], order: list[Any]) -> None:
    rows = rooms.filter(**condition).order_by(*order)
    for bottom, top in ((0, 3), (2, 7), (0, 100), (50, 60)):
        expected = list(rows[bottom:top])
        found = list(slice_of(rows, bottom, top))
        assert list(map(shown, found)) == list(map(shown, expected))


def test_what_a_page_refers_to_is_joined_to_its_rows_alone(rooms: QuerySet[Room]) -> None:
    rows = Room.objects.select_related("owner").filter(name="Room 1").order_by("-created_at", "-pk")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        names = [row.owner.email for row in slice_of(rows, 0, 2)]
    assert len(names) == 2
    keys, page = (query["sql"] for query in queries.captured_queries)
    assert "JOIN" not in keys
    assert "LIMIT 2" in keys
    assert "JOIN" in page
    assert "Room 1" not in page
