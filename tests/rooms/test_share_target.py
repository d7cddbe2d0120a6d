"""The service worker of `/files/`, and the page to which a phone's share sheet leads."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from rooms.models import Room
from tests.rooms.conftest import join, make_link, signed_in

pytestmark = pytest.mark.django_db


def test_the_service_worker_rules_over_the_files_alone() -> None:
    response = Client().get("/files/service-worker.js")
    assert response["Content-Type"].startswith("text/javascript")
    assert "no-cache" in response["Cache-Control"]
    assert "Service-Worker-Allowed" not in response
    assert b"respondWith" in response.content


def test_the_manifest_names_a_way_in_that_exists() -> None:
    manifest = json.loads((Path(settings.BASE_DIR) / "static" / "site.webmanifest").read_text())
    target = manifest["share_target"]
    assert (target["method"], target["enctype"]) == ("POST", "multipart/form-data")
    # Without the service worker, the browser is sent to the page with an explanation, and nothing of it is read.
    client = Client(enforce_csrf_checks=True)
    response = client.post(target["action"], {"files": "not read"})
    assert response["Location"] == f"{target['action']}?failed"
    assert b"please share them again" in client.get(response["Location"]).content
    for icon in manifest["icons"]:
        assert (Path(settings.BASE_DIR) / "static" / icon["src"]).is_file()


def test_a_person_who_shares_sees_the_rooms_they_can_enter(room: Room, olga: User, guest: Client) -> None:
    assert b"No rooms yet" in Client().get("/files/share").content
    join(guest, make_link(room)[0])
    for client in (guest, signed_in(olga)):
        assert f"/r/{room.slug}?files=shared" in client.get("/files/share").content.decode()
    room.closed_at = timezone.now()
    room.save()
    assert room.slug not in signed_in(olga).get("/files/share").content.decode()
