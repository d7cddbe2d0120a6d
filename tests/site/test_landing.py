"""The landing page: what a newcomer reads, how fast it can be, and where it leads."""

import struct
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from .html import Page

pytestmark = pytest.mark.django_db

MAX_WORDS = 150
MAX_PICTURE_BYTES = 60_000


@pytest.fixture
def landing(client: Client) -> Page:
    return Page(client.get("/").content.decode())


def file_of(address: str) -> Path:
    """Return the file that a static address names."""
    return Path(settings.BASE_DIR) / "static" / address.removeprefix(settings.STATIC_URL)


def webp_size(data: bytes) -> tuple[int, int]:
    """Return width and height of a lossy WebP (RFC 9649 §2.5, §2.7; RFC 6386 §9.1)."""
    assert data[:4] + data[8:12] == b"RIFFWEBP"
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    width, height = struct.unpack("<2H", data[26:30])
    return width & 0x3FFF, height & 0x3FFF


def test_everything_is_said_in_150_words(landing: Page) -> None:
    words = " ".join(landing.words)
    assert len(landing.words) <= MAX_WORDS, words
    for said in ("Files", "Chat", "screen", "Guests don't need an account", "Free", "your own server"):
        assert said in words
    for promised in ("your video, voice, chat or files", "your IP address", "You still trust our server"):
        assert promised in words


def test_there_is_one_thing_to_do_first(landing: Page) -> None:
    (primary,) = [e for e in landing.all("a") if "button--primary" in e.attributes.get("class", "").split()]
    assert primary.attributes["href"] == reverse("account_signup")
    assert "Create a free room" in " ".join(landing.words)
    assert landing.all("a", href=reverse("rooms:invite"))
    assert [e for e in landing.all("a", href=reverse("account_login")) if "main" not in e.inside]


def test_a_site_without_sign_up_does_not_offer_it(client: Client, settings: pytest.FixtureRequest) -> None:
    settings.SIGN_UP_OPEN = False  # type: ignore[attr-defined]
    page = Page(client.get("/").content.decode())
    assert not page.all("a", href=reverse("account_signup"))
    assert page.all("a", href=reverse("account_login"))


def test_those_who_are_signed_in_go_on_to_their_rooms(client: Client) -> None:
    client.force_login(get_user_model().objects.create_user("olga@example.org", display_name="Olga"))
    page = Page(client.get("/").content.decode())
    (primary,) = [e for e in page.all("a") if "button--primary" in e.attributes.get("class", "").split()]
    assert primary.attributes["href"] == reverse("rooms:dashboard")
    assert not page.all("a", href=reverse("account_signup"))


def test_it_needs_no_script(landing: Page) -> None:
    assert [Path(e.attributes["src"]).name for e in landing.all("script")] == ["frame.js"]
    assert not [e for e in landing.elements if "data-early" in e.attributes]


def test_pictures_are_small_reserve_their_place_and_say_what_they_show(landing: Page) -> None:
    pictures = [e for e in landing.all("img") if "main" in e.inside]
    assert len(pictures) == 2
    for picture in pictures:
        assert len(picture.attributes["alt"].split()) > 5
    sources = [*pictures, *(e for e in landing.all("source"))]
    for source in sources:
        candidates = source.attributes.get("srcset", source.attributes.get("src", ""))
        file = file_of(candidates.split(",")[-1].split()[0])
        width, height = map(str, webp_size(file.read_bytes()))
        assert (width, height) == (source.attributes["width"], source.attributes["height"])
    for address in landing.addresses():
        if "/product/" in address:
            assert file_of(address).stat().st_size <= MAX_PICTURE_BYTES, address


def test_light_and_dark_have_pictures_of_their_own(landing: Page) -> None:
    (dark,) = landing.all("source", media="(prefers-color-scheme: dark)")
    light = next(e.attributes["src"] for e in landing.all("img") if "-light." in e.attributes["src"])
    assert dark.attributes["srcset"] == light.replace("-light.", "-dark.")
