"""The numbers on the first page of the admin, and the search."""

import re

import pytest
from django.test import Client

from rooms.moderation.models import Report

pytestmark = pytest.mark.django_db


def test_the_numbers_are_plain(desk: Client, report: Report) -> None:
    page = desk.get("/admin/").content.decode()
    for words in (
        "Live rooms",
        "People in calls",
        "Open reports",
        "Connections by type",
        "No one is in a call.",
    ):
        assert words in page
    assert re.search(r"Open reports</dt><dd><a [^>]+>1</a>", page)


@pytest.mark.parametrize(
    ("asked", "found"), [("max@", "max@example.org"), ("Monday", "Monday stand-up"), ("For gu", "For guests")]
)
def test_one_search_finds_people_rooms_and_links(desk: Client, report: Report, asked: str, found: str) -> None:
    page = desk.get("/admin/search/", {"q": asked}).content.decode()
    assert f"<bdi>{found}</bdi></a>" in page
    assert found not in desk.get("/admin/search/", {"q": "\0%_zz"}).content.decode()
