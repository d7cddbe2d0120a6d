"""Nothing to find for axe in any state of a call: before it, alone, with others, in each dialog and panel, after it."""

from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import Person
from tests.browser.test_pages import DESKTOP, PHONE, examine

OFFER: FilePayload = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Agenda"}


def dialog(who: Person, name: str) -> Locator:
    """Return an open dialog."""
    return who.page.get_by_role("dialog", name=name)


@pytest.mark.long
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_state_of_a_call_is_accessible(person: Meet, screen: dict[str, Any]) -> None:
    wrong: list[str] = []
    meeting = make_meeting(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    page = olga.page
    page.set_viewport_size(screen["viewport"])
    page.emulate_media(color_scheme=screen["color_scheme"])

    def look(state: str) -> None:
        wrong.extend(f"{state}: {each}" for each in examine(page))

    def look_at_dialog(name: str) -> None:
        expect(dialog(olga, name)).to_be_visible()
        look(name)
        page.keyboard.press("Escape")
        expect(dialog(olga, name)).to_be_hidden()

    # Before the call, with a wrong name; then alone.
    page.get_by_label("Your name").fill("")
    page.get_by_label("Your name").press("Enter")
    expect(page.get_by_text("Please enter your name.")).to_be_visible()
    look("the name is missing")
    olga.join()
    look("alone")
    guest.join()
    olga.see_others(1)
    expect(page.locator("mp-tile[data-route]")).to_be_attached()
    look("two people")

    # Menus.
    more = page.get_by_role("button", name="More", exact=True)
    for opener, menu in ((more, "#more-menu"), (page.get_by_role("button", name="React"), "#react-menu")):
        opener.press("Enter")
        expect(page.locator(menu)).to_be_visible()
        look(menu)
        page.keyboard.press("Escape")
    page.locator("mp-tile[data-self='false'] .person-more").press("Enter")
    expect(page.locator("#person-menu")).to_be_visible()
    look("#person-menu")
    page.get_by_role("button", name="Report").press("Enter")
    look_at_dialog("Report Guest")

    # Dialogs.
    for key, name in (("d", "Audio and video"), ("i", "Invite someone")):
        page.keyboard.press(key)
        look_at_dialog(name)
    for item, name in (("Who can join", "Who can join"), ("End call", "End the call for everyone?")):
        more.press("Enter")
        page.locator("#more-menu").get_by_role("button", name=item).press("Enter")
        look_at_dialog(name)
    page.locator("mp-tile[data-self='false'] .trust-button").dispatch_event("click")
    expect(page.locator("#safety-dialog")).to_be_visible()
    look("#safety-dialog")
    page.keyboard.press("Escape")
    page.locator("mp-tile[data-self='false'] .quality").dispatch_event("click")
    expect(page.locator("#details-dialog")).to_be_visible()
    look("#details-dialog")
    page.keyboard.press("Escape")
    page.locator("mp-tile[data-self='false'] .person-more").press("Enter")
    page.get_by_role("button", name="Remove…").press("Enter")
    look_at_dialog("Remove Guest?")

    # Panels, empty and full; a file that is offered, a hand, a screen.
    guest.page.keyboard.press("h")
    for key, panel in (("p", "People"), ("c", "Chat"), ("f", "Files")):
        page.keyboard.press(key)
        expect(page.get_by_role("complementary", name=panel)).to_be_visible()
        look(f"{panel}, empty")
        page.keyboard.press("Escape")
    guest.page.keyboard.press("c")
    guest.page.get_by_label("Message everyone").fill("See https://example.org")
    guest.page.keyboard.press("Enter")
    page.keyboard.press("c")
    expect(page.locator(".chat__text")).to_have_count(1)
    look("Chat, with a message")
    page.keyboard.press("Escape")
    guest.page.keyboard.press("Escape")
    guest.page.keyboard.press("f")
    guest.page.locator("#files-input").set_input_files(OFFER)
    guest.page.locator("#files-send").get_by_role("button", name="Send").click()
    expect(page.locator("#files-count")).to_have_text("1")
    look("a file is offered")
    page.keyboard.press("f")
    look("Files, with an offer")
    page.keyboard.press("Escape")
    guest.page.get_by_role("button", name="Share screen").click()
    expect(page.locator("mp-screen")).to_be_visible()
    look("a screen is shared")
    olga.use("Share screen")
    expect(page.locator("#sharing")).to_be_visible()
    look("both share")

    # After the call.
    # The file that waits to be accepted is given up.
    guest.page.get_by_role("button", name="Leave", exact=True).click()
    guest.page.get_by_role("button", name="Leave anyway").click()
    guest.see_call_state("ended")
    olga.leave()
    look("after the call")
    page.get_by_role("button", name="Rejoin").click()
    olga.see_call_state("in-call")
    second = olga.new_page()
    second.goto(page.url)
    second.locator("#join-form button[type=submit]").click()
    expect(page.get_by_role("heading", name="another tab")).to_be_visible()
    look("replaced by another tab")

    assert wrong == []
