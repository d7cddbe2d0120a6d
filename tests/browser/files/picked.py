"""A folder of the private file system for one that a person picks: the dialogs of the browser cannot be pressed."""

from playwright.sync_api import Locator

from tests.browser.person import Person

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
      // So may a folder, while it is read.
      if (entry.kind === "directory") await walk(entry, `${path}${entry.name}/`).catch(() => {});
      else {
        // A file may be renamed or removed after its folder has named it, and is not there then.
        const text = await entry.getFile().then((file) => file.slice(0, 40).text()).catch(() => null);
        if (text !== null) found[path + entry.name] = text;
      }
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


def tree(guest: Person) -> dict[str, str | None]:
    """Return what is in the guest's folder: the start of each file, None for an empty folder."""
    found: dict[str, str | None] = guest.page.evaluate(TREE)
    return found


def press(item: Locator, name: str) -> None:
    """Press a button of a transfer."""
    item.get_by_role("button", name=name, exact=True).click()
