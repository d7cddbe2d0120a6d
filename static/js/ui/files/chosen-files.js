/** Reads the files and folders that a person drops, pastes or selects. */

/** @import { SelectedFile } from "../../files/protocol/metadata.js" */

/** Limits for reading folders: one file more than an offer may have. */
const MAX_DEPTH = 16;
const MAX_FILES = 5_001;

/** @param {HTMLInputElement} input cleared, so that the same files can be selected again @returns {SelectedFile[]} */
export function fromInput(input) {
  const chosen = [...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath.split("/").slice(0, -1) }));
  input.value = "";
  return chosen;
}

/** Without those that are among them already. @param {SelectedFile[]} chosen @param {SelectedFile[]} more @returns {SelectedFile[]} */
export function addFiles(chosen, more) {
  const found = new Map(chosen.map((one) => [idOf(one), one]));
  for (const one of more) if (!found.has(idOf(one))) found.set(idOf(one), one);
  return [...found.values()];
}

/** @param {SelectedFile} selected */
function idOf({ file: { name, size, lastModified }, path }) {
  return JSON.stringify([...path, name, size, lastModified]);
}

/** Whether the browser's dialog gives file handles. On phones that dialog lacks the camera and the gallery. */
export function picksHandles() {
  return "showOpenFilePicker" in globalThis && matchMedia("(pointer: fine)").matches;
}

/** @returns {Promise<SelectedFile[]>} none if the person cancels */
export async function fromPicker() {
  /** @type {FileSystemFileHandle[]} */
  const handles = await /** @type {any} */ (globalThis).showOpenFilePicker({ multiple: true }).catch(() => []);
  return Promise.all(handles.map(async (handle) => ({ file: await handle.getFile(), path: [], handle })));
}

/**
 * Reads what was dropped or pasted, with the contents of folders.
 * @param {DataTransfer} data readable only during the event @returns {Promise<SelectedFile[]>}
 */
export async function fromTransfer(data) {
  const items = [...data.items];
  const entries = items.map((item) => (item.kind === "file" ? item.webkitGetAsEntry?.() : null));
  const handles = items.map((item, at) => (entries[at]?.isFile ? handleOf(item) : null));
  const plain = [...data.files];
  // A pasted picture, for instance, has no file system entry.
  if (entries.every((entry) => !entry)) return plain.map((file) => ({ file, path: [] }));
  /** @type {SelectedFile[]} */
  const chosen = [];
  for (const [at, entry] of entries.entries()) {
    const before = chosen.length;
    if (entry) await walk(entry, [], chosen);
    const handle = await handles[at];
    if (handle && chosen[before]) chosen[before].handle = handle;
  }
  return chosen;
}

/** @param {DataTransferItem} item @returns {Promise<FileSystemFileHandle | null>} null: not supported */
async function handleOf(item) {
  // Not in TypeScript's DOM library: https://wicg.github.io/file-system-access/#drag-and-drop
  return (await /** @type {any} */ (item).getAsFileSystemHandle?.().catch(() => null)) ?? null;
}

/** @param {FileSystemEntry} entry @param {string[]} path @param {SelectedFile[]} chosen */
async function walk(entry, path, chosen) {
  if (chosen.length >= MAX_FILES) return;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
    chosen.push({ file: /** @type {File} */ (file), path });
  } else if (path.length < MAX_DEPTH) {
    const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
    const inside = [...path, entry.name];
    // A reader returns at most 100 entries at a time.
    for (let some = await read(reader); some.length > 0; some = await read(reader)) {
      for (const one of some) await walk(one, inside, chosen);
    }
  }
}

/** @param {FileSystemDirectoryReader} reader @returns {Promise<FileSystemEntry[]>} */
function read(reader) {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
