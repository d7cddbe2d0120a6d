"""The dashboard is true while it is open: who is inside, who knocks, and whether one is still signed in."""

import re

import pytest
from playwright.sync_api import expect

from tests.app_server import AppServer
from tests.browser.hearing import hears, listen
from tests.browser.meeting import ANYONE, Meet
from tests.browser.person import open_section
from tests.browser.test_pages import examine

SOON = 30_000  # milliseconds on a busy machine

MAKE_ROOMS = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from rooms.flows.rooms import create_room
from rooms.models import Room
olga = User.objects.get(email="olga@example.org")
for number, name in enumerate(names):
    room = create_room(olga, name)
    Room.objects.filter(pk=room.pk).update(last_used_at=timezone.now() - timedelta(days=number + 1))
result = None
"""


@pytest.mark.long
def test_a_knock_is_answered_from_the_dashboard(person: Meet, own_app: AppServer) -> None:
    olga, guest = person("Olga", server=own_app), person("Guest", server=own_app)
    olga.sign_in()
    page = olga.page
    slug = olga.create_room()
    open_section(page, "join-rule")
    page.get_by_label("Ask to join").check()
    page.locator("mp-join-rule-form").get_by_role("button", name="Save").click()
    expect(page.locator("mp-invite-form[data-epoch='2'][data-knock]")).to_be_attached(timeout=SOON)
    link = olga.create_link(lets_in=ANYONE)

    # The page of rooms is open; a guest knocks. The owner's browser holds the key that the server never had.
    olga.go("/rooms/")
    card = page.locator(f".room-card[data-slug='{slug}']")
    expect(card.get_by_text("Empty")).to_be_visible()
    listen(olga)
    guest.redeem(link)
    guest.page.get_by_label("Your name").fill("Guest")
    guest.page.get_by_role("button", name="Ask to join").click()
    expect(page.locator(".knock")).to_contain_text("Guest wants to join.", timeout=SOON)
    expect(page).to_have_title(re.compile(r"^\(1\) My rooms"))
    expect(card.get_by_text("1 person wants to join")).to_be_visible()
    hears(olga, "Guest wants to join. Monday meeting")
    expect(page.locator(".knock[data-settling]")).to_have_count(0)
    assert examine(page) == []
    page.get_by_role("button", name="Let in").click()
    guest.see_call_state("in-call", 30)

    # Who is inside is seen at once, by name, and nothing knocks any more.
    expect(card.get_by_text("1 person in the call")).to_be_visible(timeout=SOON)
    expect(card.locator("[data-people]")).to_have_text(re.compile(r"^Guest · since \d"))
    expect(page).to_have_title(re.compile("^My rooms"))
    expect(page.locator(".knock")).to_have_count(0)

    # The server restarts: the page is true again by itself.
    own_app.stop()
    own_app.start()
    guest.leave()
    expect(card.get_by_text("Empty")).to_be_visible(timeout=SOON)

    # From the card into the call in one press, as the devices are known.
    olga.context.grant_permissions(["camera", "microphone"])
    card.get_by_role("link", name="Join Monday meeting").last.click()
    olga.see_call_state("in-call", 30)
    olga.go("/rooms/")
    expect(card.get_by_text("Empty")).to_be_visible(timeout=SOON)
    expect(card.get_by_text("Last used today")).to_be_visible()
    expect(page.locator("#room-watch [data-part=notice]")).to_be_hidden()

    # What changes elsewhere appears here: more rooms, in the order of their use, and a search among many.
    own_app.run_python(MAKE_ROOMS, names=["Café Zürich", *[f"Room {number}" for number in range(9)]])
    own_app.run_python("from rooms.models import Room\nRoom.objects.update(join_rule='locked')\nresult = None")
    office = olga.new_page()
    office.goto(f"{own_app.origin}/rooms/{slug}/")
    open_section(office, "settings")
    office.locator("input[name=name]").fill("Tuesday meeting")
    office.locator("form[action$='/edit']").get_by_role("button", name="Save").click()
    office.get_by_role("heading", name="Tuesday meeting").wait_for()
    expect(page.locator(".room-card__name").first).to_have_text("Tuesday meeting", timeout=SOON)
    expect(page.locator(".room-card__name").nth(1)).to_have_text("Café Zürich")
    search = page.get_by_role("searchbox", name="Search rooms")
    listen(olga)
    search.fill("ZURICH cafe")
    expect(page.locator(".room-card:visible")).to_have_count(1)
    hears(olga, "1 room found.")
    search.fill("")
    expect(page.locator(".room-card:visible")).to_have_count(11)

    # Signed out in another tab: the page says that it is not to be trusted any more.
    office.goto(f"{own_app.origin}/accounts/logout/")
    office.get_by_role("button", name="Keep it and sign out").click()
    expect(page.get_by_text("You've been signed out.")).to_be_visible(timeout=SOON)
    expect(page.locator("#room-watch").get_by_role("link", name="Sign in")).to_be_visible()
