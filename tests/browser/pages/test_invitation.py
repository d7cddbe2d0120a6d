"""From a link into the call on one page: a press and a field. Each link that does not work says why, and what helps."""

import re
import secrets

import pytest
from playwright.sync_api import Route, expect

from tests.app_server import AppServer
from tests.browser.axe import violations
from tests.browser.meeting import Meet, Meeting, make_meeting
from tests.browser.person import Person

# A link for each reason why one does not work, in rooms without a key; the token is derived as browsers do (RFC 5869).
MAKE_LINKS = """
import base64, hashlib, hmac
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from rooms.flows.rooms import create_room
from rooms.models import Invite, JoinRule, Role
now = timezone.now()
olga = User.objects.get(email="olga@example.org")
for reason, secret in links.items():
    room = create_room(olga, reason)
    raw = base64.urlsafe_b64decode(secret + "==")
    key = hmac.digest(bytes(32), raw, "sha256")
    token = hmac.digest(key, b"meeting-point/v1/invite-token" + b"\\x01", "sha256")
    invite = Invite(room=room, created_by=olga, token_hash=hashlib.sha256(token).digest(), max_uses=1)
    invite.expires_at = now + timedelta(hours=-1 if reason == "expired" else 1)
    invite.revoked_at = now if reason == "revoked" else None
    invite.uses = int(reason == "used_up")
    invite.role = {"account_needed": Role.MEMBER, "not_yours": Role.OWNER}.get(reason, Role.GUEST)
    invite.save()
    room.closed_at = now if reason == "room_closed" else None
    room.expires_at = now if reason == "room_expired" else None
    room.join_rule = JoinRule.LOCKED if reason == "locked" else JoinRule.OPEN
    room.save()
"""
# The reason, what the page says, and what it offers besides the message to the host.
REFUSALS = {
    "expired": ("This link has expired", ["Sign in"]),
    "revoked": ("This link was revoked", ["Sign in"]),
    "used_up": ("This link has already been used", ["Sign in"]),
    "room_closed": ("The room is closed", ["Try again"]),
    "room_expired": ("The room has expired", []),
    "locked": ("The room is locked", ["Try again"]),
    "not_yours": ("This code is for the room's owner", ["Sign in"]),
    "account_needed": ("This link is for members", ["Sign in", "Sign up"]),
    "unknown": ("Invalid link", ["Continue", "Sign in"]),
    "damaged": ("This link is incomplete", ["Continue"]),
}
# Counts what the person does, over pages.
COUNT = """(() => {
  const count = (name) => (event) => {
    if (event.isTrusted) sessionStorage.setItem(name, Number(sessionStorage.getItem(name)) + 1);
  };
  addEventListener('click', count('presses'), true);
  addEventListener('change', count('fields'), true);
})()"""
COUNTED = "['presses', 'fields'].map((name) => Number(sessionStorage.getItem(name)))"
WIDTH = "document.documentElement.scrollWidth - innerWidth"
NARROW = {"width": 320, "height": 568}


@pytest.fixture(scope="module")
def meeting(company: Meet) -> Meeting:
    """Olga's room, which these tests leave as it was."""
    return make_meeting(company)


def join_by_link(guest: Person, link: str) -> list[int]:
    """Follow a link into the call; return how often the guest pressed something and how many fields they filled."""
    guest.context.add_init_script(COUNT)
    guest.follow(link)
    guest.page.get_by_label("Your name").fill(guest.name)
    guest.page.get_by_role("button", name="Join", exact=True).click()
    guest.see_call_state("in-call")
    return list(guest.page.evaluate(COUNTED))


