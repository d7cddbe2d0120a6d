"""The page that every link opens, and the robots that open it first."""

import logging
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from rooms.models import Redemption, Room

from .conftest import join, make_link, signed_in

pytestmark = pytest.mark.django_db

# Who follows a link before a person does: previews of chat programs, scanners of mail.
ROBOTS = (
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.23.20.0",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) SkypeUriPreview Preview/0.5",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Synapse (bot; +https://github.com/matrix-org/synapse)",
    "Mastodon/4.2.0 (http.rb/5.1.1; +https://example.social/) Bot",
)
SECRET = "AAECAwQFBgcICQoLDA0ODw"
ADDRESSES = ("/i", f"/i%23k=1{SECRET}", f"/i/%23k=1{SECRET}", f"/i/k=1{SECRET}/and/more", "/i/")


@pytest.mark.parametrize("robot", ROBOTS)
def test_a_robot_reads_nothing_and_writes_nothing(room: Room, robot: str) -> None:
    make_link(room)
    client = Client(headers={"User-Agent": robot})
    for address in ADDRESSES:
        for ask in (client.get, client.head):
            with CaptureQueriesContext(connection) as queries:
                response = ask(address)
            assert not queries.captured_queries
            assert response.status_code == 200
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert set(response.cookies) <= {"csrftoken"}
    assert not Session.objects.exists()
    assert not Redemption.objects.exists()


def test_everyone_gets_the_same_page(room: Room, olga: User) -> None:
    pages = {client.get(address).content for client in (Client(), signed_in(olga)) for address in ADDRESSES}
    assert len(pages) == 1
    assert b"Olga" not in pages.pop()


def test_a_signed_in_person_is_not_looked_up(olga: User) -> None:
    client = signed_in(olga)
    with CaptureQueriesContext(connection) as queries:
        client.get("/i")
    assert not queries.captured_queries


def test_the_page_takes_nothing_but_get_and_head(db: None) -> None:
    assert Client().post("/i").status_code == 405


@pytest.mark.parametrize(
    "state",
    [
        "none", "damaged", "unable", "unknown", "expired", "revoked", "used_up", "room_closed", "room_expired",
        "locked", "suspended", "not_yours", "account_needed", "no_cookies", "removed", "banned",
        "key_misfit", "keyless", "key_conflict", "no_storage", "slow_down", "offline",
    ],
)  # fmt: skip
def test_each_outcome_has_words_of_its_own(db: None, state: str) -> None:
    assert f'data-state="{state}"' in Client().get("/i").content.decode()


def test_no_secret_is_answered_or_logged(
    room: Room, olga: User, guest: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token, invite = make_link(room)
    answers = [guest.get(ADDRESSES[1]), join(guest, token), join(Client(), token), join(Client(), token[:-1])]
    owner = signed_in(olga)
    answers += [owner.get(f"/rooms/{room.slug}/"), owner.get(f"/rooms/{room.slug}/invites"), owner.get("/rooms/")]
    shown = "".join(answer.content.decode() + str(answer.headers) for answer in answers)
    for hidden in (token, SECRET, bytes(invite.token_hash).hex()):
        assert hidden not in shown
        assert hidden not in caplog.text


def test_little_comes_before_the_heading_that_says_whose_meeting_it_is(db: None) -> None:
    # On a phone with an empty cache, 1 Mbit/s and 100 ms: 45 kB take 0.4 s; three round trips open the connection, one
    # brings the page, one or two what it names in its head. Everything else must not hold up the heading.
    page = Client().get("/i").content.decode()
    script = re.search(r'<script src="[^"]*/invitation\.js"></script>', page)
    assert script
    before = page[: script.end()]
    assert 'id="prejoin-title"' in before
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)">', before)
    scripts = re.findall(r'<script (?!type="module")[^>]*src="([^"]+)"([^>]*)>', before)
    assert [name.rsplit("/", 1)[-1] for name, how in scripts if "defer" not in how] == ["invitation.js"]
    files = [name.removeprefix(settings.STATIC_URL) for name in [*sheets, *(name for name, _how in scripts)]]
    weight = len(before.encode()) + sum((Path(settings.BASE_DIR) / "static" / name).stat().st_size for name in files)
    assert len(files) <= 12
    assert weight <= 45_000, (weight, files)
