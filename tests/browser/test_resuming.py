"""Transfers that are interrupted by a reload go on: only what is missing is sent again, and both read what is true."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.meeting import make_meeting, share_files
from tests.browser.person import Person
from tests.browser.test_files import MOVED, arrived, count_sent, digest, open_files, send
from tests.services import wait_until

pytestmark = pytest.mark.devices_off

Meet = Callable[..., Person]
SIZE = 12_345_678
# So much gets through before a reload: four megabytes of it are in the journal.
PART = 6_000_000
REST = SIZE - 4_000_000 + 100_000

# From now on, this tab sends no more than so many bytes of files: the rest leaves it and arrives nowhere.
HOLD = """(bytes) => {
  const send = RTCDataChannel.prototype.send;
  let left = bytes;
  globalThis.letGo = () => { RTCDataChannel.prototype.send = send; };
  RTCDataChannel.prototype.send = function (data) {
    const isChunk = data instanceof Uint8Array && data.length > 17 && data[0] === 1;
    if (isChunk && (left -= data.length) < 0) return;
    return send.call(this, data);
  };
}"""
# The browser's own dialog, which nothing can press here, gives a file of the page's own file system.
PICKED = """async (size) => {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle('holiday.tar', { create: true });
  const writable = await handle.createWritable();
  for (let at = 0; at < size; at += 65_536) {
    await writable.write(crypto.getRandomValues(new Uint8Array(Math.min(65_536, size - at))));
  }
  await writable.close();
  globalThis.showOpenFilePicker = async () => [handle];
}"""
HANDLES = """() => new Promise((done) => {
  const opening = indexedDB.open('meeting-point-sending');
  opening.onsuccess = () => {
    const asked = opening.result.transaction('handles').objectStore('handles').count();
    asked.onsuccess = () => { opening.result.close(); done(asked.result); };
  };
})"""


# What Firefox's dialog for folders does, which nothing can press here: files that know where they were.
CHOOSE_FOLDER = """(paths) => {
  const chosen = new DataTransfer();
  for (const path of paths) chosen.items.add(new File([path], path.split("/").at(-1)));
  const input = document.querySelector("#folder-input");
  input.files = chosen.files;
  [...input.files].forEach((file, at) => Object.defineProperty(file, "webkitRelativePath", { value: paths[at] }));
  input.dispatchEvent(new Event("change"));
}"""


def accept_part(receiver: Person) -> Locator:
    """Accept the newest offer, and wait until as much of it is here as its sender lets through."""
    before = receiver.page.evaluate(MOVED)
    offered = open_files(receiver)
    offered.get_by_role("button", name="Download").click()
    wait_until(lambda: receiver.page.evaluate(MOVED) > before + PART - 1_000_000, 60, "some of it came")
    return offered


@pytest.mark.long
def test_a_transfer_goes_on_after_either_side_reloads(person: Meet) -> None:
    meeting = make_meeting(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    share_files(meeting)
    olga.page.evaluate(PICKED, SIZE)
    olga.page.evaluate(HOLD, PART)
    olga.page.locator("[data-files='choose']").click()
    olga.page.get_by_role("button", name="Send", exact=True).click()
    sent = olga.page.locator(".transfer").first
    offered = accept_part(guest)
    assert olga.page.evaluate(HANDLES) == 1

    # The receiver reloads in the middle: no one has to press anything but Join.
    guest.page.reload()
    expect(sent).to_contain_text("MB of 12.3 MB · waiting to reconnect", timeout=20_000)
    olga.page.evaluate("letGo()")
    olga.page.evaluate(HOLD, 1_000_000)
    guest.join()
    open_files(guest)
    wait_until(lambda: guest.page.evaluate(MOVED) > 4_500_000, 60, "it went on")

    # The sender reloads: the receiver reads what it waits for. One press, and only the rest is sent.
    olga.page.reload()
    olga.join()
    count_sent(olga)
    expect(offered).to_contain_text("MB of 12.3 MB · the sender has to choose the file again", timeout=20_000)
    expect(olga.page.locator("#files-wanted")).to_contain_text("Guest is still missing part of “holiday.tar”")
    olga.page.get_by_role("button", name="Resume sending").click()
    expect(offered).to_contain_text("Received, 12.3 MB · not saved yet", timeout=60_000)
    expect(sent).to_contain_text("Sent, 12.3 MB · not saved there yet")
    expect(olga.page.locator("#files-wanted")).to_be_hidden()
    assert olga.page.evaluate("sentBytes") < REST
    wait_until(lambda: olga.page.evaluate(HANDLES) == 0, 10, "it is not remembered any longer than needed")
    arrived(guest, offered)
    expect(sent).to_contain_text("Sent, 12.3 MB · saved there")


@pytest.mark.long
def test_firefox_sends_receives_and_goes_on_after_a_reload(person: Meet, firefox: Browser, tmp_path: Path) -> None:
    meeting = make_meeting(person)
    olga, fred = meeting.olga, person("Fred", browser=firefox)
    fred.redeem(meeting.link)
    meeting.guests.append(fred)
    share_files(meeting)
    file = tmp_path / "holiday.tar"
    file.write_bytes(os.urandom(SIZE))

    # Firefox receives and reloads in the middle: it goes on by itself, and what it has is not sent again.
    olga.page.evaluate(HOLD, PART)
    sent = send(olga, file)
    offered = accept_part(fred)
    fred.page.reload()
    olga.page.evaluate("letGo()")
    count_sent(olga)
    fred.join()
    open_files(fred)
    expect(sent).to_contain_text("Sent, 12.3 MB · not saved there yet", timeout=60_000)
    assert olga.page.evaluate("sentBytes") < REST
    assert arrived(fred, offered) == digest(file)
    expect(sent).to_contain_text("Sent, 12.3 MB · saved there")

    # Firefox sends and reloads: its person has to choose the file again, both read that, and only the rest is sent.
    fred.page.evaluate(HOLD, PART)
    send(fred, file)
    answer = accept_part(olga)
    fred.page.reload()
    fred.join()
    count_sent(fred)
    expect(answer).to_contain_text("the sender has to choose the file again", timeout=20_000)
    expect(fred.page.locator("#files-wanted")).to_contain_text("Olga is still missing part of “holiday.tar”")
    expect(fred.page.get_by_role("button", name="Resume sending")).to_be_hidden()
    sent = send(fred, file)
    assert arrived(olga, answer) == digest(file)
    expect(sent).to_contain_text("Sent, 12.3 MB · saved there")
    expect(fred.page.locator("#files-wanted")).to_be_hidden()
    assert fred.page.evaluate("sentBytes") < REST

    # A folder through Firefox's input comes with its folders.
    fred.page.evaluate(CHOOSE_FOLDER, ["trip/plan.txt", "trip/day one/lunch.txt"])
    fred.page.get_by_role("button", name="Send", exact=True).click()
    expect(olga.page.locator(".transfer").first).to_contain_text("2 files")
    folder = open_files(olga)
    folder.get_by_text("Show files").click()
    folder.get_by_role("button", name="Receive").click()
    expect(folder.locator("li", has_text="trip / day one / lunch.txt · 22 bytes · received")).to_be_visible()
    expect(folder.locator("li", has_text="trip / plan.txt · 13 bytes · received")).to_be_visible()