def test_a_link_for_many_takes_each_a_press_and_a_field(meeting: Meeting, person: Meet) -> None:
    ada, ben = person("Ada"), person("Ben")
    visited: list[str] = []
    ada.page.on("framenavigated", lambda frame: visited.append(frame.url))
    assert join_by_link(ada, meeting.link) == [1, 1]
    # No other page was loaded. The address is that of the room, where the secret is not, and a reload leads back.
    assert all(re.search(r"/i(#k=.*)?$|/r/[^#]*$", url) for url in visited)
    assert ada.page.url == f"{ada.app.origin}/r/{meeting.slug}"
    expect(ada.page).to_have_title(re.compile("^Monday meeting"))
    expect(ada.page.locator(".stage__head [data-room-trust] .trust:visible")).to_have_text("Room key on")

    # The second friend sees that someone is there.
    ben.follow(meeting.link)
    expect(ben.page.get_by_text("1 person is here.")).to_be_visible()
    assert join_by_link(ben, meeting.link) == [1, 1]
    for who in (ada, ben):
        who.see_others(1)
    ada.page.reload()
    expect(ada.page.get_by_label("Your name")).to_have_value("Ada")
    ada.join()
    ada.see_others(1)


def test_a_reload_before_joining_keeps_the_invitation(meeting: Meeting, person: Meet) -> None:
    guest = person("Guest", viewport=NARROW, has_touch=True)
    # As a mail scanner writes it.
    guest.follow(meeting.link.replace("/i#k=", "/i/%23k="))
    heading = guest.page.get_by_role("heading", name="Olga invites you to Monday meeting")
    expect(heading).to_be_visible()
    assert guest.page.url == f"{guest.app.origin}/i"
    guest.page.reload()
    expect(heading).to_be_visible()
    assert guest.page.evaluate(WIDTH) == 0
    # For files only, without another page; and back.
    guest.page.get_by_role("button", name="Just share files").click()
    expect(guest.page.get_by_role("button", name="Join to share files")).to_be_visible()
    expect(guest.page.locator(".preview")).to_be_hidden()
    guest.page.get_by_role("button", name="Join with camera and microphone instead").click()
    expect(guest.page.locator(".preview[data-camera=on]")).to_be_visible()
    # By keyboard alone.
    guest.page.get_by_label("Your name").focus()
    guest.page.get_by_label("Your name").fill("Guest")
    guest.page.keyboard.press("Enter")
    guest.see_call_state("in-call")
    guest.leave()
    guest.page.get_by_role("button", name="Rejoin").click()
    guest.see_call_state("in-call")


def test_a_person_with_an_account_joins_with_one_press(meeting: Meeting, person: Meet) -> None:
    sam = person("Sam")
    sam.sign_in()
    sam.follow(meeting.link)
    expect(sam.page.get_by_label("Your name")).to_have_value("Sam")
    sam.page.get_by_role("button", name="Camera", exact=True).click()
    sam.page.get_by_role("button", name="Join", exact=True).click()
    sam.page.wait_for_url("**/r/*")
    sam.see_call_state("in-call")
    expect(sam.page.locator("mp-tile[data-self='true'][data-camera='false']")).to_have_count(1)


def test_names_in_a_link_are_text_until_the_server_says_them(meeting: Meeting, person: Meet) -> None:
    guest = person("Guest")
    secret = meeting.link.split("#k=2")[1][:22]
    wild = {
        "%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E": "<img src=x onerror=alert(1)>",
        "%E2%80%AEdlog": "dlog",
        "x" * 10_000: "x" * 60,
        "%00%0A%7F": "",
        "%": "",
        "%F0%9F%8E%89": "🎉",
        "%D7%A9%D7%9C%D7%95%D7%9D": "שלום",
    }
    guest.page.route("**/invites/look", lambda route: None)
    for written, shown in wild.items():
        guest.page.goto("about:blank")
        guest.follow(f"{guest.app.origin}/i#k=1{secret}&n={written}&by={written}")
        expected = f"{shown} invites you to {shown}" if shown else "You're invited to a meeting"
        expect(guest.page.locator("#prejoin-title")).to_have_text(expected)
        assert guest.page.locator("#prejoin-title *:not(bdi)").count() == 0
    guest.page.unroute_all(behavior="ignoreErrors")
    guest.page.reload()
    expect(guest.page.get_by_role("heading", name="Olga invites you to Monday meeting")).to_be_visible()


