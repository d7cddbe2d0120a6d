"""Leaving, reloading and closing the tab: a person who leaves is gone at once, and no one appears twice."""

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import Meet, start_call
from tests.browser.person import see_and_hear

OTHERS = "mp-tile[data-self='false']"


def test_who_leaves_reloads_or_closes_the_tab_is_gone_at_once_and_may_come_back(person: Meet) -> None:
    meeting = start_call(person, "Guest")
    (guest,) = meeting.guests

    guest.leave()
    expect(meeting.olga.page.locator(OTHERS)).to_have_count(0, timeout=2000)
    expect(guest.page.get_by_role("heading", name="You left")).to_be_visible()

    guest.page.get_by_role("button", name="Rejoin").click()
    guest.see_call_state("in-call")
    meeting.olga.see_others(1)
    meeting.olga.see_and_hear(1)

    # Two reloads leave one tile. (In the lab they are ten.)
    for _ in range(2):
        guest.page.reload(wait_until="commit")
        guest.see_call_state("prejoin")
        guest.page.locator("#join-form button[type=submit]").click()
    guest.see_call_state("in-call")
    for who in meeting.people:
        who.see_others(1)
    see_and_hear(meeting.people, 1)
    for who in meeting.people:
        expect(who.page.locator("mp-tile")).to_have_count(2)

    guest.page.close(run_before_unload=True)
    expect(meeting.olga.page.locator(OTHERS)).to_have_count(0, timeout=8000)  # once the tab has closed


@pytest.mark.long
def test_mute_and_camera_are_seen_by_the_others(person: Meet) -> None:
    meeting = start_call(person, "Guest")
    (guest,) = meeting.guests
    tile = meeting.olga.page.locator(OTHERS)
    expect(tile).to_have_attribute("data-muted", "false")
    expect(tile).to_have_attribute("data-camera", "true")

    toolbar = guest.page.get_by_label("Call controls")
    toolbar.get_by_role("button", name="Microphone").click()
    expect(tile).to_have_attribute("data-muted", "true")
    toolbar.get_by_role("button", name="Camera").click()
    expect(tile).to_have_attribute("data-camera", "false")
    toolbar.get_by_role("button", name="Camera").click()
    expect(tile).to_have_attribute("data-camera", "true")
    toolbar.get_by_role("button", name="Microphone").click()
    expect(tile).to_have_attribute("data-muted", "false")
    meeting.olga.see_and_hear(1)
