"""The page of the keys in this browser, for an owner and for a guest without an account."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import Person
from tests.browser.test_call_page import expect_accessible

pytestmark = pytest.mark.devices_off

# Everything that the browser keeps of rooms, besides files: the names of the databases with the keys of their records.
HELD = """async () => {
  const held = [];
  const from = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  for (const { name } of await indexedDB.databases()) {
    const database = await from(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const keys = await from(database.transaction(store).objectStore(store).getAllKeys());
      held.push(...keys.map((key) => `${name}: ${key}`));
    }
    database.close();
  }
  return held.sort();
}"""


def held(who: Person) -> list[str]:
    """Return what a person's browser keeps, read past the program."""
    answer: Any = who.page.evaluate(HELD)
    return list(answer)


def test_keys_are_shown_and_forgotten(person: Meet) -> None:
    meeting = make_meeting(person, "Guest")
    olga, guest = meeting.people
    slug = meeting.slug

    # A guest without an account finds the page from every other one, and the room under its name.
    guest.go("/")
    guest.page.get_by_role("contentinfo").get_by_role("link", name="Keys in this browser").click()
    page = guest.page
    room = page.locator("#keys-rooms > li")
    expect(room.get_by_role("heading", name="Monday meeting")).to_be_visible()
    expect(room).to_contain_text("Room key, number 1, since today")
    expect(page.get_by_label("Let people recognise this device")).not_to_be_checked()
    expect_accessible(page)
    assert held(guest) == [f"meeting-point: {slug}"]
    room.get_by_role("button", name="Forget the keys of Monday meeting…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("you need a new invite link")
    dialog.get_by_role("button", name="Forget", exact=True).click()
    expect(page.get_by_text("No keys in this browser")).to_be_visible()
    assert held(guest) == []
    guest.go(f"/r/{slug}")
    expect(page.locator("#key-problem")).to_be_visible()

    # The owner, from the menu of the account; a second room's key stays until everything is forgotten.
    other = olga.create_room("Tea")
    page = olga.page
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("link", name="Keys in this browser").first.click()
    expect(page.get_by_role("heading", level=2)).to_have_text(["This device", "Tea", "Monday meeting"])
    expect(page.locator("#keys-rooms > li").nth(1)).to_contain_text("The link for anyone that you created here")
    expect(page.get_by_label("Let people recognise this device")).to_be_checked()
    page.get_by_label("Let people recognise this device").uncheck()
    page.reload()
    expect(page.get_by_label("Let people recognise this device")).not_to_be_checked()
    page.get_by_role("button", name="Forget the keys of Monday meeting…").click()
    expect(page.get_by_role("dialog")).to_contain_text("the room needs a new one")
    page.get_by_role("dialog").get_by_role("button", name="Forget", exact=True).click()
    expect(page.get_by_text("The keys of “Monday meeting” were forgotten.")).to_be_visible()
    assert [name for name in held(olga) if slug in name] == []
    assert f"meeting-point: {other}" in held(olga)
    page.get_by_role("button", name="Forget everything…").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget", exact=True).click()
    expect(page.get_by_text("No keys in this browser")).to_be_visible()
    assert held(olga) == []

    # With nothing to ask about, signing out needs one press.
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(olga.app.origin + "/")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
