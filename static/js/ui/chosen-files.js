/**
 * Files and folders that somebody dropped, pasted or chose.
 *
 * @module
 */

/** @typedef {import("../files/heads.js").Chosen} Chosen */

/** Deeper folders, and more files than anybody would offer, are not looked at. */
const DEEPEST = 16;
const MOST = 5_001;

/**
 * Takes what an input holds; a folder's files know where they lie.
 *
 * @param {HTMLInputElement} input emptied, so that the same files can be chosen again
 * @returns {Chosen[]}
 */
export function fromInput(input) {
  const chosen = [...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath.split("/").slice(0, -1) }));
  input.value = "";
  return chosen;
}

/**
 * Takes what was dropped or pasted, folders with all that is in them.
 *
 * @param {DataTransfer} data must be asked in the event itself: it is empty afterwards
 * @returns {Promise<Chosen[]>}
 */
export async function fromTransfer(data) {
  const entries = [...data.items].map((item) => (item.kind === "file" ? item.webkitGetAsEntry?.() : null));
  const plain = [...data.files];
  // Something pasted, such as a picture, is no entry of a file system.
  if (entries.every((entry) => !entry)) return plain.map((file) => ({ file, path: [] }));
  /** @type {Chosen[]} */
  const chosen = [];
  for (const entry of entries) if (entry) await walk(entry, [], chosen);
  return chosen;
}

/**
 * @param {FileSystemEntry} entry
 * @param {string[]} path
 * @param {Chosen[]} chosen
 */
async function walk(entry, path, chosen) {
  if (chosen.length >= MOST) return;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
    chosen.push({ file: /** @type {File} */ (file), path });
  } else if (path.length < DEEPEST) {
    const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
    const inside = [...path, entry.name];
    // A reader gives a hundred entries at a time.
    for (let some = await read(reader); some.length > 0; some = await read(reader)) {
      for (const one of some) await walk(one, inside, chosen);
    }
  }
}

/**
 * @param {FileSystemDirectoryReader} reader
 * @returns {Promise<FileSystemEntry[]>}
 */
function read(reader) {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
