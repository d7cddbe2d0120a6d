"""The page of received files, which is the same for everyone and asks the database for no room."""

import pytest
from django.test import Client

from accounts.models import User
from rooms.models import Room

pytestmark = pytest.mark.django_db


def test_the_page_needs_no_account_and_shows_no_room(client: Client, room: Room, olga: User) -> None:
    for signed_in in (False, True):
        if signed_in:
            client.force_login(olga)
        answer = client.get("/received")
        assert answer.status_code == 200
        assert room.name not in answer.content.decode()
    assert client.post("/received").status_code == 405
