"""Transfers that are interrupted by a reload go on: only what is missing is sent again."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import make_meeting
from tests.browser.person import Person
from tests.browser.test_files import COMPLETE, MOVED, count_sent, digest, open_files, send
from tests.services import wait_until

Meet = Callable[..., Person]


@pytest.mark.long
def test_a_transfer_goes_on_when_the_file_is_chosen_again(person: Meet, tmp_path: Path) -> None:
    meeting = make_meeting(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    file = tmp_path / "holiday.tar"
    file.write_bytes(os.urandom(40_000_000))
    for who in meeting.people:
        who.join()
    olga.see_others(1)
    count_sent(olga)
    send(olga, file)
    offered = open_files(guest)
    offered.get_by_role("button", name="Download").click()
    wait_until(lambda: guest.page.evaluate(MOVED) > 8_000_000, 60, "some of it came")

    # The receiver reloads in the middle: no one has to press anything but Join.
    guest.page.reload()
    before = olga.page.evaluate("globalThis.sentBytes")
    guest.join()
    open_files(guest)
    wait_until(lambda: guest.page.evaluate(MOVED) > 20_000_000, 60, "it went on")

    # The sender reloads: the same file has to be chosen again, and again only the rest is sent.
    olga.page.reload()
    olga.join()
    count_sent(olga)
    expect(olga.page.locator("#files-wanted")).to_contain_text("is still missing part of “holiday.tar”")
    sent = send(olga, file)
    expect(offered).to_contain_text("Received, ", timeout=60_000)
    expect(sent).to_contain_text("Sent, ")
    assert before < 40_000_000
    assert olga.page.evaluate("globalThis.sentBytes") < 24_000_000
    with guest.page.expect_download() as download:
        offered.get_by_role("button", name="Save", exact=True).click()
    download.value.save_as(tmp_path / "saved")
    assert digest(tmp_path / "saved") == digest(file)


# The browser's own dialog, which nothing can press here, gives a file of the page's own file system.
PICKED = """async () => {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle('holiday.tar', { create: true });
  if ((await handle.getFile()).size === 0) {
    const writable = await handle.createWritable();
    const megabyte = new Uint8Array(1_000_000);
    for (let at = 0; at < 40; at += 1) {
      crypto.getRandomValues(megabyte.subarray(0, 65_536));
      await writable.write(megabyte);
    }
    await writable.close();
  }
  globalThis.showOpenFilePicker = async () => [handle];
}"""
HANDLES = """() => new Promise((done) => {
  const opening = indexedDB.open('meeting-point-sending');
  opening.onsuccess = () => {
    const asked = opening.result.transaction('handles').objectStore('handles').count();
    asked.onsuccess = () => { opening.result.close(); done(asked.result); };
  };
})"""


def test_a_transfer_goes_on_after_either_side_reloads(person: Meet) -> None:
    meeting = make_meeting(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    for who in meeting.people:
        who.join()
    olga.see_others(1)
    olga.page.evaluate(PICKED)
    count_sent(olga)
    open_files(olga)
    olga.page.locator("[data-files='choose']").click()
    olga.page.get_by_role("button", name="Send", exact=True).click()
    offered = open_files(guest)
    offered.get_by_role("button", name="Download").click()
    wait_until(lambda: guest.page.evaluate(MOVED) > 8_000_000, 60, "some of it came")
    assert olga.page.evaluate(HANDLES) == 1

    # The receiver reloads in the middle: no one has to press anything but Join.
    guest.page.reload()
    guest.join()
    open_files(guest)
    wait_until(lambda: guest.page.evaluate(MOVED) > 16_000_000, 60, "it went on")

    # The sender reloads: one press, and only the rest is sent.
    olga.page.reload()
    olga.join()
    count_sent(olga)
    expect(olga.page.locator("#files-wanted")).to_contain_text("Guest is still missing part of “holiday.tar”")
    olga.page.get_by_role("button", name="Resume sending").click()
    expect(offered).to_contain_text(COMPLETE, timeout=60_000)
    expect(olga.page.locator("#files-wanted")).to_be_hidden()
    assert olga.page.evaluate("globalThis.sentBytes") < 28_000_000
    wait_until(lambda: olga.page.evaluate(HANDLES) == 0, 10, "it is not remembered any longer than needed")
