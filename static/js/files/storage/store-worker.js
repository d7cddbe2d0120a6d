/**
 * Writes files to the origin private file system. Only workers get synchronous handles, which write at any offset and cost a third
 * of a stream. A file is a folder below `incoming/` with `data` and `digests` (the journal: 32 bytes a piece, zero until the piece
 * is written). Data is flushed before the journal, so every piece in the journal is on disk. What the file is called is in the
 * records (`files/received/records.js`).
 */

import { DIGEST, PIECE } from "../protocol/pieces.js";

/** @import { Bytes } from "../../lib/encoding.js" */

const ROOT = "incoming";
/** Bytes between two flushes: a tab that is killed loses at most these, beside what is in flight. */
const FLUSH_BYTES = 4_000_000;

/** @typedef {{read: (buffer: Uint8Array, at: {at: number}) => number, write: (buffer: Uint8Array, at: {at: number}) => number, truncate: (size: number) => void, flush: () => void, getSize: () => number, close: () => void}} SyncHandle FileSystemSyncAccessHandle, which TypeScript knows in workers only */
/** @typedef {{data: SyncHandle, digests: SyncHandle, unflushed: number, journal: [number, Uint8Array][]}} Kept */

/** @type {Map<string, Kept>} */
const files = new Map();

const acts = { able, open, write, finish, close, remove, list, sizes };

addEventListener("message", async ({ data: { call, act, values } }) => {
  try {
    const result = await acts[/** @type {keyof typeof acts} */ (act)](.../** @type {[any, any, any, any]} */ (values));
    postMessage({ call, result }, result instanceof ArrayBuffer ? { transfer: [result] } : undefined);
  } catch (error) {
    postMessage({ call, error: /** @type {Error} */ (error).name });
  }
});

/** @returns {Promise<boolean>} whether files can be stored; synchronous handles exist only in workers */
async function able() {
  return "createSyncAccessHandle" in FileSystemFileHandle.prototype && Boolean(await root());
}

/** @returns {Promise<FileSystemDirectoryHandle>} */
async function root() {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT, { create: true });
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name @returns {Promise<SyncHandle>} */
async function handle(folder, name) {
  const file = /** @type {any} */ (await folder.getFileHandle(name, { create: true }));
  return file.createSyncAccessHandle();
}

/** @param {string} key @param {number} pieces @returns {Promise<Uint8Array>} the journal */
async function open(key, pieces) {
  const folder = await (await root()).getDirectoryHandle(key, { create: true });
  const data = await handle(folder, "data");
  const digests = await handle(folder, "digests");
  files.set(key, { data, digests, unflushed: 0, journal: [] });
  digests.truncate(pieces * DIGEST);
  const journal = new Uint8Array(pieces * DIGEST);
  digests.read(journal, { at: 0 });
  return journal;
}

/** @param {string} key @param {number} index @param {Bytes} bytes @param {Uint8Array} digest @returns {ArrayBuffer} of the bytes, for reuse */
function write(key, index, bytes, digest) {
  const kept = find(key);
  if (kept.data.write(bytes, { at: index * PIECE }) !== bytes.length) throw new DOMException("no room", "QuotaExceededError");
  kept.journal.push([index, digest]);
  kept.unflushed += bytes.length;
  if (kept.unflushed >= FLUSH_BYTES) flush(kept);
  return bytes.buffer;
}

/** @param {Kept} kept */
function flush(kept) {
  kept.data.flush();
  for (const [index, digest] of kept.journal.splice(0)) kept.digests.write(digest, { at: index * DIGEST });
  kept.unflushed = 0;
}

/** Closes a complete file and truncates it to its size. @param {string} key @param {number} size bytes */
function finish(key, size) {
  find(key).data.truncate(size);
  close(key);
}

/** Closes a partial file. @param {string} key */
function close(key) {
  const kept = files.get(key);
  if (!kept) return;
  files.delete(key);
  flush(kept);
  kept.digests.flush();
  kept.data.close();
  kept.digests.close();
}

/** @param {string[]} keys @returns {Promise<string[]>} those that another tab has open, which stay */
async function remove(keys) {
  const folder = await root();
  const stuck = [];
  for (const key of keys) {
    const kept = files.get(key);
    files.delete(key);
    kept?.data.close();
    kept?.digests.close();
    const gone = await folder.removeEntry(key, { recursive: true }).then(() => true, ({ name }) => name === "NotFoundError");
    if (!gone) stuck.push(key);
  }
  return stuck;
}

/** @returns {Promise<string[]>} the keys of everything in the store */
async function list() {
  const keys = [];
  for await (const key of /** @type {any} */ (await root()).keys()) keys.push(key);
  return keys;
}

/** @param {string[]} keys @returns {Promise<number[]>} bytes of whole pieces, where the last one counts as a full one */
async function sizes(keys) {
  const folder = await root();
  const sizesOf = keys.map(async (key) => {
    const journal = await (await (await folder.getDirectoryHandle(key)).getFileHandle("digests")).getFile();
    const digests = new Uint8Array(await journal.arrayBuffer());
    let pieces = 0;
    for (let at = 0; at < digests.length; at += DIGEST) if (digests.subarray(at, at + DIGEST).some((byte) => byte !== 0)) pieces += 1;
    return pieces * PIECE;
  });
  return Promise.all(sizesOf.map((size) => size.catch(() => 0)));
}

/** @param {string} key @returns {Kept} */
function find(key) {
  const kept = files.get(key);
  if (!kept) throw new DOMException("not open", "InvalidStateError");
  return kept;
}
