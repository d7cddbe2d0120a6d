"""Whatever is sent, the answer is a 400 with a sentence, never an error of the server."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from rooms.models import Invite, Room

from .conftest import JOIN, post_json, signed_in
from .test_invites import link

pytestmark = pytest.mark.django_db

NOT_A_BODY: list[bytes] = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"{}",
    b"\xff\xfe",
    b'{"token": "\\ud800"}',
    b"[" * 3000,
    b'{"token": null}',
    b'{"token": 7}',
    b'{"token": "x", "more": 1}',
    b"{" + b" " * 5000 + b"}",
]


@pytest.mark.parametrize("body", NOT_A_BODY)
@pytest.mark.parametrize("act", [JOIN, "invites", "key"])
def test_bodies_that_are_not_what_they_have_to_be(room: Room, olga: User, act: str, body: bytes) -> None:
    url = act if act == JOIN else f"/rooms/{room.slug}/{act}"
    answer = signed_in(olga).post(url, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["reason"] == "bad_request"
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "token",
    ["", "x", "A" * 42, "A" * 44, "A" * 43 + "=", "A" * 42 + "B", "A" * 42 + "+", "ä" * 43, "\0" * 43, "A" * 4000],
)  # fmt: skip
def test_tokens_that_are_no_tokens(db: None, guest: Client, token: str) -> None:
    answer = post_json(guest, JOIN, {"token": token})
    assert (answer.status_code, answer.json()["message"]) == (400, "token must be 32 bytes as base64url")


@pytest.mark.parametrize(
    "change",
    [
        {"token_hash": ""},
        {"token_hash": "A" * 42},
        {"token_hash": "!" * 43},
        {"token_hash": None},
        {"wrapped": "A" * 79},
        {"wrapped": "A" * 81},
        {"wrapped": 60},
        {"epoch": -1},
        {"epoch": 1.5},
        {"epoch": "1"},
        {"epoch": 2**31},
        {"epoch": True},
        {"expires_in": 0},
        {"expires_in": 59},
        {"expires_in": 90 * 86_400 + 1},
        {"expires_in": -1},
        {"expires_in": 1e400},
        {"expires_in": "3600"},
        {"max_uses": 0},
        {"max_uses": 1001},
        {"max_uses": "one"},
        {"label": "a\0b"},
        {"label": "x" * 61},
        {"label": "x" * 10_000},
        {"label": ["x"]},
        {"role": "janitor"},
        {"created_by": 1},
    ],
)
def test_links_with_a_bad_field(room: Room, olga: User, change: dict[str, Any]) -> None:
    answer = post_json(signed_in(olga), f"/rooms/{room.slug}/invites", link(**change))
    assert (answer.status_code, answer.json()["reason"]) == (400, "bad_request")
    assert not Invite.objects.exists()


@pytest.mark.parametrize("change", [{"epoch": 0}, {"epoch": 2**31}, {"key_check": "A" * 21}, {"key_check": ""}])
def test_locks_with_a_bad_field(room: Room, olga: User, change: dict[str, Any]) -> None:
    body = {"epoch": 1, "key_check": "A" * 22, **change}
    assert post_json(signed_in(olga), f"/rooms/{room.slug}/key", body).status_code == 400


def test_a_form_is_not_json(db: None, guest: Client) -> None:
    assert guest.post(JOIN, {"token": "A" * 43}).status_code == 400


@pytest.mark.parametrize("slug", ["%00", "..", "x" * 500, "a b", "%F0%9F%8E%89", "%ff"])
@pytest.mark.parametrize("place", ["/r/{}", "/rooms/{}/", "/rooms/{}/delete"])
def test_addresses_that_are_no_rooms(olga: User, place: str, slug: str) -> None:
    assert signed_in(olga).get(place.format(slug)).status_code == 404
