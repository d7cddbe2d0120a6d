"""Removal from a call takes two seconds at most: by the owner, by staff, or by signing out."""

import base64
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.app_server import AppServer, make_account
from tests.browser import totp
from tests.browser.kicking import at_most, stopwatch
from tests.browser.meeting import ANYONE, Meet, start_call
from tests.browser.person import PASSWORD, Person, open_section, see_and_hear

AT_ONCE = 2000  # milliseconds
OTHERS = "mp-tile[data-self='false']"
GIVE_SECOND_FACTOR = """
from allauth.mfa.totp.internal.auth import TOTP
from accounts.models import User
TOTP.activate(User.objects.get(email=address), secret)
"""


@pytest.fixture(scope="module")
def staff(app: AppServer, company: Meet) -> Person:
    """Ada, who looks after the site, signed in to the admin site with her second factor."""
    name = f"Ada{secrets.token_hex(3)}"  # a code works only once
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    make_account(app, f"{name.lower()}@example.org", name, PASSWORD, staff=True)
    app.run_python(GIVE_SECOND_FACTOR, address=f"{name.lower()}@example.org", secret=secret)
    ada = company(name)
    ada.go("/admin/")
    ada.page.get_by_label("Email address").fill(ada.address)
    ada.page.get_by_label("Password").fill(PASSWORD)
    ada.page.get_by_role("button", name="Sign in", exact=True).click()
    ada.page.locator("input[name=code]").fill(totp.code(secret))
    ada.page.locator("form:has(input[name=code]) button[type=submit]").first.click()
    expect(ada.page.get_by_role("heading", name="Overview")).to_be_visible()
    return ada


def act(ada: Person, place: str, search: str, action: str, start: Callable[[], None] = lambda: None) -> None:
    """Apply an action of the admin site to the one row that `search` finds; `start` is called right before."""
    ada.go(f"/admin/{place}/?q={search}")
    ada.page.locator("input[name=_selected_action]").check()
    ada.page.locator("select[name=action]").select_option(action)
    ada.page.locator("button[name=index]").click()
    ada.page.get_by_label("Your reason").fill("They asked for it.")
    start()
    ada.page.locator(".mp-confirm button[type=submit]").click()
    expect(ada.page.locator(".messagelist .success")).to_be_visible()


def expect_ended(who: Person, heading: str) -> None:
    """Check that the page shows this heading at once, in place of the call."""
    at_most(AT_ONCE, who, heading)


@pytest.mark.long
def test_staff_suspend_a_person_in_a_call_and_the_owner_of_a_room(app: AppServer, person: Meet, staff: Person) -> None:
    for name in ("Oscar", "Mallory"):
        make_account(app, f"{name.lower()}@example.org", name, PASSWORD)
    oscar, mallory, guest = person("Oscar"), person("Mallory"), person("Guest")
    for who in (oscar, mallory):
        who.sign_in()
    slug = oscar.create_room()
    link = oscar.create_link(lets_in=ANYONE)
    for who in (mallory, guest):
        who.redeem(link)
    oscar.join(slug)
    for who in (mallory, guest):
        who.join()
    for who in (oscar, mallory, guest):
        who.see_others(2)

    with stopwatch("staff suspend a person", [mallory], [oscar, guest], AT_ONCE) as start:
        act(staff, "accounts/user", mallory.address, "suspend", start)
    expect_ended(mallory, "An account is suspended")
    expect(oscar.page.locator(OTHERS)).to_have_count(1, timeout=AT_ONCE)
    # And does not come back, neither into the room nor into the account.
    mallory.page.reload()
    expect(mallory.page.get_by_label("Your name")).to_have_count(0)

    # With the owner's account, the room ends for everyone.
    with stopwatch("staff suspend a room's owner", [oscar, guest], [], AT_ONCE) as start:
        act(staff, "accounts/user", oscar.address, "suspend", start)
    for who in (oscar, guest):
        expect_ended(who, "An account is suspended")


@pytest.mark.long
def test_staff_revoke_a_link_and_close_a_room(person: Meet, staff: Person) -> None:
    meeting = start_call(person, "Guest")
    # The link admits no one from now on, and those inside stay.
    act(staff, "rooms/invite", meeting.slug, "revoke-link")
    late = person("Late")
    late.follow(meeting.link)
    expect(late.page.get_by_role("heading", name="This link was revoked")).to_be_visible()
    for who in meeting.people:
        who.see_others(1)
    see_and_hear(meeting.people, 1)

    with stopwatch("staff close a room", meeting.people, [], AT_ONCE) as start:
        act(staff, "rooms/room", meeting.slug, "close-room", start)
    for who in meeting.people:
        expect_ended(who, "The room is closed")


@pytest.mark.long
def test_the_owner_removes_a_guest(person: Meet) -> None:
    meeting = start_call(person, "Guest")
    (guest,) = meeting.guests
    second_tab = meeting.olga.new_page()
    second_tab.goto(f"{meeting.olga.app.origin}/rooms/{meeting.slug}/")
    open_section(second_tab, "people")
    with stopwatch("the owner removes a guest from the room's page", [guest], [meeting.olga], AT_ONCE) as start:
        start()
        second_tab.get_by_role("button", name="Remove").click()
    expect_ended(guest, "You were removed from the room")
    expect(meeting.olga.page.locator(OTHERS)).to_have_count(0, timeout=AT_ONCE)

    # The link that brought the guest does not bring them back.
    guest.follow(meeting.link)
    expect(guest.page.get_by_role("heading", name="You were removed from this room")).to_be_visible()


def test_signing_out_in_another_tab_ends_the_call(person: Meet) -> None:
    meeting = start_call(person, "Guest")
    second_tab = meeting.olga.new_page()
    second_tab.goto(f"{meeting.olga.app.origin}/accounts/logout/")
    with stopwatch("a person signs out in another tab", [meeting.olga], meeting.guests, AT_ONCE) as start:
        start()
        second_tab.get_by_role("button", name="Keep it and sign out").click()
    expect_ended(meeting.olga, "You were signed out")
    expect(meeting.guests[0].page.locator(OTHERS)).to_have_count(0, timeout=AT_ONCE)
