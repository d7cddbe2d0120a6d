"""Pages that everyone may read, and error pages."""

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import reverse

from meetingpoint_site.views import server_error

from .html import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def olga() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_user("olga@example.org", display_name="Olga"))
    return client


def test_the_landing_page_asks_a_stranger_to_sign_up_and_olga_to_her_rooms(stranger: Client, olga: Client) -> None:
    for_a_stranger = stranger.get(reverse("landing")).content.decode()
    assert reverse("account_signup") in for_a_stranger
    assert "Open my rooms" not in for_a_stranger

    for_olga = olga.get(reverse("landing")).content.decode()
    assert "Open my rooms" in for_olga
    assert "olga@example.org" in for_olga
    assert reverse("account_signup") not in for_olga


@pytest.mark.parametrize("name", ["landing", "account_settings", "usersessions_list", "mfa_index", "rooms:dashboard"])
def test_no_cache_keeps_what_a_session_shows(stranger: Client, olga: Client, name: str) -> None:
    assert "no-store" in olga.get(reverse(name)).headers["Cache-Control"]
    assert "no-store" not in stranger.get(reverse("landing")).headers.get("Cache-Control", "")


def test_both_pages_name_the_limit_of_what_is_claimed(stranger: Client) -> None:
    limits = {
        "landing": ["You still trust our server to deliver this app unchanged"],
        "how_it_works": [
            "In a room with no key, a dishonest server could place itself between two browsers",
            "In a room with a key, changing the app is the only way the server could listen in",
        ],
    }
    for name, named in limits.items():
        page = stranger.get(reverse(name)).content.decode()
        words = " ".join(page.split())
        assert all(limit in words for limit in named)
        assert "secure" not in words


def test_a_page_that_is_not_there_says_so_in_words(stranger: Client) -> None:
    answer = stranger.get("/nothing/here")
    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()


def test_a_form_without_its_token_says_what_to_do(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(reverse("account_login"))
    assert answer.status_code == 403
    assert "Cookies are blocked" in answer.content.decode()
    client.get(reverse("account_login"))
    answer = client.post(reverse("account_login"))
    assert answer.status_code == 403
    assert "This page has expired" in answer.content.decode()
    assert "reload the page and send the form again" in answer.content.decode()


def test_a_foreign_host_name_gets_a_plain_page(stranger: Client) -> None:
    answer = stranger.get("/", SERVER_NAME="evil.example")
    assert answer.status_code == 400
    assert "Bad request" in answer.content.decode()


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "500.html", "503.html", "403_csrf.html"])
def test_error_pages_need_no_context(name: str) -> None:
    page = get_template(name).render()
    assert "Meeting Point" in page
    assert "<h1>" in page


@pytest.mark.parametrize("name", ["400.html", "500.html", "503.html"])
def test_error_pages_ask_nothing_of_the_database(name: str, django_assert_num_queries: pytest.FixtureRequest) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        get_template(name).render()


ACTIONS = {
    "400.html": ["/"],
    "403.html": ["/", "/accounts/login/"],
    "403_csrf.html": ["/"],
    "404.html": ["/", "/i"],
    "405.html": ["/"],
    "429.html": ["/"],
    "500.html": ["", "/"],
    "503.html": ["", "/"],
}


@pytest.mark.parametrize("name", ACTIONS)
def test_no_error_page_is_a_dead_end(name: str) -> None:
    page = Page(get_template(name).render({"can_retry": True}))
    actions = [e.attributes["href"] for e in page.all("a") if "button" in e.attributes.get("class", "").split()]
    assert actions == ACTIONS[name]


def test_a_stranger_at_a_room_can_sign_in_and_come_back(stranger: Client, olga: Client) -> None:
    sign_in = f"{reverse('account_login')}?next=/r/some-room"
    assert Page(stranger.get("/r/some-room").content.decode()).all("a", href=sign_in)
    assert not Page(olga.get("/r/some-room").content.decode()).all("a", href=sign_in)


def test_what_was_sent_is_not_tried_again_by_a_link(rf: RequestFactory) -> None:
    for error, status in ((OperationalError("away"), 503), (ValueError("a bug"), 500)):
        for method, can_retry in (("get", True), ("post", False)):
            try:
                raise error
            except type(error):
                answer = server_error(getattr(rf, method)("/rooms/"))
            assert answer.status_code == status
            assert bool(Page(answer.content.decode()).all("a", href="")) is can_retry


def test_the_address_of_a_form_shows_a_page_and_not_nothing(stranger: Client) -> None:
    answer = stranger.get("/invites/redeem", headers={"Accept": "text/html"})
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "This address only receives a form" in answer.content.decode()
    assert stranger.get("/invites/redeem", headers={"Accept": "application/json"}).content == b""
