"""Choosing files on a disk and offering all of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.meeting import make_meeting, share_files
from tests.browser.person import Person
from tests.browser.test_files import drop, open_files

pytestmark = pytest.mark.devices_off

Meet = Callable[..., Person]

NAMES = "[...meetingPoint.files.transfers.values()].at(-1).entries.map(({ head: { path, name } }) => [...path, name])"


@pytest.mark.long
def test_thousands_of_files_with_long_paths_are_offered(person: Meet, tmp_path: Path) -> None:
    meeting = make_meeting(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    share_files(meeting)
    project = tmp_path / "project"
    packages = [
        project.joinpath(*(f"a folder with quite a long name {level}" for level in range(8)), f"package {number}")
        for number in range(50)
    ]
    for package in packages:
        package.mkdir(parents=True)
    for number in range(4_999):
        (packages[number % 50] / f"{number}.txt").write_text(str(number))

    # The offer is more than the channel takes at once.
    drop(olga, project)
    expect(olga.page.locator("#files-what")).to_contain_text("4999 files", timeout=60_000)
    olga.page.get_by_role("button", name="Send", exact=True).click()
    expect(open_files(guest)).to_contain_text("4999 files", timeout=60_000)
    assert guest.page.evaluate(NAMES) == olga.page.evaluate(NAMES)
    for who in meeting.people:
        assert who.page.evaluate("[...meetingPoint.mesh.peers.values()].map(({ state }) => state)") == ["connected"]
