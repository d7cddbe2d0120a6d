"""Many random trees arrive as trees, in both browsers; a few do in test_saving.py."""

from pathlib import Path

import pytest

from tests.browser.files.picked import PICKERS
from tests.browser.files.trees import bundle, expect_trees, grow
from tests.browser.meeting import Meet, make_meeting, share_files
from tests.browser.test_files import open_files

pytestmark = [pytest.mark.long, pytest.mark.devices_off]


@pytest.mark.parametrize("which", ["chromium", "firefox"])
def test_random_trees_arrive_as_trees(which: str, person: Meet, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    meeting = make_meeting(person)
    olga, guest = meeting.olga, person("Guest", browser=request.getfixturevalue(which))
    guest.page.add_init_script(PICKERS)
    guest.redeem(meeting.link)
    meeting.guests.append(guest)
    share_files(meeting)
    open_files(guest)
    trees = grow(50, seed=12)
    expect_trees(olga, guest, [*trees[:3], bundle(trees[:25]), bundle(trees[25:])], tmp_path / "saved.zip")
