/** The metadata of files, and the messages that offer them. */

import { sha256, toBase64Url } from "../../lib/encoding.js";
import { LIMITS } from "./messages.js";
import { PIECE } from "./pieces.js";
import { safeName } from "./safe-name.js";

/** @import { FileMetadata, Purpose } from "./messages.js" */
/** @typedef {{file: File, path: string[], handle?: FileSystemFileHandle}} SelectedFile path: folders, from the one that was selected */

/** File numbers are unique in a tab. */
let numbers = 0;
/** @type {WeakMap<File, Promise<string>>} */
const edges = new WeakMap();

/** @param {SelectedFile} chosen @returns {Promise<FileMetadata>} @throws {DOMException} unreadable (a package folder, deleted) */
export async function makeMetadata({ file, path }) {
  numbers += 1;
  const id = numbers;
  if (!edges.has(file)) edges.set(file, edgesOf(file));
  const { name, size, lastModified: modified } = file;
  const folders = path.slice(-16).map((part) => part.slice(0, 36));
  return { id, name: safeName(name), path: folders, size, modified, edges: await /** @type {Promise<string>} */ (edges.get(file)) };
}

/** @param {string} transfer @param {FileMetadata[]} heads @param {Purpose} purpose in the first one @returns {object[]} payloads of `file-offer` */
export function offerMessages(transfer, heads, purpose) {
  const bytes = heads.reduce((sum, { size }) => sum + size, 0);
  const messages = [];
  for (let from = 0; from < heads.length; from += LIMITS.filesAMessage) {
    const files = heads.slice(from, from + LIMITS.filesAMessage).map((head) => ({ ...head, path: head.path.join("/") }));
    messages.push({ transfer, ...(from === 0 && purpose !== "" && { purpose }), count: heads.length, bytes, files });
  }
  return messages;
}

/** Distinguishes versions of a file without reading all of it. @param {File} file @returns {Promise<string>} */
async function edgesOf(file) {
  const [first, last] = [file.slice(0, PIECE), file.slice(Math.max(PIECE, file.size - PIECE))];
  return toBase64Url(await sha256(new Uint8Array(await new Blob([first, last]).arrayBuffer())));
}
