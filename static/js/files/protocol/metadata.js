/** What is said about a file before any of it is sent. */

import { sha256, toBase64Url } from "../../lib/encoding.js";
import { LIMITS } from "./messages.js";
import { PIECE } from "./pieces.js";
import { safeName } from "./safe-name.js";

/** @import { FileMetadata } from "./messages.js" */
/**
 * A file to be sent.
 * @typedef {object} SelectedFile
 * @property {File} file
 * @property {string[]} path the folders below the one that was chosen, that one included
 * @property {FileSystemFileHandle} [handle] where it lies, from a browser that tells
 */

/** Numbers of this tab's files; none is ever used twice. */
let numbers = 0;
/** @type {WeakMap<File, Promise<string>>} */
const edges = new WeakMap();

/**
 * Makes the head of a file.
 * @param {SelectedFile} chosen
 * @returns {Promise<FileMetadata>}
 * @throws {DOMException} when it cannot be read (a folder that looks like a file, a file that is gone)
 */
export async function makeMetadata({ file, path }) {
  numbers += 1;
  const id = numbers;
  if (!edges.has(file)) edges.set(file, edgesOf(file));
  const { name, size, lastModified: modified } = file;
  const folders = path.slice(-16).map((part) => part.slice(0, 36));
  return { id, name: safeName(name), path: folders, size, modified, edges: await /** @type {Promise<string>} */ (edges.get(file)) };
}

/**
 * Cuts an offer into messages.
 * @param {string} transfer
 * @param {FileMetadata[]} heads
 * @returns {object[]} payloads of `file-offer`
 */
export function offerMessages(transfer, heads) {
  const bytes = heads.reduce((sum, { size }) => sum + size, 0);
  const messages = [];
  for (let from = 0; from < heads.length; from += LIMITS.filesAMessage) {
    const files = heads.slice(from, from + LIMITS.filesAMessage).map((head) => ({ ...head, path: head.path.join("/") }));
    messages.push({ transfer, count: heads.length, bytes, files });
  }
  return messages;
}

/**
 * Tells two versions of a file apart without reading all of it.
 * @param {File} file
 * @returns {Promise<string>} base64url of SHA-256 over the first and the last megabyte
 */
async function edgesOf(file) {
  const [first, last] = [file.slice(0, PIECE), file.slice(Math.max(PIECE, file.size - PIECE))];
  return toBase64Url(await sha256(new Uint8Array(await new Blob([first, last]).arrayBuffer())));
}
