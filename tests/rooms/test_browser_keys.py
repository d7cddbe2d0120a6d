"""The page of the keys in this browser: the server adds only the names of the visitor's own rooms."""

import json
import re

import pytest
from django.test import Client

from accounts.models import User
from rooms.models import Room

from .conftest import join, make_link, signed_in

pytestmark = pytest.mark.django_db


def rooms_on_the_page(client: Client) -> dict[str, dict[str, str]]:
    """Return what the page's script is given."""
    answer = client.get("/keys")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    found = re.search(r'<script id="page" type="application/json">(.*?)</script>', answer.content.decode())
    assert found
    rooms: dict[str, dict[str, str]] = json.loads(found[1])["rooms"]
    return rooms


def test_people_see_the_names_of_their_own_rooms_only(room: Room, max_: User, sam: User, guest: Client) -> None:
    assert rooms_on_the_page(Client()) == {}
    assert rooms_on_the_page(signed_in(sam)) == {}
    assert rooms_on_the_page(signed_in(max_)) == {room.slug: {"name": room.name, "role": "member"}}
    token, _ = make_link(room)
    join(guest, token)
    assert rooms_on_the_page(guest) == {room.slug: {"name": room.name, "role": "guest"}}
    room.memberships.filter(user=None).delete()
    assert rooms_on_the_page(guest) == {}
    assert guest.post("/keys").status_code == 405
