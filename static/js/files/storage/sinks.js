/** Sinks: where received pieces are written, in any order. No file is visible before it is complete. */

import { release } from "./buffer-pool.js";
import { DIGEST, PIECE, pieceCount } from "../protocol/pieces.js";
import { RangeSet } from "../protocol/range-set.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { FileMetadata } from "../protocol/messages.js" */
/** @import { Ranges } from "../protocol/range-set.js" */
/** @import { Place } from "../save/picked-folder.js" */
/** @import { Store } from "./store.js" */

/**
 * blob: null: it is at the destination that the person chose; where: that place, as they know it ("Documents/thesis"), else empty
 * @typedef {{blob: Blob | null, where: string}} Finished
 */
/**
 * @typedef {object} Sink
 * @property {Ranges} have pieces stored earlier
 * @property {Bytes} digests of those pieces, at their index
 * @property {(index: number, bytes: Bytes, digest: Bytes) => Promise<void>} write rejects when the disk is full; may transfer the bytes
 * @property {() => Promise<Finished>} finish
 * @property {() => Promise<void>} keep closes it, keeping what can be resumed
 * @property {() => Promise<void>} discard
 * @property {boolean} [stored] in the store, under its key
 */

/** @typedef {"full" | "forbidden" | "gone" | "name" | "storage"} WriteFailure */
/** What the browser's errors mean for the person. @type {Readonly<Record<string, WriteFailure>>} */
const FAILURES = Object.freeze({
  QuotaExceededError: "full",
  NotAllowedError: "forbidden",
  SecurityError: "forbidden",
  NotFoundError: "gone",
  TypeError: "name",
});

/** Why a file could not be written. @param {unknown} error @returns {WriteFailure} */
export function reasonOf(error) {
  return FAILURES[/** @type {Error} */ (error)?.name] ?? "storage";
}

/** Bytes of all files in memory, where there is no store. */
export const MEMORY_LIMIT = 256_000_000;
let inMemory = 0;

/**
 * Writes to the origin private file system, with a journal: survives a reload.
 * @param {Store} store @param {FileMetadata} head @param {string} key @returns {Promise<Sink>}
 * @throws {DOMException} when it is open in another tab, or there is no storage
 */
export async function storeSink(store, head, key) {
  const { size } = head;
  const digests = /** @type {Bytes} */ (await store.ask("open", [key, pieceCount(size)]));
  return {
    stored: true,
    have: written(digests),
    digests: digests.slice(),
    write: async (index, bytes, digest) => release(await store.ask("write", [key, index, bytes, digest], [bytes.buffer])),
    finish: async () => {
      await store.ask("finish", [key, size]);
      const file = await store.file(key);
      return { blob: file.slice(0, size, "application/octet-stream"), where: "" };
    },
    keep: () => store.ask("close", [key]),
    discard: async () => void (await store.remove([key])),
  };
}

/** Writes where the person wants it; the file appears there once complete. @param {FileMetadata} head @param {Place} place @returns {Promise<Sink>} */
export async function pickedSink(head, place) {
  if (head.folder) return folderSink(() => place.makeFolder(head));
  const target = await place.openFile(head);
  return {
    ...nothing(head.size),
    write: async (index, bytes) => {
      await target.write(index * PIECE, bytes);
      release(bytes.buffer);
    },
    finish: async () => ({ blob: null, where: await target.finish() }),
    keep: () => target.discard(),
    discard: () => target.discard(),
  };
}

/** An empty folder. @param {() => Promise<string>} [make] returns where it is @returns {Sink} */
export function folderSink(make = async () => "") {
  const none = async () => {};
  return { ...nothing(0), write: none, finish: async () => ({ blob: null, where: await make() }), keep: none, discard: none };
}

/** @param {FileMetadata} head @returns {Sink} @throws {DOMException} QuotaExceededError beyond `MEMORY_LIMIT` for all files */
export function memorySink({ size }) {
  if (inMemory + size > MEMORY_LIMIT) throw new DOMException("too large for memory", "QuotaExceededError");
  inMemory += size;
  /** @type {Blob[]} */
  const pieces = new Array(pieceCount(size));
  let reserved = size;
  const forget = async () => {
    pieces.length = 0;
    inMemory -= reserved;
    reserved = 0;
  };
  return {
    ...nothing(size),
    write: async (index, bytes) => {
      pieces[index] = new Blob([bytes]);
      release(bytes.buffer);
    },
    finish: async () => ({ blob: new Blob(pieces, { type: "application/octet-stream" }), where: "" }),
    keep: forget,
    discard: forget,
  };
}

/** @param {number} size */
function nothing(size) {
  return { have: /** @type {Ranges} */ ([]), digests: new Uint8Array(pieceCount(size) * DIGEST) };
}

/** Reads a journal: a digest of zeros means no piece. @param {Bytes} digests @returns {Ranges} */
function written(digests) {
  const set = new RangeSet();
  for (let index = 0; index * DIGEST < digests.length; index += 1) {
    if (digests.subarray(index * DIGEST, (index + 1) * DIGEST).some((byte) => byte !== 0)) set.add(index);
  }
  return set.ranges;
}
