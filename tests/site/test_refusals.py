"""What the site refuses before any page sees it, and the one line that the log gets for it."""

import json
import logging
import logging.config
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from meetingpoint_site.logs import logging_settings
from rooms.flows.rooms import create_room
from tests.accounts.conftest import make_person

pytestmark = pytest.mark.django_db
METHODS = ("TRACE", "TRACK", "CONNECT", "OPTIONS", "PUT", "PATCH", "DELETE", "PROPFIND")


@pytest.fixture
def log(tmp_path: Path):
    """Write the site's own log to a file, as JSON, and return a function that reads its lines."""
    path = tmp_path / "log"
    configuration = logging_settings("INFO", "json")
    configuration["handlers"]["console"].update({"class": "logging.FileHandler", "filename": str(path)})
    logging.config.dictConfig(configuration)
    yield lambda: [json.loads(line) for line in path.read_text().splitlines()]
    logging.shutdown()
    logging.config.dictConfig(settings.LOGGING)


def addresses() -> list[str]:
    """Return a path for every route at the top, with something in the place of its arguments."""
    routes = [str(entry.pattern) for entry in get_resolver().url_patterns]
    return sorted({"/" + route.replace("<str:token>", "x").replace("<slug:name>", "x") for route in routes})


def test_no_address_answers_a_method_that_no_page_has(client: Client):
    assert len(addresses()) > 10
    for path in [*addresses(), "/nowhere", f"{settings.STATIC_URL}nothing.js"]:
        for method in METHODS:
            response = client.generic(method, path)
            assert response.status_code == 405, (method, path)
            assert response.headers["Allow"] == "GET, HEAD, POST"
            assert response.headers["Content-Security-Policy"]
            assert response.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_refused_method_is_one_line(client: Client, log):
    client.generic("TRACE", "/", headers={"x-secret": "abc"})
    (line,) = [line for line in log() if line["logger"] != "django.request"]
    assert line["event"] == "method.refused"
    assert "abc" not in json.dumps(log())


def test_a_foreign_host_is_one_line_without_what_it_said(log):
    response = Client(headers={"host": "evil.example.org"}).get("/accounts/login/")
    assert response.status_code == 400
    (line,) = log()
    assert (line["event"], line["logger"], "exception" in line) == ("host.refused", "security", False)
    assert "evil" not in json.dumps(line)


def test_a_form_without_its_token_is_one_line(log):
    olga = make_person("Olga")
    client = Client(enforce_csrf_checks=True, headers={"origin": "https://evil.example.org"})
    client.force_login(olga)
    assert client.post("/rooms/new", {}).status_code == 403
    (line,) = [line for line in log() if line["event"] != "sign_in.done"]
    assert (line["event"], line["logger"]) == ("csrf.refused", "security")
    assert "evil" not in json.dumps(line)


def test_what_a_person_may_not_do_names_their_account_and_the_page(log):
    max_ = make_person("Max", is_staff=False)
    client = Client()
    client.force_login(max_)
    client.get("/admin/login/", follow=True)
    lines = [line for line in log() if line.get("event") == "access.refused"]
    assert [(line["account"], line["view"]) for line in lines] == [(max_.pk, "admin:login")]


def test_json_that_our_pages_never_send_is_one_line(log):
    max_ = make_person("Max")
    client = Client()
    client.force_login(max_)
    client.post("/accounts/time-zone", "{", content_type="application/json")
    (line,) = [line for line in log() if line.get("event") == "input.refused"]
    assert (line["account"], line["view"]) == (max_.pk, "account_time_zone")


def test_a_strangers_look_at_a_room_is_one_line_and_a_wrong_address_is_none(log, client: Client):
    olga, sam = make_person("Olga"), make_person("Sam")
    room = create_room(olga, "Plans")
    client.force_login(sam)
    assert client.get(f"/rooms/{room.slug}/").status_code == 404
    assert client.get("/rooms/no-such-room-00000000000/").status_code == 404
    (line,) = [line for line in log() if line.get("event") == "access.refused"]
    assert (line["account"], line["reason"]) == (sam.pk, "not_member")
    assert room.slug not in line["message"]
