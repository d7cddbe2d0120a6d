"""What answers allow a browser: no other origin reads them, no address leads away, no value comes by another way."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from rooms.models import Room
from tests.accounts.conftest import PASSWORD, make_person, sign_in

pytestmark = pytest.mark.django_db
FOREIGN = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "https:/\\evil.example",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    " https://evil.example/",
    "/\t/evil.example/",
    "http://localhost:8000@evil.example/",
]
ADDRESSES = ["/", "/i", "/accounts/login/", "/rooms/", "/robots.txt", "/nothing", f"{settings.STATIC_URL}css/base.css"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_other_origin_may_read_an_answer(address: str, origin: str) -> None:
    for ask in (Client().get, Client().options):
        answer = ask(address, headers={"origin": origin, "access-control-request-method": "POST"})
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("address", FOREIGN)
def test_no_address_in_a_link_leads_to_another_site(address: str) -> None:
    olga = make_person("Olga")
    stranger = Client()
    form = {"login": olga.email, "password": PASSWORD, "next": address}
    places = [
        stranger.post("/accounts/login/", form).headers["Location"],
        stranger.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": address}).headers["Location"],
        stranger.get("/accounts/login/", {"next": address}).headers["Location"],
        stranger.post("/accounts/logout/", {"next": address}).headers["Location"],
    ]
    for place in places:
        assert place.startswith("/"), place
        assert not place.startswith(("//", "/\\", "/\t")), place


def test_values_in_the_address_are_not_read_as_values_of_a_form() -> None:
    olga = make_person("Olga")
    client = sign_in(olga)
    query = "?name=From+the+address&lasts=&max_people=4&confirm=yes"
    client.post(f"{reverse('rooms:create')}{query}", {})
    assert not Room.objects.exists()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post(f"/accounts/data/delete{query}", {})
    olga.refresh_from_db()
    client.post(f"/accounts/{query}", {"display_name": ["First", "Last"]})
    olga.refresh_from_db()
    assert olga.display_name == "Last"


def test_every_page_of_a_session_offers_to_end_it() -> None:
    client = sign_in(make_person("Olga"))
    for name in ("rooms:dashboard", "account_settings", "account_email", "account_data", "mfa_index"):
        page = client.get(reverse(name), follow=True).content.decode()
        assert reverse("account_logout") in page, name


def test_every_text_says_its_encoding() -> None:
    for address in (*ADDRESSES, "/robots.txt", "/.well-known/security.txt", f"{settings.STATIC_URL}site.webmanifest"):
        answer = Client().get(address)
        kind = answer.headers.get("Content-Type", "")
        if kind.startswith("text/"):
            assert "charset=utf-8" in kind, (address, kind)
