/** Reads the files and folders that a person drops, pastes or selects. */

import { fromEntry, fromHandle, walk } from "./folder-walk.js";
import { namePasted } from "./pasted.js";

/** @import { Selection } from "../../files/send/selection.js" */

/** @param {HTMLInputElement} input cleared, so that the same files can be selected again @returns {Selection} */
export function fromInput(input) {
  const chosen = [...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath.split("/").slice(0, -1) }));
  input.value = "";
  return { chosen, left: [] };
}

/** Whether the browser's dialog gives file handles. On phones that dialog lacks the camera and the gallery. */
export function picksHandles() {
  return "showOpenFilePicker" in globalThis && matchMedia("(pointer: fine)").matches;
}

/** Whether the browser's dialog for folders gives a handle, which also shows empty folders. */
export function picksFolders() {
  return "showDirectoryPicker" in globalThis;
}

/** @returns {Promise<Selection>} empty if the person cancels */
export async function fromPicker() {
  /** @type {FileSystemFileHandle[]} */
  const handles = await /** @type {any} */ (globalThis).showOpenFilePicker({ multiple: true }).catch(() => []);
  return joined(await Promise.all(handles.map((handle) => walk({ name: handle.name, open: async () => ({ file: await handle.getFile(), path: [], handle }) }))));
}

/** @returns {Promise<Selection>} empty if the person cancels */
export async function fromFolderPicker() {
  /** @type {FileSystemDirectoryHandle | null} */
  const handle = await /** @type {any} */ (globalThis).showDirectoryPicker({ mode: "read" }).catch(() => null);
  return handle ? walk(fromHandle(handle)) : joined([]);
}

/**
 * Reads what was dropped or pasted, with the contents of folders.
 * @param {DataTransfer} data readable only during the event @returns {Promise<Selection>}
 */
export function fromTransfer(data) {
  const items = [...data.items].filter(({ kind }) => kind === "file");
  // A pasted picture, for instance, has no file system entry.
  return Promise.all(items.map((item) => fromItem(item.webkitGetAsEntry?.() ?? null, item.getAsFile(), handleOf(item)))).then(joined);
}

/**
 * @param {FileSystemEntry | null} entry @param {File | null} file @param {Promise<FileSystemFileHandle | null>} coming
 * @returns {Promise<Selection>}
 */
async function fromItem(entry, file, coming) {
  const handle = await coming;
  if (entry?.isDirectory) return walk(fromEntry(entry));
  if (file) return { chosen: [{ file: entry ? file : namePasted(file), path: [], ...(handle && { handle }) }], left: [] };
  return entry ? walk(fromEntry(entry)) : joined([]);
}

/** @param {DataTransferItem} item @returns {Promise<FileSystemFileHandle | null>} null: not supported, or a folder */
async function handleOf(item) {
  if (item.webkitGetAsEntry?.()?.isFile !== true) return null;
  // Not in TypeScript's DOM library: https://wicg.github.io/file-system-access/#drag-and-drop
  return (await /** @type {any} */ (item).getAsFileSystemHandle?.().catch(() => null)) ?? null;
}

/** @param {Selection[]} selections @returns {Selection} */
function joined(selections) {
  return { chosen: selections.flatMap(({ chosen }) => chosen), left: selections.flatMap(({ left }) => left) };
}
