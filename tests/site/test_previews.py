"""What robots, chat programs and browsers get of the site: previews, icons, robots.txt and security.txt."""

import re
import struct
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rooms.flows.rooms import create_room

from .html import Page

pytestmark = pytest.mark.django_db

PUBLIC = ["/", "/how-it-works"]
FIXED = {
    "/favicon.ico": "image/x-icon",
    "/apple-touch-icon.png": "image/png",
    "/robots.txt": "text/plain; charset=utf-8",
    "/.well-known/security.txt": "text/plain; charset=utf-8",
}
PREVIEW = ["description", "og:type", "og:title", "og:description", "og:image", "og:site_name", "twitter:card"]


@pytest.fixture
def olga(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_user("olga@example.org", display_name="Olga"))
    return client


def static_file(address: str) -> Path:
    prefix = f"{settings.SITE_ORIGINS[0]}{settings.STATIC_URL}"
    assert address.startswith(prefix)
    return Path(settings.BASE_DIR) / "static" / address.removeprefix(prefix)


def png_size(data: bytes) -> tuple[int, int]:
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">2I", data[16:24])
    return width, height


def test_every_link_has_the_same_preview(olga: Client) -> None:
    user = get_user_model().objects.get()
    room = create_room(user, "Secret plans", expires_at=None, max_people=4)
    stranger = Client(raise_request_exception=False)
    answers = [
        *(stranger.get(path) for path in ("/", "/how-it-works", "/i", "/accounts/login/", "/no-such-page")),
        stranger.get(f"/r/{room.slug}"),
        olga.get(f"/r/{room.slug}"),
        olga.get("/rooms/"),
    ]
    assert "Secret plans" in answers[-2].content.decode()
    previews = [{name: Page(a.content.decode()).meta(name) for name in PREVIEW} for a in answers]
    assert all(preview == previews[0] for preview in previews)
    assert "Secret plans" not in str(previews)
    assert 50 <= len(previews[0]["description"]) <= 160


def test_the_preview_has_a_picture_that_chat_programs_take(client: Client) -> None:
    page = Page(client.get("/i").content.decode())
    picture = static_file(page.meta("og:image")).read_bytes()
    assert png_size(picture) == (1200, 630)
    assert (page.meta("og:image:width"), page.meta("og:image:height")) == ("1200", "630")
    assert len(picture) < 300_000  # WhatsApp drops larger ones


@pytest.mark.parametrize("path", PUBLIC)
def test_only_public_pages_are_found_by_search(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["X-Robots-Tag"] == "all"
    (canonical,) = Page(answer.content.decode()).all("link", rel="canonical")
    assert canonical.attributes["href"] == settings.SITE_ORIGINS[0] + path


@pytest.mark.parametrize("path", ["/i", "/r/some-room", "/rooms/", "/accounts/login/", "/no-such-page", "/robots.txt"])
def test_nothing_else_is(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert not Page(answer.content.decode()).all("link", rel="canonical")


@pytest.mark.parametrize("path", FIXED)
def test_fixed_addresses_cost_nothing(
    olga: Client, django_assert_num_queries: pytest.FixtureRequest, path: str
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        answer = olga.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == FIXED[path]
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert not answer.cookies
    assert "Content-Security-Policy" in answer.headers
    assert olga.head(path).status_code == 200
    assert olga.post(path).status_code == 405


def test_robots_may_read_what_tells_them_not_to_list_it(client: Client) -> None:
    """A page that robots.txt forbids is listed all the same when others link it: its `noindex` is never read."""
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    forbidden = [line.removeprefix("Disallow: ") for line in lines[1:]]
    assert {"/accounts/", "/admin/", "/rooms/"} <= set(forbidden)
    for readable in ("/", "/how-it-works", "/i", "/r/some-room", "/static/x"):
        assert not any(readable.startswith(path) for path in forbidden)


def test_security_txt_names_a_contact_and_a_date_to_come(client: Client, settings: pytest.FixtureRequest) -> None:
    settings.SECURITY_CONTACT = ["mailto:security@example.org", "https://example.org/security"]  # type: ignore[attr-defined]
    text = client.get("/.well-known/security.txt").content.decode()
    fields = [re.fullmatch(r"([A-Z][A-Za-z-]+): (\S+)", line) for line in text.splitlines()]
    found = [(each[1], each[2]) for each in fields if each]
    assert len(found) == len(fields)
    assert [value for name, value in found if name == "Contact"] == settings.SECURITY_CONTACT  # type: ignore[attr-defined]
    (expires,) = [value for name, value in found if name == "Expires"]
    left = datetime.fromisoformat(expires) - timezone.now()
    assert timedelta(days=30) < left < timedelta(days=365)
    canonical = [value for name, value in found if name == "Canonical"]
    assert canonical[0] == f"{settings.SITE_ORIGINS[0]}/.well-known/security.txt"  # type: ignore[attr-defined]


def test_icons_have_the_sizes_that_are_asked_for(client: Client) -> None:
    assert png_size(client.get("/apple-touch-icon.png").content) == (180, 180)
    data = client.get("/favicon.ico").content
    reserved, kind, count = struct.unpack("<3H", data[:6])
    assert (reserved, kind, count) == (0, 1, 3)
    for number, size in enumerate((16, 32, 48)):
        length, offset = struct.unpack("<2I", data[14 + 16 * number : 22 + 16 * number])
        assert png_size(data[offset : offset + length]) == (size, size)


@pytest.mark.parametrize("path", [*PUBLIC, "/i", "/accounts/login/", "/no-such-page"])
def test_pages_load_nothing_from_other_hosts(client: Client, path: str) -> None:
    page = Page(client.get(path).content.decode())
    assert page.addresses()
    ours = (settings.SITE_ORIGINS[0] + "/", "/", "#", "?", "")
    for address in page.addresses():
        assert address.startswith(ours[:-1]) or address == "", address
        assert not address.startswith("//")


def test_a_page_without_context_promises_no_picture() -> None:
    page = Page(get_template("500.html").render())
    assert page.meta("og:title").startswith("Meeting Point")
    assert not page.all("meta", property="og:image")


def test_addresses_in_the_tests_are_those_of_the_site() -> None:
    assert reverse("landing") == "/"
    assert reverse("how_it_works") == "/how-it-works"
    assert reverse("rooms:invite") == "/i"
