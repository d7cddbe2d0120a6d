"""Where a file goes in browsers that keep nothing, and how the share sheet of a phone reaches a room."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.meeting import Meet, make_meeting, share_files
from tests.browser.person import Person
from tests.browser.test_call_page import expect_accessible
from tests.browser.test_files import digest, kept, open_files, send
from tests.services import wait_until

pytestmark = pytest.mark.devices_off

# As in a private window that keeps nothing.
NO_ROOM = "StorageManager.prototype.estimate = async () => ({ quota: 0, usage: 0 });"
SHARE = """() => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", enctype: "multipart/form-data", action: "/files/share" });
  const input = document.createElement("input");
  form.append(Object.assign(input, { type: "file", name: "files", multiple: true, id: "sheet" }));
  document.body.append(form);
}"""
READY = "navigator.serviceWorker.getRegistration('/files/').then((found) => found?.active?.state === 'activated')"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file of 40 MB and a bit, too large to be kept in memory first."""
    path = tmp_path / "film’s (1).mkv"
    path.write_bytes(bytes(range(256)) * 160_000 + b"the end")
    return path


@pytest.fixture(scope="module")
def forgetful(company: Meet) -> tuple[Person, Person]:
    """Olga together with a guest whose browser has no room for files, for all tests of such a browser."""
    meeting = make_meeting(company, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    guest.page.add_init_script(NO_ROOM)
    share_files(meeting)
    return olga, guest


def offer(olga: Person, guest: Person, path: Path) -> tuple[Locator, Locator]:
    """Offer a file; return the newest entry in the sender's list and in the receiver's."""
    transfers = guest.page.locator(".transfer").count()
    sent, offered = send(olga, path), open_files(guest)
    expect(guest.page.locator(".transfer")).to_have_count(transfers + 1)
    return sent, offered


@pytest.mark.long
def test_a_browser_that_keeps_nothing_passes_a_file_on_to_its_downloads(
    forgetful: tuple[Person, Person], film: Path, tmp_path: Path
) -> None:
    olga, guest = forgetful
    sent, offered = offer(olga, guest, film)
    with guest.page.expect_download(timeout=30_000) as download:
        offered.get_by_role("button", name="Download").click()
    expect(offered).to_contain_text("Saved, ", timeout=60_000)
    expect(offered.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    expect(sent).to_contain_text("Sent, ")
    assert download.value.failure() is None
    download.value.save_as(tmp_path / "saved")
    assert digest(tmp_path / "saved") == digest(film)
    assert download.value.suggested_filename == "film’s (1).mkv"
    assert kept(guest) == []


def test_a_download_that_breaks_off_is_not_taken_for_a_file(forgetful: tuple[Person, Person], film: Path) -> None:
    olga, guest = forgetful
    sent, offered = offer(olga, guest, film)
    with guest.page.expect_download(timeout=30_000) as download:
        offered.get_by_role("button", name="Download").click()
    sent.get_by_role("button", name="Cancel").click()
    expect(offered).to_contain_text("Cancelled")
    assert download.value.failure() is not None


def test_a_small_file_goes_from_memory_to_the_downloads(forgetful: tuple[Person, Person], tmp_path: Path) -> None:
    olga, guest = forgetful
    note = tmp_path / "note.txt"
    note.write_text("No room, but for this.")
    _, offered = offer(olga, guest, note)
    with guest.page.expect_download() as download:
        offered.get_by_role("button", name="Download").click()
    expect(offered).to_contain_text("Saved, ")
    download.value.save_as(tmp_path / "saved")
    assert digest(tmp_path / "saved") == digest(note)


FORGOTTEN = """() => new Promise((done) => {
  const opening = indexedDB.open('meeting-point-shared');
  opening.onsuccess = () => {
    const asked = opening.result.transaction('shared').objectStore('shared').count();
    asked.onsuccess = () => { opening.result.close(); done(asked.result === 0); };
  };
})"""


def test_what_the_share_sheet_hands_over_reaches_a_room(person: Meet, tmp_path: Path) -> None:
    meeting = make_meeting(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    guest.join()
    photos = [tmp_path / "beach.jpg", tmp_path / "dog.jpg"]
    for photo in photos:
        photo.write_bytes(photo.name.encode() * 100_000)

    # Olga's phone posts what she shares, as the manifest says; it stays in her browser.
    olga.go("/rooms/")
    wait_until(lambda: olga.page.evaluate(READY), 30, "the worker is there")
    olga.page.evaluate(SHARE)
    olga.page.locator("#sheet").set_input_files([str(photo) for photo in photos])
    olga.page.evaluate("document.querySelector('#sheet').form.submit()")
    expect(olga.page.get_by_text("“beach.jpg” and 1 more are waiting in this browser.")).to_be_visible()
    expect_accessible(olga.page)

    # Two presses, and one for sending.
    olga.page.get_by_role("link", name="Monday meeting").first.click()
    olga.page.get_by_role("button", name="Join").click()
    expect(olga.page.locator("#files-what")).to_contain_text("2 files")
    olga.see_others(1)
    olga.page.get_by_role("button", name="Send", exact=True).click()
    offered = open_files(guest)
    expect(offered).to_contain_text("2 files")
    offered.get_by_role("button", name="Receive").click()
    expect(olga.page.locator(".transfer").first).to_contain_text("Sent, ", timeout=30_000)

    # Sent is forgotten, which takes the browser a moment.
    wait_until(lambda: olga.page.evaluate(FORGOTTEN), 30, "it is forgotten")
    olga.go("/files/share")
    expect(olga.page.get_by_text("No files are waiting in this browser.")).to_be_visible()
