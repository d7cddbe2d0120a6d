"""Where received files are saved: into a picked folder beside what is there, or as one archive in the downloads."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.files.picked import CLEAR, PICKERS, WRITE, press, tree
from tests.browser.files.trees import expect_trees, grow
from tests.browser.meeting import Meet, make_meeting, share_files
from tests.browser.person import Person
from tests.browser.test_files import kept, open_files, send
from tests.services import wait_until

pytestmark = pytest.mark.devices_off


@pytest.fixture(scope="module")
def company_of_two(company: Meet) -> tuple[Person, Person]:
    """Olga together with a guest whose dialogs give a folder, for all tests."""
    meeting = make_meeting(company, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    guest.page.add_init_script(PICKERS)
    share_files(meeting)
    return olga, guest


@pytest.fixture
def two(company_of_two: tuple[Person, Person]) -> tuple[Person, Person]:
    """Olga and the guest, whose folder is empty."""
    olga, guest = company_of_two
    guest.page.evaluate(CLEAR)
    return olga, guest


def make_files(folder: Path, files: dict[str, str]) -> list[Path]:
    """Write texts to files by their paths."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    return [folder / path for path in files]


def offer(olga: Person, guest: Person, *paths: Path, folder: bool = False) -> Locator:
    """Send files, or one folder; return the newest entry in the guest's list."""
    transfers = guest.page.locator(".transfer").count()
    if folder:
        olga.page.locator("#folder-input").set_input_files(str(paths[0]))
        olga.page.get_by_role("button", name="Send", exact=True).click()
    else:
        send(olga, *paths)
    offered = open_files(guest)
    expect(guest.page.locator(".transfer")).to_have_count(transfers + 1)
    return offered


def test_nothing_in_a_picked_folder_is_replaced(two: tuple[Person, Person], tmp_path: Path) -> None:
    olga, guest = two
    mine: dict[str, str | None] = {"thesis.txt": "mine", "Photos/1.jpg": "mine"}
    guest.page.evaluate(WRITE, mine)
    make_files(tmp_path, {"thesis.txt": "yours", "plan.txt": ""})
    offered = offer(olga, guest, tmp_path / "thesis.txt", tmp_path / "plan.txt")
    press(offered, "Save to…")
    expect(offered).to_contain_text("Saved in Documents, ")
    there = {**mine, "thesis (2).txt": "yours", "plan.txt": ""}
    assert tree(guest) == there

    make_files(tmp_path, {"photos/1.jpg": "yours", "photos/deep/2.jpg": "yours"})
    offered = offer(olga, guest, tmp_path / "photos", folder=True)
    press(offered, "Save to…")
    expect(offered).to_contain_text("Saved in Documents/photos (2), ")
    there |= {"photos (2)/1.jpg": "yours", "photos (2)/deep/2.jpg": "yours"}
    assert tree(guest) == there

    # What was received first is copied there, and is no longer kept in the browser.
    offered = offer(olga, guest, tmp_path / "photos", folder=True)
    press(offered, "Receive")
    press(offered, "Save to…")
    expect(offered).to_contain_text("Saved in Documents/photos (3), ")
    assert tree(guest) == {**there, "photos (3)/1.jpg": "yours", "photos (3)/deep/2.jpg": "yours"}
    wait_until(lambda: kept(guest) == [], 5, "nothing is kept")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file that does not arrive before the next press."""
    path = tmp_path / "film.mkv"
    path.touch()
    os.truncate(path, 400_000_000)
    return path


def test_nothing_half_stays_in_a_picked_folder(two: tuple[Person, Person], film: Path, tmp_path: Path) -> None:
    olga, guest = two
    mine: dict[str, str | None] = {"film.mkv": "mine", "note.txt": "mine"}
    guest.page.evaluate(WRITE, mine)
    (tmp_path / "work").mkdir()
    inside = film.rename(tmp_path / "work" / "film.mkv")
    (tmp_path / "work" / "a.txt").write_text("a")

    def begun() -> bool:
        return len(tree(guest)) > len(mine)

    # One of several is cancelled by its receiver, one by its sender; what is whole stays, and nothing else.
    offered = offer(olga, guest, tmp_path / "work", folder=True)
    press(offered, "Save to…")
    wait_until(lambda: any(name.startswith("work/film") for name in tree(guest)), 30, "the film has begun")
    press(offered, "Cancel")
    expect(offered).to_contain_text("Cancelled")
    wait_until(lambda: not any("film" in name for name in tree(guest) if name not in mine), 10, "nothing of it stays")
    assert {**tree(guest), "work/a.txt": "a"} == {**mine, "work/a.txt": "a"}

    guest.page.evaluate("documents().then((folder) => folder.removeEntry('work', { recursive: true })).catch(() => {})")
    offered = offer(olga, guest, inside, tmp_path / "work" / "a.txt")
    press(offered, "Save to…")
    wait_until(begun, 30, "something has begun")
    press(olga.page.locator(".transfer").first, "Cancel")
    wait_until(lambda: not any("film" in name for name in tree(guest) if name not in mine), 10, "nothing of it stays")

    # A file of the browser's own dialog: a new one is removed, an older one keeps what was in it.
    guest.page.evaluate(CLEAR)
    guest.page.evaluate(WRITE, mine)
    for name, before in (("film.mkv", mine), ("new.mkv", mine)):
        path = inside if name == "film.mkv" else inside.rename(tmp_path / name)
        offered = offer(olga, guest, path)
        press(offered, "Save to…")
        expect(offered).to_contain_text(re.compile(r"MB of 400 MB"))
        press(offered, "Cancel")
        expect(offered).to_contain_text("Cancelled")
        wait_until(lambda before=before: tree(guest) == before, 10, "as before")  # type: ignore[misc]


def test_what_a_tab_that_was_reloaded_leaves_is_removed(two: tuple[Person, Person], film: Path, tmp_path: Path) -> None:
    olga, guest = two
    (tmp_path / "work").mkdir()
    film.rename(tmp_path / "work" / "film.mkv")
    (tmp_path / "work" / "film 2.mkv").touch()
    os.truncate(tmp_path / "work" / "film 2.mkv", 400_000_000)
    offered = offer(olga, guest, tmp_path / "work", folder=True)
    press(offered, "Save to…")
    wait_until(lambda: len(tree(guest)) > 0, 30, "it has begun")
    guest.page.on("dialog", lambda dialog: dialog.accept())
    guest.page.reload()
    guest.join()
    wait_until(lambda: tree(guest) == {}, 10, "nothing stays")
    press(olga.page.locator(".transfer").first, "Cancel")


@pytest.mark.long  # tests/js/random-trees.test.js has many more, and the stories above have trees
def test_random_trees_arrive_as_trees(two: tuple[Person, Person], tmp_path: Path) -> None:
    olga, guest = two
    open_files(guest)
    expect_trees(olga, guest, grow(3, seed=11), tmp_path / "saved.zip")
