"""Where received files are saved: into a picked folder beside what is there, or as one archive in the downloads."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import Person
from tests.browser.test_files import open_files, send
from tests.services import wait_until

# The dialogs of the browser cannot be pressed: they give a folder of the private file system, which behaves the same.
PICKERS = """
globalThis.documents = async () => {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle("Documents", { create: true });
};
globalThis.showDirectoryPicker = () => documents();
globalThis.showSaveFilePicker = async ({ suggestedName }) =>
  (await documents()).getFileHandle(suggestedName, { create: true });
"""
WRITE = """async (files) => {
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split("/");
    const name = parts.pop();
    let folder = await documents();
    for (const part of parts) folder = await folder.getDirectoryHandle(part, { create: true });
    const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await stream.write(content);
    await stream.close();
  }
}"""
TREE = """async () => {
  const found = {};
  const walk = async (folder, path) => {
    let empty = true;
    for await (const entry of folder.values()) {
      empty = false;
      if (entry.kind === "directory") await walk(entry, `${path}${entry.name}/`);
      else found[path + entry.name] = await (await entry.getFile()).slice(0, 40).text();
    }
    if (empty && path) found[path] = null;
  };
  await walk(await documents(), "");
  return found;
}"""
CLEAR = """async () => {
  const folder = await documents();
  for await (const name of folder.keys()) await folder.removeEntry(name, { recursive: true });
}"""


@pytest.fixture(scope="module")
def company_of_two(company: Meet) -> tuple[Person, Person]:
    """Olga together with a guest whose dialogs give a folder, for all tests."""
    meeting = make_meeting(company, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    guest.page.add_init_script(PICKERS)
    guest.page.reload()
    for who in meeting.people:
        who.join()
    olga.see_others(1)
    return olga, guest


@pytest.fixture
def two(company_of_two: tuple[Person, Person]) -> tuple[Person, Person]:
    """Olga and the guest, whose folder is empty."""
    olga, guest = company_of_two
    guest.page.evaluate(CLEAR)
    return olga, guest


def tree(guest: Person) -> dict[str, str | None]:
    """Return what is in the guest's folder: the start of each file, None for an empty folder."""
    found: dict[str, str | None] = guest.page.evaluate(TREE)
    return found


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


def press(item: Locator, name: str) -> None:
    """Press a button of a transfer."""
    item.get_by_role("button", name=name, exact=True).click()


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
    assert tree(guest) == {**there, "photos (2)/1.jpg": "yours", "photos (2)/deep/2.jpg": "yours"}


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
