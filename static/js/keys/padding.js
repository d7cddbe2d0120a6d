/** Pads what is sealed to one of a few lengths, so that its length reveals next to nothing. */

import { toUtf8 } from "../lib/encoding.js";

/** @import { Bytes } from "../lib/encoding.js" */

const LENGTH_BYTES = 4;

/**
 * Zeros to the smallest size that holds it, after its length (four bytes, big-endian). @throws {RangeError} when none holds it
 * @param {string} text @param {readonly number[]} sizes in bytes, rising @returns {Bytes}
 */
export function pad(text, sizes) {
  const bytes = toUtf8(text);
  const size = sizes.find((limit) => bytes.length + LENGTH_BYTES <= limit);
  if (size === undefined) throw new RangeError("too long to be sealed");
  const padded = new Uint8Array(size);
  new DataView(padded.buffer).setUint32(0, bytes.length);
  padded.set(bytes, LENGTH_BYTES);
  return padded;
}

/** @param {Bytes} padded @returns {string} @throws {RangeError | TypeError} when its length is out of bounds, or not UTF-8 */
export function unpad(padded) {
  const length = new DataView(padded.buffer, padded.byteOffset, padded.byteLength).getUint32(0);
  if (length > padded.length - LENGTH_BYTES) throw new RangeError("padded wrongly");
  return new TextDecoder("utf-8", { fatal: true }).decode(padded.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
}
