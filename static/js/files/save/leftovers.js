/**
 * What a tab that was killed leaves in picked folders: files below their temporary names, empty ones that the browser made. Places in
 * which something is being written are noted in this browser, and cleaned at the next visit if the page may still write there.
 */

import { TabLocks } from "../../lib/locks.js";
import { inRecords } from "../../lib/records.js";

/** @typedef {{id: string, mark: string, root: FileSystemDirectoryHandle | FileSystemFileHandle, folder: string, at: number}} Noted folder: made in the root; mark: of its temporary names; at: ms since 1970 */

const PLACE = Object.freeze({ database: "meeting-point-picked", store: "places", keyPath: "id" });
const LOCK = "meeting-point-picked";
const KEPT_MS = 30 * 24 * 3600_000;
/** Chromium writes beside the file until it is closed. */
const TEMPORARY = /\.part(?:\.crswap)?$/;
const locks = new TabLocks();
/** Held as long as this tab writes there. @type {Map<string, Promise<(() => void) | null>>} */
const held = new Map();

/** For temporary names. */
export function makeMark() {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {{mark: string, root: Noted["root"], folder?: string}} place folder: a new one in it, whose content is this tab's */
export async function rememberPlace({ mark, root, folder = "" }) {
  if (locks.work && !held.has(mark)) held.set(mark, locks.hold(`${LOCK} ${mark}`));
  await held.get(mark);
  /** @type {Noted} */
  const noted = { id: `${mark} ${folder}`, mark, root, folder, at: Date.now() };
  await inRecords(PLACE, "readwrite", (store) => store.put(noted)).catch(() => {});
}

/** @param {string} mark @param {boolean} [clean] false: something could not be removed, and is looked for at the next visit */
export async function leavePlace(mark, clean = true) {
  if (clean) await inRecords(PLACE, "readwrite", (store) => store.delete(IDBKeyRange.bound(mark, `${mark} \uffff`))).catch(() => {});
  (await held.get(mark))?.();
  held.delete(mark);
}

/** Cleans the places of tabs that are gone. */
export async function removeLeftovers() {
  /** @type {Noted[]} */
  const all = await inRecords(PLACE, "readonly", (store) => store.getAll()).catch(() => []);
  for (const mark of new Set(all.map((noted) => noted.mark))) {
    const release = locks.work ? await locks.hold(`${LOCK} ${mark}`) : () => {};
    if (release === null) continue;
    const places = all.filter((noted) => noted.mark === mark);
    let clean = true;
    // The newest first: folders before the root.
    for (const noted of places.toReversed()) clean = (await cleanPlace(noted)) && clean;
    await leavePlace(mark, clean);
    release();
  }
}

/** @param {Noted} noted @returns {Promise<boolean>} whether it needs no other visit */
async function cleanPlace({ root, folder, mark, at }) {
  try {
    // Not in TypeScript's library: https://wicg.github.io/file-system-access/#api-filesystemhandle
    const permission = await /** @type {any} */ (root).queryPermission?.({ mode: "readwrite" });
    if (permission !== undefined && permission !== "granted") return Date.now() - at > KEPT_MS;
    if (root instanceof FileSystemFileHandle) await removeEmptyFile(root);
    else if (folder === "") await removeTemporary(root, mark, false);
    else if (await removeTemporary(await root.getDirectoryHandle(folder), mark, true)) await root.removeEntry(folder);
  } catch {
    // The folder is gone, or in use by another program: what is left cannot be reached.
  }
  return true;
}

/** @param {FileSystemFileHandle} file */
async function removeEmptyFile(file) {
  if ((await file.getFile()).size === 0) await /** @type {any} */ (file).remove?.();
}

/** @param {FileSystemDirectoryHandle} folder @param {string} mark @param {boolean} deep also in the folders in it @returns {Promise<boolean>} whether nothing is left in it */
async function removeTemporary(folder, mark, deep) {
  let left = 0;
  for await (const entry of /** @type {any} */ (folder).values()) {
    const remove = entry.kind === "file" ? entry.name.includes(`.${mark}-`) && TEMPORARY.test(entry.name) : deep && (await removeTemporary(entry, mark, true));
    const removed = remove && (await folder.removeEntry(entry.name).then(() => true, () => false));
    if (!removed) left += 1;
  }
  return left === 0;
}