def test_a_link_that_does_not_work_says_why_and_what_helps(app: AppServer, person: Meet) -> None:
    links = {reason: secrets.token_urlsafe(16) for reason in REFUSALS}
    made = {reason: secret for reason, secret in links.items() if reason not in ("unknown", "damaged")}
    app.run_python(MAKE_LINKS, links=made)
    guest = person("Guest", viewport=NARROW)
    page = guest.page
    for reason, (heading, offers) in REFUSALS.items():
        page.goto("about:blank")
        secret = links[reason][:-3] if reason == "damaged" else links[reason]
        guest.follow(f"{app.origin}/i#k=1{secret}&n=Monday&by=Olga")
        expect(page.get_by_role("heading", name=heading)).to_be_focused()
        expect(page).to_have_title(re.compile(f"^{heading}"))
        # No camera is asked for, and nothing offers to join.
        expect(page.locator("#prejoin")).to_be_hidden()
        assert page.evaluate("document.querySelector('.preview__video').srcObject") is None
        shown = page.locator(".invite-page :is(button, a):visible").all_inner_texts()
        helps = ["Copy a message to the host"] if reason != "not_yours" else []
        assert sorted(shown) == sorted([*offers, *helps]), reason
        assert page.evaluate(WIDTH) == 0
    assert violations(page) == []
    # A message for the host, without the link.
    message = page.get_by_label("A message to the host").input_value()
    assert "the page says: “This link is incomplete”." in message
    assert "/i" not in message
    # The whole link helps where a part of it was missing.
    page.get_by_label("Code or link").fill(f"{app.origin}/i#k=1{links['expired']}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="This link has expired")).to_be_visible()


def test_what_is_in_the_way_for_a_moment_is_tried_again(meeting: Meeting, person: Meet) -> None:
    guest = person("Guest")
    page = guest.page
    again = page.get_by_role("button", name="Try again")
    page.route("**/invites/look", lambda route: route.abort())
    guest.follow(meeting.link)
    expect(page.get_by_role("heading", name="The server didn't respond")).to_be_visible()
    page.unroute("**/invites/look")
    page.route("**/invites/look", lambda route: route.fulfill(status=429, json={"reason": "slow_down"}))
    again.click()
    expect(page.get_by_role("heading", name="Too many attempts")).to_be_visible()
    page.unroute("**/invites/look")
    again.click()
    expect(page.get_by_role("heading", name="Olga invites you to Monday meeting")).to_be_focused()
    # Without the cookie no one gets in, and the camera is off meanwhile.
    page.get_by_label("Your name").fill("Guest")
    guest.context.clear_cookies()
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("heading", name="Cookies are blocked")).to_be_visible()
    expect(page.locator(".preview")).to_have_attribute("data-camera", "off")
    again.click()
    page.route("**/invites/redeem", lambda route: route.abort())
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("heading", name="The server didn't respond")).to_be_visible()
    # "Try again" repeats the press of Join.
    page.unroute("**/invites/redeem")
    again.click()
    guest.see_call_state("in-call")
    expect(page.locator("mp-tile[data-self='true'][data-camera='true']")).to_have_count(1)


def test_a_room_address_lets_no_stranger_in(meeting: Meeting, person: Meet) -> None:
    meeting.olga.go(f"/rooms/{meeting.slug}/")
    for_one = meeting.olga.create_link(lets_in="One person")
    max_ = person("Max")
    max_.sign_in()
    max_.go(f"/r/{meeting.slug}")
    expect(max_.page.get_by_role("heading", name="You can't join with this address")).to_be_visible()
    # A server that denies the key which the link says it holds: the guest is not let into a room without one.
    guest = person("Guest")

    def deny_the_key(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "epoch": 0, "wrapped": None, "key_check": None})

    guest.page.route("**/invites/redeem", deny_the_key)
    guest.follow(for_one)
    guest.page.get_by_label("Your name").fill("Guest")
    guest.page.get_by_role("button", name="Join", exact=True).click()
    expect(guest.page.get_by_role("heading", name="The server says that this room has no key")).to_be_focused()
    expect(guest.page.locator("#prejoin")).to_be_hidden()
    guest.page.unroute("**/invites/redeem")
    # A link for one lets the same browser in again.
    guest.page.goto("about:blank")
    for _ in range(2):
        guest.redeem(for_one)
    guest.join()
    max_.follow(for_one)
    expect(max_.page.get_by_role("heading", name="This link has already been used")).to_be_visible()
