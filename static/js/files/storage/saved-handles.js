/**
 * Handles of the files being sent, so that a sender who reloads can resume without selecting them again. Requires the File System
 * Access API; handles stay in this browser, for a day at most.
 */

import { inRecords } from "../../lib/records.js";
import { emptyFolder } from "../protocol/metadata.js";
import { reasonOf } from "../send/selection.js";

/** @import { SelectedFile } from "../protocol/metadata.js" */
/** @import { Selection } from "../send/selection.js" */
/** @import { Transfer } from "../protocol/transfer.js" */
/**
 * @typedef {{handle?: FileSystemFileHandle, root?: FileSystemDirectoryHandle, folder?: string, path: string[], name: string}} KeptFile
 *   root: whose permission is that of the handle; folder: the name of an empty one, without a handle; name: as the receiver knows it
 */
/** @typedef {{id: string, room: string, member: string, at: number, files: KeptFile[]}} Kept id: of the transfer; at: ms since 1970 */

const PLACE = Object.freeze({ database: "meeting-point-sending", store: "handles", keyPath: "id" });
const KEPT_MS = 24 * 3600_000;

/**
 * Saves the handles of a transfer, if all of its files have one.
 * @param {string} room slug @param {Transfer} transfer @param {SelectedFile[]} chosen its files, in order
 */
export async function saveHandles(room, { id, member, entries }, chosen) {
  /** @type {KeptFile[]} */
  const files = [];
  for (const [at, { file, path, folder, handle, root }] of chosen.entries()) {
    const { name } = entries[at].head;
    if (folder) files.push({ folder: file.name, path, name });
    else if (handle) files.push({ handle, ...(root && { root }), path, name });
  }
  if (files.length < chosen.length || !files.some(({ handle }) => handle)) return;
  /** @type {Kept} */
  const kept = { id, room, member, at: Date.now(), files };
  await inRecords(PLACE, "readwrite", (store) => store.put(kept)).catch(() => {});
}

/** @param {string} id */
export async function forgetHandles(id) {
  await inRecords(PLACE, "readwrite", (store) => store.delete(id)).catch(() => {});
}

/**
 * Finds a transfer to a member, and removes what is too old.
 * @param {string} room @param {string} member @param {{id: string, name: string}} transfer its id, and the name of one of its files
 * @returns {Promise<Kept | null>} that transfer, or the newest one with such a file
 */
export async function findHandles(room, member, { id: wanted, name }) {
  /** @type {Kept[]} */
  const all = await inRecords(PLACE, "readonly", (store) => store.getAll()).catch(() => []);
  const oldest = Date.now() - KEPT_MS;
  for (const { id, at } of all) if (at < oldest) await forgetHandles(id);
  const fitting = all.filter((kept) => {
    return kept.at >= oldest && kept.room === room && kept.member === member && kept.files.some((file) => file.name === name);
  });
  return fitting.find(({ id }) => id === wanted) ?? fitting.sort((one, other) => other.at - one.at)[0] ?? null;
}

/**
 * Opens the files again. The browser may ask for permission: call it from a user gesture.
 * @param {Kept} kept @returns {Promise<Selection>} left: what is gone or may not be read
 */
export async function openHandles({ files }) {
  /** By what was asked for. @type {Map<FileSystemHandle, Promise<void>>} */
  const permissions = new Map();
  /** @type {Selection} */
  const selection = { chosen: [], left: [] };
  for (const { handle, root, folder, path } of files) {
    if (!handle) {
      selection.chosen.push(emptyFolder(folder ?? "", path));
      continue;
    }
    try {
      const asked = root ?? handle;
      const permission = permissions.get(asked) ?? permit(asked);
      permissions.set(asked, permission);
      await permission;
      selection.chosen.push({ file: await handle.getFile(), path, handle, ...(root && { root }) });
    } catch (error) {
      selection.left.push({ name: handle.name, path, reason: reasonOf(error, handle.name) });
    }
  }
  return selection;
}

/** @param {FileSystemHandle} handle @throws {DOMException} when the person does not allow it */
async function permit(handle) {
  // Not in TypeScript's library: https://wicg.github.io/file-system-access/#api-filesystemhandle
  const state = await /** @type {any} */ (handle).requestPermission({ mode: "read" });
  if (state !== "granted") throw new DOMException("not allowed", "NotAllowedError");
}
