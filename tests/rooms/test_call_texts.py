"""The texts that a call says: apart from its page, kept by browsers for as long as they are the same."""

import re

import pytest
from django.test import Client

from accounts.models import User
from rooms.call_texts import call_texts, texts_url
from rooms.models import Room

from .conftest import signed_in

DAY = 86_400


def test_the_page_of_a_link_names_them_and_browsers_keep_them() -> None:
    client = Client()
    page = client.get("/i").content.decode()
    address = re.search(r'<link id="call-texts" [^>]*href="([^"]+)"', page)
    assert address is not None
    assert address[1] == texts_url()
    response = client.get(address[1])
    assert response.headers["Content-Type"] == "application/json"
    assert "immutable" in response.headers["Cache-Control"]
    assert int(re.findall(r"max-age=(\d+)", response.headers["Cache-Control"])[0]) > 300 * DAY
    assert "Cookie" not in response.headers.get("Vary", "")
    texts = response.json()
    assert texts["banner.back"] == "The server is back."
    assert texts["came"] == "{name} joined"
    assert all(words.strip() for words in texts.values())
    for words in (texts["banner.back"], texts["warned.key"]):
        assert words not in page


@pytest.mark.django_db
def test_the_page_of_a_room_names_them(room: Room, olga: User) -> None:
    page = signed_in(olga).get(f"/r/{room.slug}").content.decode()
    assert f'href="{texts_url()}"' in page


def test_a_page_of_an_older_release_gets_the_texts_of_today_and_asks_again() -> None:
    response = Client().get("/call-texts/en/0123456789abcdef.json")
    assert response.content == call_texts("en").body
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("language", ["xx", "..", "en%0a", "e" * 600])
def test_a_language_that_the_site_does_not_have_is_not_found(language: str) -> None:
    assert Client().get(f"/call-texts/{language}/0123456789abcdef.json").status_code == 404
