"""Files from browser to browser: offered, accepted and complete, or declined and damaged."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.meeting import Meeting, make_meeting, share_files
from tests.browser.person import Person
from tests.browser.test_call_page import expect_accessible
from tests.services import wait_until

pytestmark = pytest.mark.devices_off

Meet = Callable[..., Person]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of 12 MB and a bit, whose last piece is short."""
    path = tmp_path / "holiday.tar"
    path.write_bytes(os.urandom(12_345_678))
    return path


def send(who: Person, *paths: Path) -> Locator:
    """Choose files and send them to the only other person; return the entry in the sender's list."""
    who.page.locator("#files-input").set_input_files([str(path) for path in paths])
    who.page.get_by_role("button", name="Send", exact=True).click()
    return who.page.locator(".transfer").first


def open_files(who: Person) -> Locator:
    """Open the file panel and return the newest entry."""
    panel = who.page.locator("#files")
    if panel.is_hidden():
        who.use("Files")
    return who.page.locator(".transfer").first


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


# A file that is complete: it also went to the downloads, unless the page was reloaded meanwhile.
COMPLETE = re.compile(r"(Saved|Received), ")
MOVED = "[...globalThis.meetingPoint.files.transfers.values()].reduce((sum, { moved }) => sum + moved, 0)"
KEPT = """async () => {
  const names = [];
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle("incoming", { create: true });
  for await (const name of folder.keys()) names.push(name);
  return names;
}"""
CATCH = """
globalThis.caught = [];
globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration) {
    super(configuration);
    globalThis.caught.push(this);
  }
};
"""
COUNT = """() => {
  const send = RTCDataChannel.prototype.send;
  globalThis.sentBytes = 0;
  RTCDataChannel.prototype.send = function (data) {
    if (data instanceof Uint8Array && data.length > 48) globalThis.sentBytes += data.length;
    return send.call(this, data);
  };
}"""


def arrived(who: Person, entry: Locator, seconds: float = 60) -> str:
    """Wait for the only file of an entry, save it unless it went to the downloads by itself, and return its SHA-256."""
    expect(entry).to_contain_text(COMPLETE, timeout=seconds * 1000)
    save = entry.get_by_role("button", name="Save", exact=True)
    if save.is_visible():
        with who.page.expect_download():
            save.click()
    return digest(Path(who.downloads[-1].path()))


def kept(who: Person) -> list[str]:
    """Return the folders in which this browser keeps files that came."""
    return who.page.evaluate(KEPT)


def count_sent(who: Person) -> None:
    """From now on, count the bytes of files that this tab hands to its lanes, as `sentBytes`."""
    who.page.evaluate(COUNT)


@pytest.fixture(scope="module")
def meeting(company: Meet) -> Meeting:
    """The call of all tests in which files go from Olga to a guest."""
    meeting = make_meeting(company, "Guest")
    for who in meeting.people:
        who.page.add_init_script(CATCH)
    share_files(meeting)
    return meeting


@pytest.fixture
def two(meeting: Meeting) -> Iterator[tuple[Person, Person]]:
    """Olga and the guest; what a test changed about sending is as it was, afterwards."""
    meeting.olga.page.evaluate("() => { globalThis.honestSend ??= RTCDataChannel.prototype.send; }")
    yield meeting.olga, meeting.guests[0]
    meeting.olga.page.evaluate("() => { RTCDataChannel.prototype.send = globalThis.honestSend; }")


