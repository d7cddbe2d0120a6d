"""What was received stays in the browser until it is saved, across reloads and calls, and leaves nothing behind."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import make_meeting
from tests.browser.person import Person
from tests.browser.test_files import kept, open_files, send

Meet = Callable[..., Person]


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Two pictures."""
    paths = [tmp_path / "beach.jpg", tmp_path / "pier.jpg"]
    for path in paths:
        path.write_bytes(os.urandom(1_234_567))
    return paths


def test_two_transfers_of_the_same_files_are_two(person: Meet, photos: list[Path], tmp_path: Path) -> None:
    meeting = make_meeting(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    for who in meeting.people:
        who.join()
    olga.see_others(1)
    items = guest.page.locator(".transfer")
    for number in (1, 2):
        sent = send(olga, *photos)
        expect(items).to_have_count(number)
        open_files(guest).get_by_role("button", name="Receive").click()
        expect(sent).to_contain_text("Sent, ", timeout=30_000)
    items.first.get_by_role("button", name="Remove").click()
    expect(items).to_have_count(1)
    with guest.page.expect_download() as download:
        items.first.get_by_role("button", name="Save", exact=True).click()
    download.value.save_as(tmp_path / "saved.zip")
    expect(items.first).to_contain_text("Saved, ")
    assert kept(guest) == []
