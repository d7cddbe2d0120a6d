"""Archives in the browser's downloads, as Python reads them."""

import zipfile
from base64 import b64decode
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.meeting import Meet
from tests.browser.person import Person

pytestmark = pytest.mark.devices_off

MODIFIED = 1_580_731_507_000
# One file of the private file system, larger than a piece; the others are in memory.
SAVE = """async ({ modified, many, worker }) => {
  const entry = document.querySelector("script[type=module]").src;
  const { saveFiles } = await import(new URL("../files/save/save.js", entry).href);
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle("large", { create: true });
  const stream = await handle.createWritable();
  await stream.write(Uint8Array.from({ length: 2_500_001 }, (_, at) => at % 251));
  await stream.close();
  const large = await handle.getFile();
  const file = (path, blob) => {
    const names = path.split("/");
    return { name: names.pop(), path: names, modified, folder: blob === null, blob };
  };
  const entries = [
    file("thesis/données/日本語 🙂.bin", large),
    file("thesis/.env", new Blob(["x"])),
    file("thesis/nothing", new Blob([])),
    file("thesis/empty", null),
  ];
  // Playwright does not hear of blobs that Firefox downloads.
  const link = URL.createObjectURL;
  let handed = "";
  if (!worker) {
    delete Navigator.prototype.serviceWorker;
    URL.createObjectURL = (blob) => link.call(URL, (handed = blob));
    HTMLAnchorElement.prototype.click = function () {
      handed = this.download === "thèsis.zip" && handed;
    };
  }
  const gone = [];
  const outcome = await saveFiles(many ? entries : entries.slice(0, 1), {
    archive: "thèsis.zip",
    onProgress: (bytes) => gone.push(bytes),
  });
  const text = (reader) => new Promise((resolve) => (reader.onload = () => resolve(reader.result.split(",")[1])));
  const reader = new FileReader();
  if (handed) reader.readAsDataURL(handed);
  return [outcome, gone.at(-1) ?? null, handed ? await text(reader) : ""];
}"""
LARGE = bytes(at % 251 for at in range(251)) * 9961
LARGE = LARGE[:2_500_001]


def save(page: Page, path: Path, *, many: bool) -> str:
    """Save files to the downloads, and the download to a path; return its name."""
    with page.expect_download() as download:
        outcome, gone, _ = page.evaluate(SAVE, {"modified": MODIFIED, "many": many, "worker": True})
    assert download.value.failure() is None
    download.value.save_as(path)
    assert (outcome, gone) == ("saved", path.stat().st_size)
    return download.value.suggested_filename


def expect_tree(saved: Path) -> None:
    """Read the archive with all the files."""
    with zipfile.ZipFile(saved) as archive:
        assert archive.testzip() is None
        content = {info.filename: archive.read(info) for info in archive.infolist()}
        times = {info.date_time for info in archive.infolist()}
    assert content == {
        "thesis/données/日本語 🙂.bin": LARGE,
        "thesis/.env": b"x",
        "thesis/nothing": b"",
        "thesis/empty/": b"",
    }
    # Archives have the time of the place, with two seconds.
    local = datetime.fromtimestamp(MODIFIED / 1000).astimezone()
    assert times == {(*local.timetuple()[:5], local.second // 2 * 2)}


@pytest.mark.parametrize("which", ["chromium", pytest.param("firefox", marks=pytest.mark.long)])
def test_several_files_are_one_archive(
    which: str, person: Meet, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    guest: Person = person("Guest", browser=request.getfixturevalue(which))
    guest.go("/accounts/login/")
    saved = tmp_path / "saved"
    assert save(guest.page, saved, many=True) == "thèsis.zip"
    expect_tree(saved)
    assert save(guest.page, saved, many=False) == "日本語 🙂.bin"
    assert saved.read_bytes() == LARGE

    # Without a service worker, as in some private windows, the page knows nothing of the download.
    outcome, _, handed = guest.page.evaluate(SAVE, {"modified": MODIFIED, "many": True, "worker": False})
    assert outcome == "handed"
    saved.write_bytes(b64decode(handed))
    expect_tree(saved)


# An archive larger than what waits on its way, which stops by itself at the first megabytes.
BEGIN = """async ({ cancel, harm }) => {
  const entry = document.querySelector("script[type=module]").src;
  const { saveFiles } = await import(new URL("../files/save/save.js", entry).href);
  const blob = new Blob(Array.from({ length: 50 }, () => new Uint8Array(1_000_000)));
  const broken = new Blob(["x"]);
  broken.slice = () => ({ arrayBuffer: () => Promise.reject(new DOMException("", "NotReadableError")) });
  const abort = new AbortController();
  const file = (name, content) => ({ name, path: ["film"], modified: 0, folder: false, blob: content });
  const entries = [...Array.from({ length: 40 }, (_, at) => file(`${at}`, blob))];
  if (harm) entries.splice(1, 0, file("lost", broken));
  const onProgress = (bytes) => cancel && bytes > 5_000_000 && abort.abort();
  globalThis.ended = saveFiles(entries, { archive: "film.zip", signal: abort.signal, onProgress }).then(
    (outcome) => outcome ?? "cancelled",
    ({ name, message }) => `${name} ${message}`,
  );
}"""


def test_the_page_knows_when_an_archive_was_not_saved(person: Meet) -> None:
    guest = person("Guest")
    guest.go("/accounts/login/")
    for cancel, harm, outcome in (
        (False, False, "cancelled"),
        (True, False, "cancelled"),
        (False, True, "NotReadableError film/lost"),
    ):
        with guest.page.expect_download() as download:
            guest.page.evaluate(BEGIN, {"cancel": cancel, "harm": harm})
        if not cancel and not harm:
            # In the browser's list of downloads.
            download.value.cancel()
        assert guest.page.evaluate("ended") == outcome
        assert download.value.failure() is not None
