"""What was received stays in the browser until it is saved, across reloads and calls, and leaves nothing behind."""

import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.meeting import make_meeting, share_files
from tests.browser.pages.test_browser_keys import held
from tests.browser.person import Person
from tests.browser.test_call_page import expect_accessible
from tests.browser.test_files import MOVED, kept, open_files, send
from tests.services import wait_until

pytestmark = pytest.mark.devices_off

Meet = Callable[..., Person]
# Lanes that deliver nothing.
HOLD = """() => {
  const send = RTCDataChannel.prototype.send;
  globalThis.letGo = () => {
    RTCDataChannel.prototype.send = send;
  };
  RTCDataChannel.prototype.send = function (data) {
    if (typeof data === "string") return send.call(this, data);
  };
}"""
ASKS = "() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))"


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Two pictures."""
    paths = [tmp_path / "beach.jpg", tmp_path / "pier.jpg"]
    for path in paths:
        path.write_bytes(os.urandom(1_234_567))
    return paths


def meet(person: Meet, browser: Browser) -> tuple[Person, Person]:
    """Olga and a guest in a room; they share files without devices."""
    meeting = make_meeting(person)
    olga, guest = meeting.olga, person("Guest", browser=browser)
    guest.redeem(meeting.link)
    meeting.guests.append(guest)
    share_files(meeting)
    return olga, guest


def receive(sender: Person, receiver: Person, paths: list[Path]) -> None:
    """Send files that are received and not saved."""
    items = receiver.page.locator(".transfer")
    count = items.count()
    sent = send(sender, *paths)
    expect(items).to_have_count(count + 1)
    open_files(receiver).get_by_role("button", name="Receive").click()
    expect(sent).to_contain_text("Sent, ", timeout=30_000)


@pytest.mark.long
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_what_was_received_is_there_until_it_is_saved(
    person: Meet, photos: list[Path], tmp_path: Path, browser: str, request: pytest.FixtureRequest
) -> None:
    olga, guest = meet(person, request.getfixturevalue(browser))
    items, earlier = guest.page.locator(".transfer"), guest.page.locator("#files-earlier .received")

    # Two transfers of the same files are two: removing one leaves the other whole. What is saved is freed.
    receive(olga, guest, photos)
    receive(olga, guest, photos)
    items.first.get_by_role("button", name="Remove").click()
    expect(items).to_have_count(1)
    wait_until(lambda: len(kept(guest)) == 2, 5, "two files are left")
    with guest.page.expect_download() as download:
        items.first.get_by_role("button", name="Save", exact=True).click()
    expect(items.first).to_contain_text("Saved, ")
    download.value.save_as(tmp_path / "saved.zip")
    saved = zipfile.ZipFile(tmp_path / "saved.zip")
    assert {name: saved.read(name) for name in saved.namelist()} == {path.name: path.read_bytes() for path in photos}
    wait_until(lambda: kept(guest) == [], 5, "nothing is left")

    # A reload keeps what is not saved: the call lists it, and so does the page of received files. Accepting outlasts a
    # reload before the first byte, too.
    receive(olga, guest, photos)
    olga.page.evaluate(HOLD)
    sent = send(olga, *photos)
    expect(items).to_have_count(3)
    open_files(guest).get_by_role("button", name="Receive").click()
    expect(sent).to_contain_text("0 bytes of 2.5 MB")
    guest.page.reload()
    olga.page.evaluate("globalThis.letGo()")
    guest.join()
    open_files(guest)
    expect(earlier).to_have_count(1, timeout=30_000)  # the other is here again as soon as its sender is
    expect(earlier).to_contain_text(re.compile("From Olga.*2 files.*kept here until", re.DOTALL))
    expect(sent).to_contain_text("Sent, ", timeout=30_000)
    page = guest.new_page()
    page.goto(guest.app.origin + "/received")
    listed = page.locator(".received")
    expect(listed).to_have_count(2)
    expect(page.get_by_role("heading", name="Monday meeting")).to_be_visible()
    expect(page.locator("#received-summary")).to_contain_text("4 files, 4.9 MB")
    expect_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save all").click()
    assert re.fullmatch(r"Files from Monday meeting\.zip", download.value.suggested_filename)
    for number in (0, 1):
        expect(listed.nth(number)).to_contain_text("Saved, ")
    expect(page.locator("#received-summary")).to_be_hidden()
    expect(earlier).to_have_count(0)
    expect(items).to_have_count(0)
    assert kept(guest) == []

    # A part is listed as such. Everything is removed with one press and a question.
    receive(olga, guest, photos)
    film = tmp_path / "film.mkv"
    film.touch()
    os.truncate(film, 400_000_000)
    send(olga, film)
    open_files(guest).get_by_role("button", name="Download").click()
    wait_until(lambda: guest.page.evaluate(MOVED) > 14_000_000, 30, "some of it came")
    olga.page.close(run_before_unload=False)
    expect(listed.nth(0)).to_contain_text(re.compile(r"MB of 400 MB"), timeout=30_000)
    guest.page.close(run_before_unload=False)
    expect(listed.nth(0)).to_contain_text("continues when Olga is back in the room")
    page.get_by_role("button", name="Remove everything…").click()
    expect_accessible(page)
    page.get_by_role("button", name="Remove everything", exact=True).click()
    expect(page.get_by_text("No received files")).to_be_visible()
    guest.page = page
    assert kept(guest) == []
    expect_accessible(page)


@pytest.mark.long
def test_leaving_asks_what_becomes_of_received_files(person: Meet, chromium: Browser, photos: list[Path]) -> None:
    olga, guest = meet(person, chromium)
    page = olga.page
    leave = page.get_by_label("Call controls").get_by_role("button", name="Leave")
    dialog = page.get_by_role("dialog", name="You haven't saved everything that you received")

    # Kept: the page after the call lists it, and the next leave does not ask about it again.
    receive(guest, olga, photos)
    leave.click()
    expect_accessible(page)
    dialog.get_by_role("button", name="Keep and leave").click()
    expect(page.locator("#ended-unsaved")).to_contain_text("stays in this browser for 7 days")
    expect(page.locator("#ended-received .received")).to_have_count(1)
    expect_accessible(page)
    page.get_by_role("button", name="Rejoin").click()
    olga.see_call_state("in-call")
    open_files(olga)
    expect(page.locator("#files-earlier .received")).to_have_count(1)
    olga.leave()
    assert len(kept(olga)) == 2

    # Not kept: what came in this call is gone, and only that.
    page.get_by_role("button", name="Rejoin").click()
    olga.see_call_state("in-call")
    guest.see_others(1)
    receive(guest, olga, photos)
    assert len(kept(olga)) == 4
    send(guest, *photos)
    leave.click()
    dialog.get_by_role("button", name="Leave and delete").click()
    olga.see_call_state("ended")
    wait_until(lambda: len(kept(olga)) == 2, 5, "what was not kept is gone")

    # An offer that no one has answered ends with the tab, also when no one else is there.
    guest.see_others(0)
    assert guest.page.evaluate(ASKS)
    guest.page.get_by_label("Call controls").get_by_role("button", name="Leave").click()
    expect(guest.page.get_by_role("dialog")).to_contain_text("Your files haven't been accepted yet")
    guest.page.get_by_role("button", name="Leave anyway").click()
    guest.see_call_state("ended")
    assert not guest.page.evaluate(ASKS)

    # Who signs out is asked about the rest.
    olga.go("/rooms/")
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    kept_here = page.locator("#sign-out-kept")
    expect(kept_here).to_contain_text("2 files that you received (2.5 MB)")
    expect(kept_here).to_contain_text("The keys of 1 room.")
    expect_accessible(page)
    page.get_by_role("button", name="Forget everything here and sign out").click()
    page.wait_for_url(olga.app.origin + "/")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert kept(olga) == []
    assert held(olga) == []
    assert page.evaluate("Object.keys(localStorage)") == ["hints-seen"]  # the tests themselves set it on every page
