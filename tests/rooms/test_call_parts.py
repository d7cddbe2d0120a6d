"""What only a call needs: apart from its page, kept by browsers for as long as it is the same."""

import gzip
import re

import brotli
import pytest
import zstandard
from django.test import Client

from accounts.models import User
from rooms.call_parts import call_parts, parts_url
from rooms.models import Room

from .conftest import signed_in

DAY = 86_400


def test_the_page_of_a_link_names_them_and_browsers_keep_them() -> None:
    client = Client()
    page = client.get("/i").content.decode()
    address = re.search(r'<link id="call-parts" [^>]*href="([^"]+)"', page)
    assert address is not None
    assert address[1] == parts_url()
    response = client.get(address[1])
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "immutable" in response.headers["Cache-Control"]
    assert int(re.findall(r"max-age=(\d+)", response.headers["Cache-Control"])[0]) > 300 * DAY
    assert "Cookie" not in response.headers.get("Vary", "")
    parts = response.content.decode()
    texts = dict(re.findall(r'<i data-key="([^"]+)"[^>]*>([^<]*)</i>', parts))
    assert texts["banner.back"] == "The server is back."
    assert texts["came"] == "{name} joined"
    assert all(words.strip() for words in texts.values())
    for words in (texts["banner.back"], texts["warned.key"]):
        assert words not in page


@pytest.mark.django_db
def test_the_page_of_a_room_names_them_and_has_a_place_for_each_part(room: Room, olga: User) -> None:
    page = signed_in(olga).get(f"/r/{room.slug}").content.decode()
    assert f'href="{parts_url()}"' in page
    parts = set(re.findall(r'<template id="later-([^"]+)">', call_parts("en").body.decode()))
    places = re.findall(r'<template data-later="([^"]+)">', page)
    assert {"chat", "dialogs", "host-controls"} < set(places) == parts - {"strings"}
    assert len(places) == len(set(places))


def test_guests_have_no_place_for_the_controls_of_hosts() -> None:
    page = Client().get("/i").content.decode()
    assert 'data-later="chat"' in page
    assert "host-controls" not in page


def test_a_page_of_an_older_release_gets_the_parts_of_today_and_asks_again() -> None:
    response = Client().get("/call-parts/en/0123456789abcdef.html")
    assert response.content == call_parts("en").body
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("deflate", ""),
        ("", ""),
    ],
)
def test_they_are_sent_compressed_as_the_browser_accepts_it(accepted: str, coding: str) -> None:
    client, decode = Client(), {"br": brotli.decompress, "zstd": zstandard.decompress, "gzip": gzip.decompress}
    for _ in range(2):
        response = client.get(parts_url(), headers={"Accept-Encoding": accepted})
        assert response.headers.get("Content-Encoding", "") == coding
        assert "Accept-Encoding" in response.headers["Vary"]
        assert decode.get(coding, bytes)(response.content) == call_parts("en").body
        assert len(response.content) < len(call_parts("en").body) / (4 if coding else 0.9)


@pytest.mark.parametrize("language", ["xx", "..", "en%0a", "e" * 600])
def test_a_language_that_the_site_does_not_have_is_not_found(language: str) -> None:
    assert Client().get(f"/call-parts/{language}/0123456789abcdef.html").status_code == 404
