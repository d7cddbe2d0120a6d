/**
 * What is sealed has one of a few lengths, so that its length reveals next to nothing. Descriptions of connections are compressed before
 * (deflate, RFC 1951), which makes them a quarter as long.
 */

import { concat } from "../lib/encoding.js";

/** @import { Bytes } from "../lib/encoding.js" */

const LENGTH_BYTES = 4;
/** Bytes that are inflated at a time: a thousand times as many may come out. */
const STEP = 1_024;

/**
 * Zeros to the smallest size that holds it, after its length (four bytes, big-endian). @throws {RangeError} when none holds it
 * @param {Bytes} content @param {readonly number[]} sizes in bytes, rising @returns {Bytes}
 */
export function pad(content, sizes) {
  const size = sizes.find((limit) => content.length + LENGTH_BYTES <= limit);
  if (size === undefined) throw new RangeError("too long to be sealed");
  const padded = new Uint8Array(size);
  new DataView(padded.buffer).setUint32(0, content.length);
  padded.set(content, LENGTH_BYTES);
  return padded;
}

/** @param {Bytes} padded @returns {Bytes} @throws {RangeError} when its length is out of bounds */
export function unpad(padded) {
  const length = new DataView(padded.buffer, padded.byteOffset, padded.byteLength).getUint32(0);
  if (length > padded.length - LENGTH_BYTES) throw new RangeError("padded wrongly");
  return padded.slice(LENGTH_BYTES, LENGTH_BYTES + length);
}

/** @param {Bytes} content @returns {Promise<Bytes>} */
export function deflate(content) {
  return run(content, new CompressionStream("deflate-raw"), Infinity);
}

/** @param {Bytes} deflated @param {number} most bytes that may come out @returns {Promise<Bytes>} @throws {RangeError | TypeError} more, or not deflated */
export function inflate(deflated, most) {
  return run(deflated, new DecompressionStream("deflate-raw"), most);
}

/** @param {Bytes} content @param {GenericTransformStream} stream @param {number} most @returns {Promise<Bytes>} */
async function run(content, { readable, writable }, most) {
  const reader = /** @type {ReadableStreamDefaultReader<Bytes>} */ (readable.getReader());
  // A stream that ends early fails both ways; the reader says why.
  write(content, writable.getWriter()).catch(() => {});
  const parts = [];
  for (let length = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return concat(...parts);
    length += value.length;
    parts.push(value);
    if (length <= most) continue;
    await reader.cancel();
    throw new RangeError("too long");
  }
}

/** @param {Bytes} content @param {WritableStreamDefaultWriter<Bytes>} writer */
async function write(content, writer) {
  for (let at = 0; at < content.length; at += STEP) await writer.write(content.slice(at, at + STEP));
  await writer.close();
}
