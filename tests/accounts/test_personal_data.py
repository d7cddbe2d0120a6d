"""What is asked before data is handed out or deleted, and who cannot be deleted."""

import json

import pytest
from django.core import mail

from accounts.models import User
from rooms.flows.rooms import create_room

from .conftest import PASSWORD, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/accounts/data/download", "/accounts/data/delete"])
def test_being_signed_in_is_not_enough_to_download_or_delete(olga, client, path):
    """Being signed in is not enough: the password, or a second factor, is asked for."""
    assert client.get(path).headers["Location"].startswith("/accounts/login/")
    client = sign_in(olga)
    client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert client.get(path).headers["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/data/delete", {"confirm": "yes"})
    assert User.objects.filter(pk=olga.pk).exists()


def test_the_file_is_about_the_person_who_asked(olga, max_):
    client = sign_in(olga)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    response = client.get("/accounts/data/download")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="meeting-point-')
    assert "no-store" in response.headers["Cache-Control"]
    assert json.loads(response.content)["account"]["email"] == olga.email
    assert max_.email not in response.content.decode()


def test_deleting_shows_what_is_lost_and_asks_for_confirmation(olga, max_):
    room = create_room(olga, "Choir")
    client, elsewhere = sign_in(olga), sign_in(olga)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/data/delete").content.decode()
    assert room.name in page
    assert client.post("/accounts/data/delete").status_code == 400
    assert User.objects.filter(pk=olga.pk).exists()

    answer = client.post("/accounts/data/delete", {"confirm": "yes"})
    assert answer.headers["Location"] == "/accounts/data/deleted"
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    goodbye = client.get("/accounts/data/deleted")
    assert "Your account has been deleted" in goodbye.content.decode()
    assert "Clear-Site-Data" not in goodbye.headers
    assert [user.email for user in User.objects.all()] == [max_.email]
    assert client.get("/accounts/").status_code == elsewhere.get("/accounts/").status_code == 302
    assert [(m.to, m.subject) for m in mail.outbox[-1:]] == [
        ([olga.email], "Your Meeting Point account has been deleted")
    ]


def test_the_last_superuser_stays(staff):
    staff.is_superuser = True
    staff.save()
    client = sign_in(staff)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    response = client.post("/accounts/data/delete", {"confirm": "yes"})
    assert "Make someone else a superuser first" in response.content.decode()
    assert User.objects.filter(pk=staff.pk).exists()
