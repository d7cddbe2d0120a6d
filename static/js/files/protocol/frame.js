/**
 * What goes over a lane: binary messages of a 16-byte header and a payload.
 *
 * | bytes | what |
 * | --- | --- |
 * | 0 | kind |
 * | 1–3 | zero |
 * | 4–7 | number of the file, given in the offer, big-endian |
 * | 8–15 | where in the file, in bytes, big-endian |
 * | 16– | payload: the bytes of a chunk, the 32 bytes of a digest, or nothing |
 */

import { CHUNK, DIGEST } from "./pieces.js";

/** @import { Bytes } from "../../lib/encoding.js" */

/** The kinds of frames. Chunks and digests go from the sender to the receiver, the others the other way. */
export const KIND = Object.freeze({
  /** bytes of the file */
  chunk: 1,
  /** SHA-256 of the piece that begins at the offset; goes ahead of its chunks */
  digest: 2,
  /** the piece at the offset is checked and written */
  ack: 3,
  /** the piece at the offset is not what its digest says: send it again */
  nack: 4,
});
const HEADER = 16;
/** Bytes of the largest frame. */
export const MAX_FRAME_BYTES = HEADER + CHUNK;

/** @typedef {{kind: number, file: number, offset: number, payload: Bytes}} Frame */

/**
 * Writes a frame.
 * @param {number} kind
 * @param {number} file
 * @param {number} offset
 * @param {Uint8Array} [payload]
 * @param {Bytes} [into] memory to write it into, `MAX_FRAME_BYTES` long; fresh memory without it
 * @returns {Bytes}
 */
export function writeFrame(kind, file, offset, payload, into) {
  const length = HEADER + (payload?.length ?? 0);
  const frame = into ? into.subarray(0, length) : new Uint8Array(length);
  const view = new DataView(frame.buffer, frame.byteOffset);
  view.setUint32(0, 0);
  view.setUint8(0, kind);
  view.setUint32(4, file);
  view.setBigUint64(8, BigInt(offset));
  if (payload) frame.set(payload, HEADER);
  return frame;
}

/**
 * Reads a frame of the other side.
 * @param {unknown} data what a data channel handed over; its payload is not copied
 * @returns {Frame | null} null when it is none: another kind, another size, an offset beyond 2^53
 */
export function readFrame(data) {
  if (!(data instanceof ArrayBuffer) || data.byteLength < HEADER || data.byteLength > MAX_FRAME_BYTES) return null;
  const view = new DataView(data);
  if ((view.getUint32(0) & 0xffffff) !== 0) return null;
  const kind = view.getUint8(0);
  const offset = Number(view.getBigUint64(8));
  const payload = new Uint8Array(data, HEADER);
  if (!Number.isSafeInteger(offset) || !fits(kind, payload.length)) return null;
  return { kind, file: view.getUint32(4), offset, payload };
}

/**
 * @param {number} kind
 * @param {number} length of the payload
 */
function fits(kind, length) {
  if (kind === KIND.chunk) return length > 0;
  if (kind === KIND.digest) return length === DIGEST;
  return (kind === KIND.ack || kind === KIND.nack) && length === 0;
}