def test_a_file_arrives_whole(two: tuple[Person, Person], file: Path, tmp_path: Path) -> None:
    olga, guest = two
    transfers = guest.page.locator(".transfer").count()
    sent = send(olga, file)
    offered = open_files(guest)
    expect(guest.page.locator(".transfer")).to_have_count(transfers + 1)
    expect(offered).to_contain_text("From Olga")
    expect(offered.locator(".transfer__extension")).to_have_text("TAR")
    # One press does it, and frees the storage.
    with guest.page.expect_download(timeout=60_000) as download:
        offered.get_by_role("button", name="Download").click()
    expect(offered).to_contain_text("Saved, ")
    expect(sent).to_contain_text("Sent, ")
    expect(offered.get_by_role("button", name="Save again")).to_be_hidden()
    saved = tmp_path / "saved"
    download.value.save_as(saved)
    assert download.value.suggested_filename == "holiday.tar"
    assert digest(saved) == digest(file)
    wait_until(lambda: kept(guest) == [], 5, "it is saved, so the storage is free")


@pytest.mark.long
def test_a_transfer_outlives_the_collection_of_garbage(person: Meet, tmp_path: Path) -> None:
    meeting = make_meeting(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    file = tmp_path / "holiday.tar"
    file.write_bytes(os.urandom(120_000_000))
    share_files(meeting)
    sent = send(olga, file)
    offered = open_files(guest)
    offered.get_by_role("button", name="Download").click()
    tabs = [who.page.context.new_cdp_session(who.page) for who in meeting.people]

    def whole() -> bool:
        for tab in tabs:
            tab.send("HeapProfiler.collectGarbage")
        return COMPLETE.search(offered.inner_text()) is not None

    wait_until(whole, 60, "the file has arrived")
    expect(sent).to_contain_text("Sent, ")
    assert arrived(guest, offered) == digest(file)


def test_nothing_moves_without_a_yes(two: tuple[Person, Person], file: Path, tmp_path: Path) -> None:
    olga, guest = two
    before, transfers = kept(guest), guest.page.locator(".transfer").count()

    # The guest declines, and Olga sees it; nothing was written.
    sent = send(olga, file)
    offered = open_files(guest)
    expect(guest.page.locator(".transfer")).to_have_count(transfers + 1)
    offered.get_by_role("button", name="Decline").click()
    expect(sent).to_contain_text("Declined")
    assert kept(guest) == before

    # Olga takes an offer back.
    sent = send(olga, file)
    expect(guest.page.locator(".transfer")).to_have_count(transfers + 2)
    sent.get_by_role("button", name="Cancel").click()
    expect(guest.page.locator(".transfer").first).to_contain_text("Cancelled")

    # A hostile name is shown for what it is, a folder as a list; Pause stops it on both sides, and Cancel ends it.
    evil = tmp_path / "annual report\u202efdp.exe"
    evil.write_bytes(b"x")
    send(olga, evil)
    last = guest.page.locator(".transfer").first
    expect(last.locator(".transfer__stem")).to_have_text("annual reportfdp")
    expect(last.locator(".transfer__extension")).to_have_text("EXE")
    large = tmp_path / "film.mkv"  # does not arrive before the press on Pause
    large.touch()
    os.truncate(large, 120_000_000)
    sent = send(olga, large, evil)
    expect(last).to_contain_text("2 files")
    expect_accessible(guest.page)
    last.get_by_role("button", name="Receive").click()
    last.get_by_role("button", name="Pause").click()
    expect(sent).to_contain_text("paused by the other person")
    sent.get_by_role("button", name="Pause").click()
    expect(last).to_contain_text("paused by both")
    last.get_by_role("button", name="Cancel").click()
    expect(sent).to_contain_text("Cancelled")
    wait_until(lambda: kept(guest) == before, 5, "what had come is thrown away")


HARM = """(harm) => {
  const send = globalThis.honestSend;
  let done = false;
  RTCDataChannel.prototype.send = function (data) {
    const frame = data instanceof Uint8Array && data.length > 17 && data[0] === 1 ? data : null;
    if (frame && (harm === "flip" || !done)) {
      done = true;
      if (harm === "flip") { data = frame.slice(); data[20] ^= 1; }
      if (harm === "less") data = frame.slice(0, frame.length - 1);
      if (harm === "more") { data = new Uint8Array(frame.length + 1); data.set(frame); }
      if (harm === "beyond") { data = frame.slice(); new DataView(data.buffer).setBigUint64(8, 5_000_000_000n); }
    }
    return send.call(this, data);
  };
}"""


def test_what_is_not_what_was_offered_is_refused(two: tuple[Person, Person], file: Path) -> None:
    olga, guest = two
    before, transfers = kept(guest), guest.page.locator(".transfer").count()
    for number, harm in enumerate(("flip", "less", "more", "beyond"), start=transfers + 1):
        olga.page.evaluate(HARM, harm)
        sent = send(olga, file)
        offered = open_files(guest)
        expect(guest.page.locator(".transfer")).to_have_count(number)
        offered.get_by_role("button", name="Download").click()
        expect(offered).to_contain_text("Nothing was saved", timeout=60_000)
        expect(sent).to_contain_text("Failed")
        expect(offered.get_by_role("button", name="Save", exact=True)).to_be_hidden()
        wait_until(lambda: kept(guest) == before, 5, f"nothing of it is kept ({harm})")


# The browser's own dialog, which nothing can press here, gives a folder of the page's own file system.
PICK_FOLDER = """async () => {
  const picked = await (await navigator.storage.getDirectory()).getDirectoryHandle("trip", { create: true });
  await picked.getDirectoryHandle("empty", { create: true });
  const writable = await (await picked.getFileHandle(".env", { create: true })).createWritable();
  await writable.write("x");
  await writable.close();
  globalThis.showDirectoryPicker = async () => picked;
}"""
HANDLES = """() => new Promise((done) => {
  const opening = indexedDB.open("meeting-point-sending");
  opening.onsuccess = () => {
    const asked = opening.result.transaction("handles").objectStore("handles").getAll();
    asked.onsuccess = () => {
      opening.result.close();
      done(asked.result.map(({ files }) => files.map(({ name, root }) => [name, root?.name])));
    };
  };
})"""


def drop(who: Person, *paths: Path) -> None:
    """Drop files and folders of the disk on the page."""
    tab = who.page.context.new_cdp_session(who.page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        tab.send("Input.dispatchDragEvent", {"type": kind, "x": 200, "y": 200, "data": data})
    tab.detach()


def test_what_cannot_be_sent_is_named_and_the_rest_arrives(two: tuple[Person, Person], tmp_path: Path) -> None:
    olga, guest = two
    transfers = guest.page.locator(".transfer").count()
    what, left = olga.page.locator("#files-what"), olga.page.locator("#files-left")
    send_button = olga.page.get_by_role("button", name="Send", exact=True)

    # A folder that is picked keeps its handles, by which it is found after a reload; its empty folder comes with it.
    olga.page.evaluate(PICK_FOLDER)
    open_files(olga)
    olga.page.get_by_role("button", name="Choose a folder").click()
    expect(what).to_have_text("1 file (1 byte) and 1 empty folder")
    send_button.click()
    offered = open_files(guest)
    expect(guest.page.locator(".transfer")).to_have_count(transfers + 1)
    expect(offered).to_contain_text("1 file (1 byte) and 1 empty folder")
    wait_until(lambda: olga.page.evaluate(HANDLES) == [[[".env", "trip"], ["empty", None]]], 5, "it is remembered")
    offered.get_by_role("button", name="Decline").click()
    wait_until(lambda: olga.page.evaluate(HANDLES) == [], 5, "it is forgotten")

    # One file of ten is deleted, and one changed, before the press on Send: both are named, and the others stay.
    files = [tmp_path / f"{number}.txt" for number in range(10)]
    for path in files:
        path.write_text(path.name)
    olga.page.locator("#files-input").set_input_files([str(path) for path in files])
    expect(what).to_contain_text("10 files")
    expect(left).to_be_hidden()
    files[3].unlink()
    files[4].write_text("another text")
    send_button.click()
    expect(left).to_contain_text("2 of them can't be sent")
    expect(left.locator("li")).to_have_text(["3.txt", "4.txt"])
    expect(what).to_contain_text("8 files")

    # A folder is added, with the empty folder and the twenty levels in it, without what is too deep; then an empty one.
    trip = tmp_path / "trip"
    deep = trip.joinpath(*(f"level {number}" for number in range(20)))
    too_deep = trip.joinpath("way down", *("d" for _ in range(99)))
    for folder in (trip / "empty", deep, too_deep):
        folder.mkdir(parents=True)
    for path in (trip / ".env", trip / "env", deep / "x.txt", too_deep / "y.txt"):
        path.write_text(path.name)
    drop(olga, trip)
    expect(left).to_contain_text("3 of them can't be sent")
    expect(left).to_contain_text("More than 100 folders deep")
    expect(left.locator("li").last).to_have_text(re.compile(r"trip / way down /.* / d$"))
    (tmp_path / "later").mkdir()
    drop(olga, tmp_path / "later")
    expect(what).to_contain_text("11 files")
    expect(what).to_contain_text("and 2 empty folders")
    expect_accessible(olga.page)

    send_button.click()
    expect(guest.page.locator(".transfer")).to_have_count(transfers + 2)
    expect(offered).to_contain_text("11 files (52 bytes) and 2 empty folders")
    offered.get_by_text("Show files").click()
    names = " / ".join(["trip", *(f"level {number}" for number in range(20)), "x.txt"])
    for text in ("trip / .env · ", "trip / env · ", names, "trip / empty · empty folder", "later · empty folder"):
        expect(offered.locator(".transfer__files")).to_contain_text(text)
    expect(offered.locator(".transfer__files li")).to_have_count(13)
    offered.get_by_role("button", name="Receive").click()
    expect(olga.page.locator(".transfer").first).to_contain_text("Sent, ", timeout=30_000)


def test_a_guest_sends_a_file_in_two_clicks_without_a_camera(person: Meet, file: Path) -> None:
    olga, guest = person("Olga"), person("Guest", devices_off=False)
    olga.sign_in()
    slug, link = olga.make_room()
    olga.join(slug)

    guest.page.goto(link)
    guest.page.get_by_role("button", name="Just share files").click()
    join = guest.page.get_by_role("button", name="Join to share files")
    expect(join).to_be_enabled()
    guest.page.locator("body").press_sequentially("max v")  # no field has the focus, and no button shows a device
    join.click()
    guest.see_call_state("in-call")
    expect(guest.page.get_by_role("complementary", name="Files")).to_be_visible()
    expect_accessible(guest.page)
    assert guest.page.evaluate("meetingPoint.media.audioTrack === null && meetingPoint.media.videoTrack === null")

    guest.see_others(1)
    sent = send(guest, file)
    open_files(olga).get_by_role("button", name="Download").click()
    expect(sent).to_contain_text("Sent, ", timeout=60_000)


def test_a_lane_that_breaks_is_replaced(two: tuple[Person, Person], tmp_path: Path) -> None:
    olga, guest = two
    file = tmp_path / "holiday.tar"
    file.write_bytes(os.urandom(40_000_000))
    transfers, moved = guest.page.locator(".transfer").count(), guest.page.evaluate(MOVED)
    count_sent(olga)
    sent = send(olga, file)
    offered = open_files(guest)
    expect(guest.page.locator(".transfer")).to_have_count(transfers + 1)
    offered.get_by_role("button", name="Download").click()
    wait_until(lambda: guest.page.evaluate(MOVED) > moved + 6_000_000, 60, "some of it came")
    lanes = "caught.filter((one) => one.connectionState === 'connected' && one.getTransceivers().length === 0)"
    closed = f"{lanes}.map((lane) => lane.close()).length"
    assert guest.page.evaluate(closed) >= 1
    expect(offered).to_contain_text(COMPLETE, timeout=60_000)
    expect(sent).to_contain_text("Sent, ")
    # What is sent twice is what was in flight: a window at most.
    assert olga.page.evaluate("globalThis.sentBytes") < 40_100_000 + 16_000_000
