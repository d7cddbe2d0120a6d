"""Random trees of names that nearly are the same, and the places where a receiver can have them."""

import json
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.files.picked import CLEAR, press, tree
from tests.browser.person import Person

REPOSITORY = Path(__file__).parents[3]
# Trees, and the names that both sides give them.
GROW = """
import { createHash } from "node:crypto";
import { fitsOffer } from "./static/js/files/protocol/messages.js";
import { mapNames } from "./static/js/files/protocol/name-map.js";
import { randomNumbers, randomTree } from "./tests/js/random-trees.js";
const [count, seed] = process.argv.slice(1).map(Number);
const random = randomNumbers(seed);
const trees = [];
while (trees.length < count) {
  const files = randomTree(random).map((whole, id) => {
    const parts = whole.split("/");
    const folder = parts.at(-1) === "" && parts.pop() === "";
    const name = parts.pop();
    const size = folder ? 0 : id + 1;
    const edges = createHash("sha256").update("x".repeat(size)).digest("base64url");
    return { id, name, path: parts.join("/"), size, modified: 0, edges, folder };
  });
  // What a browser can choose, and a sender can offer.
  if (!files.every(({ name, path }) => name && (name + path).isWellFormed() && fitsOffer(name, path))) continue;
  const heads = mapNames(files);
  trees.push({ files, paths: heads.map(({ path, name, folder }) => [...path, name].join("/") + (folder ? "/" : "")) });
}
console.log(JSON.stringify(trees));
"""
OFFER = """async (files) => {
  const chosen = files.map(({ id, name, path, size, folder }) => ({
    file: new File(["x".repeat(size)], name, { lastModified: 0 }), path: path === "" ? [] : path.split("/"), folder,
  }));
  const [pid] = meetingPoint.mesh.peers.keys();
  const { id } = await meetingPoint.files.offerFiles(pid, chosen);
  return id;
}"""

# What the browser says of its storage: null: the truth.
ROOM = """(room) => {
  StorageManager.prototype.honest ??= StorageManager.prototype.estimate;
  StorageManager.prototype.estimate =
    room === null ? StorageManager.prototype.honest : async () => ({ quota: room, usage: 0 });
}"""


@dataclass
class Grown:
    """Files as a sender has them, and their paths at the receiver; those of empty folders end with a slash."""

    files: list[dict[str, object]]
    paths: list[str]

    @property
    def expected(self) -> dict[str, str | None]:
        """Contents by path, None for an empty folder."""
        full = "\n".join(self.paths)
        return {
            path: None if path.endswith("/") else "x" * int(str(file["size"]))
            for path, file in zip(self.paths, self.files, strict=True)
            if not path.endswith("/") or f"\n{full}".count(f"\n{path}") == 1
        }


def grow(count: int, seed: int) -> list[Grown]:
    """Return random trees, the same for the same seed."""
    command = ["node", "--input-type=module", "-e", GROW, str(count), str(seed)]
    printed = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout
    return [Grown(**one) for one in json.loads(printed)]


def bundle(trees: list[Grown]) -> Grown:
    """Put trees beside each other into one: a peer may make only so many offers a minute."""
    files: list[dict[str, object]] = []
    paths = []
    for number, grown in enumerate(trees):
        for file, path in zip(grown.files, grown.paths, strict=True):
            folders = [f"tree {number}", str(file["path"])] if file["path"] else [f"tree {number}"]
            files.append({**file, "path": "/".join(folders)})
            paths.append(f"tree {number}/{path}")
    return Grown(files, paths)


def offer(olga: Person, guest: Person, files: list[dict[str, object]]) -> Locator:
    """Offer files as if they had been chosen; return the newest entry in the guest's list."""
    count = guest.page.locator(".transfer").count()
    olga.page.evaluate(OFFER, files)
    expect(guest.page.locator(".transfer")).to_have_count(count + 1)
    return guest.page.locator(".transfer").first


def saved_tree(guest: Person, item: Locator, path: Path) -> dict[str, str | None]:
    """Save what was received as an archive, and read it."""
    expect(item.get_by_role("button", name="Save", exact=True)).to_be_visible(timeout=30_000)
    with guest.page.expect_download() as download:
        press(item, "Save")
    download.value.save_as(path)
    expect(item).to_contain_text("Saved, ")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {info.filename: None if info.is_dir() else archive.read(info).decode() for info in archive.infolist()}


def expect_trees(olga: Person, guest: Person, trees: list[Grown], path: Path) -> None:
    """Send trees to a guest who saves them as archives from the disk and from memory, and into a picked folder."""
    for grown in trees:
        archived = {**grown.expected, **{path: None for path in grown.paths if path.endswith("/")}}
        for room in (None, 0):
            guest.page.evaluate(ROOM, room)
            item = offer(olga, guest, grown.files)
            press(item, "Receive")
            assert saved_tree(guest, item, path) == archived
        guest.page.evaluate(ROOM, None)
        guest.page.evaluate(CLEAR)
        item = offer(olga, guest, grown.files)
        press(item, "Save to…")
        expect(item).to_contain_text("Saved in Documents", timeout=30_000)
        assert tree(guest) == grown.expected
