"""Each kind of link that does not work has its own page; a link that a mail scanner rewrote still works."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.app_server import AppServer
from tests.browser.meeting import ANYONE, Meet, Meeting, make_meeting
from tests.browser.person import Person

EXPIRE = """
from datetime import timedelta
from django.utils import timezone
from rooms.models import Invite
Invite.objects.filter(room__slug=slug).update(expires_at=timezone.now() - timedelta(seconds=1))
"""


def expect_refused(guest: Person, heading: str) -> None:
    """Check that the page shows `heading` and a next step, and no longer offers to join."""
    expect(guest.page.get_by_role("heading", name=heading)).to_be_visible()
    expect(guest.page.locator("section:visible p")).not_to_have_count(0)
    expect(guest.page.get_by_role("button", name="Continue")).to_be_hidden()


@pytest.fixture
def own_link(person: Meet) -> tuple[Person, str, str]:
    """Olga on the page of a room that only this test has, its slug, and a link."""
    meeting = make_meeting(person)
    meeting.olga.go(f"/rooms/{meeting.slug}/")
    return meeting.olga, meeting.slug, meeting.link


@pytest.fixture(scope="module")
def room(company: Meet) -> Meeting:
    """Olga's room for the tests that leave it as it was."""
    return make_meeting(company)


@pytest.fixture
def link(room: Meeting) -> tuple[Person, str, str]:
    """Olga on the page of her room, its slug, and a new link."""
    room.olga.go(f"/rooms/{room.slug}/")
    return room.olga, room.slug, room.olga.create_link(lets_in=ANYONE)


def test_an_expired_link(app: AppServer, person: Meet, link: tuple[Person, str, str]) -> None:
    app.run_python(EXPIRE, slug=link[1])
    guest = person("Guest")
    guest.follow(link[2])
    expect_refused(guest, "This link has expired")
    # No dead end: a message for the host, without the link, and the way in for people who have an account.
    message = guest.page.get_by_label("A message to the host")
    expect(message).to_have_value(re.compile(r"the page says: “This link has expired”\. Could you help me"))
    assert "/i" not in message.input_value()
    assert "#k=" not in message.input_value()
    expect(guest.page.get_by_role("button", name="Copy a message to the host")).to_be_enabled()
    expect(guest.page.locator("main").get_by_role("link", name="Sign in")).to_be_visible()


def test_a_revoked_link(person: Meet, own_link: tuple[Person, str, str]) -> None:
    olga = own_link[0]
    olga.page.on("dialog", lambda dialog: dialog.accept())
    olga.page.get_by_role("button", name="Revoke").click()
    expect(olga.page.get_by_text("Links that no longer work")).to_be_visible()
    guest = person("Guest")
    guest.follow(own_link[2])
    expect_refused(guest, "This link was revoked")


def test_an_unknown_link(app: AppServer, person: Meet) -> None:
    guest = person("Guest")
    guest.follow(f"{app.origin}/i#k=1{secrets.token_urlsafe(16)}")
    expect_refused(guest, "Invalid link")


def test_a_link_to_a_closed_room(person: Meet, own_link: tuple[Person, str, str]) -> None:
    own_link[0].page.get_by_role("button", name="Close room").click()
    expect(own_link[0].page.get_by_role("button", name="Reopen room")).to_be_visible()
    guest = person("Guest")
    guest.follow(own_link[2])
    expect(guest.page.get_by_role("heading", name="The room is closed")).to_be_visible()


def test_a_link_that_a_scanner_rewrote(person: Meet, link: tuple[Person, str, str]) -> None:
    guest = person("Guest")
    guest.accept(link[2].replace("/i#k=", "/i/%23k="))
    guest.join()


def test_pressing_join_again_takes_no_second_use(person: Meet, link: tuple[Person, str, str]) -> None:
    for_one = link[0].create_link(lets_in="One person")
    guest = person("Guest")
    guest.accept(for_one)
    guest.accept(for_one)
    guest.join()


def test_a_browser_without_cookies_gets_an_explanation(person: Meet, link: tuple[Person, str, str]) -> None:
    guest = person("Guest")
    guest.page.goto(link[2])
    expect(guest.page.get_by_role("button", name="Continue")).to_be_visible()
    guest.context.clear_cookies()
    guest.page.get_by_role("button", name="Continue").click()
    expect_refused(guest, "Cookies are blocked")


def test_a_room_address_lets_no_stranger_in(person: Meet, link: tuple[Person, str, str]) -> None:
    sam = person("Sam")
    sam.sign_in()
    sam.go(f"/r/{link[1]}")
    expect(sam.page.get_by_role("heading", name="You can't join with this address")).to_be_visible()
