"""A call begins before its chat and files are loaded: what others send and the person does until then is not lost."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.pages.held import HeldModules
from tests.browser.test_files import open_files, send

pytestmark = pytest.mark.devices_off

# As a module, and as `make bundle` names it.
FEATURES = "**/js/**/features*.js"
DROP = """() => {
  const data = new DataTransfer();
  data.items.add(new File(["dropped"], "plan.txt", { type: "text/plain" }));
  const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  document.querySelector("mp-grid").dispatchEvent(event);
  return event.defaultPrevented;
}"""


def test_nothing_is_lost_while_chat_and_files_are_loaded(person: Meet, tmp_path: Path) -> None:
    meeting = make_meeting(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    held = HeldModules(guest.page, FEATURES)
    guest.page.reload(wait_until="commit")
    for who in meeting.people:
        who.join()
    for who in meeting.people:
        who.see_others(1)

    # Olga has all of it, and does not know that the guest has not.
    (tmp_path / "minutes.txt").write_text("minutes")
    olga.use("Chat")
    olga.page.get_by_label("Message everyone").fill("Good morning")
    olga.page.keyboard.press("Enter")
    open_files(olga)
    send(olga, tmp_path / "minutes.txt")
    assert guest.page.evaluate("meetingPoint.files === undefined")

    guest.page.locator("#raise-hand").click()
    guest.use("Chat")
    guest.page.get_by_label("Message everyone").fill("Good evening")
    guest.page.keyboard.press("Enter")
    assert guest.page.evaluate(DROP)
    expect(guest.page.locator(".chat__text, .transfer")).to_have_count(0)

    # On a broken line it says so, and tries again.
    held.fail()
    expect(guest.page.locator("#toasts")).to_contain_text("Part of this page couldn't be loaded")
    expect(guest.page.locator("#files-what")).to_contain_text("plan.txt")
    expect(guest.page.locator(".transfer")).to_contain_text("minutes")
    expect(guest.page.locator("#raise-hand")).to_have_attribute("aria-pressed", "true")
    expect(olga.page.locator("mp-tile[data-self='false']")).to_have_attribute("data-hand", "1")
    for who in meeting.people:
        for words in ("Good morning", "Good evening"):
            expect(who.page.locator(".chat__text", has_text=words)).to_have_count(1)
    guest.page.locator(".transfer").get_by_role("button", name="Download").click()
    expect(olga.page.locator(".transfer")).to_contain_text("Sent")
    guest.complaints.clear()  # of the module that did not come

    # Leaving does not wait for it.
    held = HeldModules(guest.page, FEATURES)
    guest.page.reload(wait_until="commit")
    guest.join()
    guest.see_others(1)
    guest.leave()
    expect(guest.page.get_by_role("heading", name="You left")).to_be_visible()
    held.release()
