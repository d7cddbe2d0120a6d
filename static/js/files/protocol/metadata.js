/** The metadata of files, and the messages that offer them. */

import { sha256, toBase64Url, toUtf8 } from "../../lib/encoding.js";
import { LIMITS } from "./messages.js";
import { PIECE } from "./pieces.js";

/** @import { OfferedFile, Purpose } from "./messages.js" */
/**
 * @typedef {{file: File, path: string[], folder?: boolean, handle?: FileSystemFileHandle, root?: FileSystemDirectoryHandle}} SelectedFile
 *   path: folders, from the one that was selected; folder: an empty one, whose name is that of the empty file; root: the selected
 *   folder, whose permission is that of the handle
 */

/** File numbers are unique in a tab. */
let numbers = 0;
/** @type {WeakMap<File, Promise<string>>} */
const edges = new WeakMap();

/** @param {string} name @param {string[]} path @returns {SelectedFile} */
export function emptyFolder(name, path) {
  return { file: new File([], name, { lastModified: 0 }), path, folder: true };
}

/** @param {SelectedFile} chosen @returns {Promise<OfferedFile>} @throws {DOMException} unreadable (a package folder, deleted) */
export async function makeMetadata({ file, path, folder = false }) {
  numbers += 1;
  const id = numbers;
  const { size, lastModified: modified } = file;
  const [name, ...folders] = [file.name, ...path].map(wellFormed);
  return { id, name, path: folders.join("/"), size, modified, edges: await readEdges(file), folder };
}

/** Reads them once. @param {File} file @returns {Promise<string>} base64url @throws {DOMException} when it cannot be read */
export function readEdges(file) {
  const known = edges.get(file) ?? edgesOf(file);
  edges.set(file, known);
  known.catch(() => edges.delete(file));
  return known;
}

/** @param {string} transfer @param {OfferedFile[]} files @param {Purpose} purpose in the first one @returns {object[]} payloads of `file-offer` */
export function offerMessages(transfer, files, purpose) {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  /** @type {object[][]} */
  const parts = [];
  let room = 0;
  for (const { folder, ...file } of files) {
    const wire = folder ? { ...file, folder } : file;
    const needed = toUtf8(JSON.stringify(wire)).length + 1;
    if (needed > room) {
      parts.push([]);
      room = LIMITS.messageBytes;
    }
    room -= needed;
    parts[parts.length - 1].push(wire);
  }
  return parts.map((part, at) => ({ transfer, ...(at === 0 && purpose !== "" && { purpose }), count: files.length, bytes, files: part }));
}

/** JSON of a lone surrogate, which some file systems allow, would not come back. @param {string} name */
function wellFormed(name) {
  return name.replace(/\p{Cs}/gu, "\ufffd");
}

/** Distinguishes versions of a file without reading all of it. @param {File} file @returns {Promise<string>} */
async function edgesOf(file) {
  const [first, last] = [file.slice(0, PIECE), file.slice(Math.max(PIECE, file.size - PIECE))];
  return toBase64Url(await sha256(new Uint8Array(await new Blob([first, last]).arrayBuffer())));
}
