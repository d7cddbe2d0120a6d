"""Files from browser to browser: offered, accepted, whole; and what becomes of those that are not."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.meeting import make_meeting
from tests.browser.person import Person

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
        who.page.get_by_role("button", name="Files").first.click()
    return who.page.locator(".transfer").first


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_arrives_whole(person: Meet, file: Path, tmp_path: Path) -> None:
    meeting = make_meeting(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    for who in meeting.people:
        who.join()
    olga.see_others(1)
    sent = send(olga, file)
    offered = open_files(guest)
    expect(offered).to_contain_text("From Olga")
    expect(offered.locator(".transfer__extension")).to_have_text("TAR")
    offered.get_by_role("button", name="Accept").click()
    expect(offered).to_contain_text("Received whole", timeout=30_000)
    expect(sent).to_contain_text("Sent whole")
    with guest.page.expect_download() as download:
        offered.get_by_role("button", name="Save", exact=True).click()
    saved = tmp_path / "saved"
    download.value.save_as(saved)
    assert download.value.suggested_filename == "holiday.tar"
    assert digest(saved) == digest(file)
