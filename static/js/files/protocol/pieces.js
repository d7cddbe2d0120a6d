/**
 * A file is split into pieces, which are verified, written and acknowledged one by one, and a piece into chunks of one message.
 * WebCrypto cannot hash a stream. A two-level hash tree can be computed in any order, as several lanes and resumed transfers
 * require, and is cheaper than any hash in JavaScript or WebAssembly.
 */

import { sha256 } from "../../lib/encoding.js";

/** @import { Bytes } from "../../lib/encoding.js" */

/** Bytes of a piece; the last piece may be shorter. */
export const PIECE = 1_000_000;
/** Bytes of a chunk: with its header below 65,536, the largest message every browser accepts. */
export const CHUNK = 62_500;
/** On a slow path chunks are cut into units of this size: one delays the call's packets only briefly. */
export const UNIT = 12_500;
/** Bytes of a SHA-256. */
export const DIGEST = 32;

/** @param {number} size of the file, in bytes @returns {number} 0 for an empty file */
export function pieceCount(size) {
  return Math.ceil(size / PIECE);
}

/** @param {number} size of the file, in bytes @param {number} index @returns {number} bytes */
export function pieceLength(size, index) {
  return Math.min(PIECE, size - index * PIECE);
}

/** Hashes the size and all digests. @param {number} size of the file, in bytes @param {Bytes} digests @returns {Promise<Bytes>} */
export function rootOf(size, digests) {
  const all = new Uint8Array(8 + digests.length);
  new DataView(all.buffer).setBigUint64(0, BigInt(size));
  all.set(digests, 8);
  return sha256(all);
}

/** Compares digests, not in constant time: they are not secret. @param {Uint8Array} one @param {Uint8Array} other @returns {boolean} */
export function sameBytes(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
