"""What was received stays in the browser until it is saved, across reloads and calls, and leaves nothing behind."""

import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import Meeting, make_meeting
from tests.browser.person import Person
from tests.browser.test_call_page import expect_accessible
from tests.browser.test_files import MOVED, kept, open_files, send
from tests.services import wait_until

Meet = Callable[..., Person]


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Two pictures."""
    paths = [tmp_path / "beach.jpg", tmp_path / "pier.jpg"]
    for path in paths:
        path.write_bytes(os.urandom(1_234_567))
    return paths


def meet(person: Meet) -> Meeting:
    """Olga and a guest, who share files without devices."""
    meeting = make_meeting(person, "Guest")
    for who in meeting.people:
        who.go(f"/r/{meeting.slug}?files=only")
        who.join()
    meeting.olga.see_others(1)
    return meeting


def receive(olga: Person, guest: Person, paths: list[Path]) -> None:
    """Send files that the guest receives and does not save."""
    items = guest.page.locator(".transfer")
    count = items.count()
    sent = send(olga, *paths)
    expect(items).to_have_count(count + 1)
    open_files(guest).get_by_role("button", name="Receive").click()
    expect(sent).to_contain_text("Sent, ", timeout=30_000)


def test_what_was_received_is_there_until_it_is_saved(person: Meet, photos: list[Path], tmp_path: Path) -> None:
    meeting = meet(person)
    olga, (guest,) = meeting.olga, meeting.guests
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

    # A reload keeps what is not saved: the next call lists it, and so does the page of received files.
    receive(olga, guest, photos)
    guest.page.reload()
    guest.join()
    open_files(guest)
    expect(earlier).to_have_count(1)
    expect(earlier).to_contain_text(re.compile("From Olga.*2 files.*kept here until", re.DOTALL))
    page = guest.new_page()
    page.goto(guest.app.origin + "/received")
    listed = page.locator(".received")
    expect(listed).to_have_count(1)
    expect(page.get_by_role("heading", name="Monday meeting")).to_be_visible()
    expect(page.locator("#received-summary")).to_contain_text("2 files, 2.5 MB")
    expect_accessible(page)
    with page.expect_download() as download:
        listed.get_by_role("button", name="Save", exact=True).click()
    assert download.value.suggested_filename == "Files from Olga.zip"
    expect(listed).to_contain_text("Saved, ")
    expect(page.locator("#received-summary")).to_be_hidden()
    expect(earlier).to_have_count(0)
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
    expect(page.get_by_text("Nothing is waiting here")).to_be_visible()
    guest.page = page
    assert kept(guest) == []
    expect_accessible(page)
