/** Finds the files in selected and dropped folders. What cannot be taken is named, and the rest goes on. */

import { LIMITS } from "../../files/protocol/messages.js";
import { emptyFolder } from "../../files/protocol/metadata.js";
import { eachOf } from "../../files/send/prepare.js";
import { reasonOf } from "../../files/send/selection.js";

/** @import { SelectedFile } from "../../files/protocol/metadata.js" */
/** @import { Selection } from "../../files/send/selection.js" */
/** @typedef {{name: string, open: () => Promise<SelectedFile>}} FoundFile */
/** @typedef {{name: string, list: () => Promise<(FoundFile | FoundFolder)[]>}} FoundFolder */

/** A folder is not looked into beyond these: the rest of a disk takes too long. */
const MAX_SEEN = 50_000;

/** @param {FoundFile | FoundFolder} found @returns {Promise<Selection>} */
export async function walk(found) {
  const selection = { chosen: [], left: [] };
  await new Walk(selection).take([found], []);
  return selection;
}

class Walk {
  #selection;
  #seen = 0;

  /** @param {Selection} selection grows */
  constructor(selection) {
    this.#selection = selection;
  }

  /** @param {(FoundFile | FoundFolder)[]} all in one folder @param {string[]} path */
  async take(all, path) {
    const { chosen, left } = this.#selection;
    this.#seen += all.length;
    const files = /** @type {FoundFile[]} */ (all.filter((one) => "open" in one));
    // Those beyond the limit need not be opened to be named.
    const room = Math.max(0, LIMITS.filesOffered - chosen.length);
    const results = await eachOf(files.slice(0, room), ({ open }) => open());
    for (const [at, { name }] of files.entries()) {
      const result = results[at];
      if (result?.status === "fulfilled") chosen.push({ ...result.value, path });
      else left.push({ name, path, reason: result ? reasonOf(result.reason, name) : "limit" });
    }
    for (const one of all) if ("list" in one) await this.#enter(one, path);
  }

  /** @param {FoundFolder} folder @param {string[]} path */
  async #enter({ name, list }, path) {
    const { chosen, left } = this.#selection;
    if (path.length >= LIMITS.pathLevels) return void left.push({ name, path, reason: "deep" });
    if (chosen.length >= LIMITS.filesOffered || this.#seen >= MAX_SEEN) return void left.push({ name, path, reason: "limit" });
    try {
      const inside = await list();
      if (inside.length > 0) await this.take(inside, [...path, name]);
      else chosen.push(emptyFolder(name, path));
    } catch (error) {
      left.push({ name, path, reason: reasonOf(error, name) });
    }
  }
}

/** @param {FileSystemEntry} entry of something dropped @returns {FoundFile | FoundFolder} */
export function fromEntry(entry) {
  const { name } = entry;
  if (entry.isFile) return { name, open: async () => ({ file: await fileOf(/** @type {FileSystemFileEntry} */ (entry)), path: [] }) };
  return { name, list: async () => (await entriesOf(/** @type {FileSystemDirectoryEntry} */ (entry))).map(fromEntry) };
}

/** @param {FileSystemDirectoryHandle} root @returns {FoundFolder} whose files keep their handles, and that of this folder, which permits them all */
export function fromHandle(root) {
  const folder = (/** @type {FileSystemDirectoryHandle} */ handle) => ({ name: handle.name, list: () => inside(handle) });
  const file = (/** @type {FileSystemFileHandle} */ handle) => ({
    name: handle.name,
    open: async () => ({ file: await handle.getFile(), path: [], handle, root }),
  });
  const inside = async (/** @type {FileSystemDirectoryHandle} */ handle) => {
    const found = [];
    // Not in TypeScript's library: https://fs.spec.whatwg.org/#api-filesystemdirectoryhandle-asynciterable
    for await (const one of /** @type {any} */ (handle).values()) found.push(one.kind === "file" ? file(one) : folder(one));
    return found;
  };
  return folder(root);
}

/** @param {FileSystemFileEntry} entry @returns {Promise<File>} */
function fileOf(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** @param {FileSystemDirectoryEntry} folder */
async function entriesOf(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const all = [];
  // A reader returns at most 100 entries at a time.
  for (let some = await read(reader); some.length > 0; some = await read(reader)) all.push(...some);
  return all;
}

/** @param {FileSystemDirectoryReader} reader @returns {Promise<FileSystemEntry[]>} */
function read(reader) {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
