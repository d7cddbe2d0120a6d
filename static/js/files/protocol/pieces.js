/**
 * How a file is cut: into pieces, which are checked, written and confirmed one by one, and these into chunks, one a message.
 *
 * WebCrypto cannot hash a stream. A tree of two levels can be hashed in any order, which several lanes and a resumed transfer
 * need, and costs less than any hash written in JavaScript or WebAssembly: the digest of each piece, and one over all digests.
 */

import { sha256 } from "../../lib/encoding.js";

/** @import { Bytes } from "../../lib/encoding.js" */

/** Bytes of a piece; the last one of a file may be shorter. */
export const PIECE = 1_000_000;
/** Bytes of a chunk. With its header it stays below 65,536, which every browser takes as one message. */
export const CHUNK = 62_500;
/** A chunk may be cut into such parts: a slow line carries one of them in the time in which a call hears nothing of it. */
export const UNIT = 12_500;
/** Bytes of a digest (SHA-256). */
export const DIGEST = 32;

/**
 * Counts the pieces of a file.
 * @param {number} size of the file, in bytes
 * @returns {number} 0 for an empty file
 */
export function pieceCount(size) {
  return Math.ceil(size / PIECE);
}

/**
 * Measures a piece.
 * @param {number} size of the file, in bytes
 * @param {number} index from 0
 * @returns {number} bytes
 */
export function pieceLength(size, index) {
  return Math.min(PIECE, size - index * PIECE);
}

/**
 * Makes the root of a file: SHA-256 over its size (eight bytes, big-endian) and the digests of its pieces in order.
 * @param {number} size of the file, in bytes
 * @param {Bytes} digests all of them, one after the other
 * @returns {Promise<Bytes>} 32 bytes
 */
export function rootOf(size, digests) {
  const all = new Uint8Array(8 + digests.length);
  new DataView(all.buffer).setBigUint64(0, BigInt(size));
  all.set(digests, 8);
  return sha256(all);
}

/** Compares two digests. They are no secrets: time does not matter. @param {Uint8Array} one @param {Uint8Array} other @returns {boolean} */
export function sameBytes(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
