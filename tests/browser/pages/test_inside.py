"""The page before the call: who is inside now, under the names that they have now, and for hosts who knocks."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import make_meeting
from tests.browser.person import Person
from tests.browser.voice.watching import WATCH_SOUNDS

pytestmark = pytest.mark.devices_off


def test_the_page_before_the_call_says_who_is_inside_now(company: Callable[..., Person]) -> None:
    meeting = make_meeting(company, "Max")
    olga, (max_,) = meeting.olga, meeting.guests
    inside = olga.page.locator("#inside")
    expect(inside).to_have_text("No one is here yet.")
    max_.join()
    expect(inside).to_have_text("Max is here.")

    # The server has only the sealed name, also of one that has changed.
    max_.use("Change my name")
    max_.page.get_by_label("New name").fill("Mina")
    max_.page.keyboard.press("Enter")
    expect(inside).to_have_text("Mina is here.")
    olga.join()
    olga.see_others(1)
    expect(olga.page.locator("mp-tile .tile__name", has_text="Mina")).to_have_count(1)

    # Who leaves is no longer inside.
    olga.go(f"/r/{meeting.slug}")
    expect(inside).to_have_text("Mina is here.")
    max_.leave()
    expect(inside).to_have_text("No one is here yet.")


def test_a_host_on_the_page_before_the_call_sees_who_knocks(company: Callable[..., Person]) -> None:
    meeting = make_meeting(company)
    olga, guest = meeting.olga, company("Guest")
    page = olga.page
    olga.go(f"/rooms/{meeting.slug}/")
    olga.open_section("join-rule")
    page.get_by_label("Ask to join").check()
    page.locator("mp-join-rule-form").get_by_role("button", name="Save").click()
    expect(page.locator("mp-invite-form[data-epoch='2'][data-knock]")).to_be_attached()
    link = olga.create_link(lets_in="Anyone")
    olga.go(f"/r/{meeting.slug}")
    expect(page.locator("#inside")).to_have_text("No one is here yet.")
    # Browsers allow sound after a press.
    page.get_by_label("Your name").click()
    page.evaluate(WATCH_SOUNDS)
    guest.redeem(link)
    knock(guest)
    page.wait_for_function("() => notes.join() === '659,523'")
    card = page.locator("#knocks .knock")
    expect(card).to_contain_text("Guest wants to join.")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    expect(card.locator("xpath=self::*[@data-settling]")).to_have_count(0)
    card.get_by_role("button", name="Decline").click()
    expect(card).to_have_count(0)
    guest.see_call_state("ended")
    guest.page.reload()
    knock(guest)
    expect(card).to_contain_text("Guest wants to join.")
    # In the call the same person is asked for once.
    olga.join()
    expect(card).to_have_count(1)
    card.get_by_role("button", name="Let in").click()
    for who in (olga, guest):
        who.see_others(1)
    expect(card).to_have_count(0)


def knock(guest: Person) -> None:
    """Ask to be let in."""
    guest.page.get_by_label("Your name").fill("Guest")
    guest.page.get_by_role("button", name="Ask to join").click()
