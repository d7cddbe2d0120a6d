/** Where a file goes while it comes. All of them take pieces in any order, and none shows anything before the file is whole. */

import { sha256, toBase64Url, toUtf8 } from "../../lib/encoding.js";
import { release } from "./buffer-pool.js";
import { DIGEST, PIECE, pieceCount } from "../protocol/pieces.js";
import { RangeSet } from "../protocol/range-set.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { FileMetadata } from "../protocol/messages.js" */
/** @import { Ranges } from "../protocol/range-set.js" */
/** @import { Store } from "./store.js" */

/**
 * @typedef {object} Sink
 * @property {Ranges} have pieces that were kept from before
 * @property {Bytes} digests of those, each at its place
 * @property {(index: number, bytes: Bytes, digest: Bytes) => Promise<void>} write settles when the disk has it; rejects when it has no room; may take the bytes away
 * @property {() => Promise<Blob | null>} finish the file is whole; null: it lies where the person wanted it
 * @property {() => Promise<void>} keep the transfer breaks off; what can be kept for later is kept
 * @property {() => Promise<void>} discard nothing of it is wanted
 */

/** Bytes that files may have together when they can be kept nowhere but in memory. */
export const MEMORY_LIMIT = 256_000_000;
/** Bytes of files that are in memory, or on their way there. */
let inMemory = 0;

/**
 * Names the folder of a file in the store: the same sender, room and file find it again.
 * @param {FileMetadata} head
 * @param {string} owner who sends it, and where
 * @returns {Promise<string>}
 */
export async function storeKey({ name, path, size, modified, edges }, owner) {
  const words = JSON.stringify([1, owner, name, path, size, modified, edges]);
  return toBase64Url(await sha256(toUtf8(words)));
}

/**
 * Keeps the file in the browser's own storage, with a journal: survives a reload.
 * @param {Store} store
 * @param {FileMetadata} head
 * @param {string} key
 * @param {object} about what is remembered of it
 * @returns {Promise<Sink>}
 * @throws {DOMException} when it is open in another tab, or there is no storage
 */
export async function storeSink(store, head, key, about) {
  const { size } = head;
  const digests = /** @type {Bytes} */ (await store.ask("open", [key, pieceCount(size), JSON.stringify(about)]));
  return {
    have: written(digests),
    digests: digests.slice(),
    write: async (index, bytes, digest) => release(await store.ask("write", [key, index, bytes, digest], [bytes.buffer])),
    finish: async () => {
      await store.ask("finish", [key, size]);
      const file = await store.file(key);
      return file.slice(0, size, "application/octet-stream");
    },
    keep: () => store.ask("close", [key]),
    discard: () => store.ask("remove", [key]),
  };
}

/**
 * Writes to a file that the person chose; it takes its place there when it is whole (the browser writes beside it first).
 * @param {FileMetadata} head @param {FileSystemFileHandle} handle @returns {Promise<Sink>}
 */
export async function handleSink({ size }, handle) {
  const stream = await handle.createWritable();
  return {
    ...nothing(size),
    write: async (index, bytes) => {
      await stream.write({ type: "write", position: index * PIECE, data: bytes });
      release(bytes.buffer);
    },
    finish: async () => {
      await stream.close();
      return null;
    },
    keep: () => stream.abort().catch(() => {}),
    discard: () => stream.abort().catch(() => {}),
  };
}

/**
 * Keeps the file in memory.
 * @param {FileMetadata} head
 * @returns {Sink}
 * @throws {DOMException} QuotaExceededError when it and what is there already are more than `MEMORY_LIMIT`
 */
export function memorySink({ size }) {
  if (inMemory + size > MEMORY_LIMIT) throw new DOMException("too large for memory", "QuotaExceededError");
  inMemory += size;
  /** @type {Blob[]} */
  const pieces = new Array(pieceCount(size));
  let held = size;
  const forget = async () => {
    pieces.length = 0;
    inMemory -= held;
    held = 0;
  };
  return {
    ...nothing(size),
    write: async (index, bytes) => {
      pieces[index] = new Blob([bytes]);
      release(bytes.buffer);
    },
    finish: async () => new Blob(pieces, { type: "application/octet-stream" }),
    keep: forget,
    discard: forget,
  };
}

/** @param {number} size */
function nothing(size) {
  return { have: /** @type {Ranges} */ ([]), digests: new Uint8Array(pieceCount(size) * DIGEST) };
}

/** Reads a journal: a digest of nothing but zeros is none. @param {Bytes} digests @returns {Ranges} */
function written(digests) {
  const set = new RangeSet();
  for (let index = 0; index * DIGEST < digests.length; index += 1) {
    if (digests.subarray(index * DIGEST, (index + 1) * DIGEST).some((byte) => byte !== 0)) set.add(index);
  }
  return set.ranges;
}
