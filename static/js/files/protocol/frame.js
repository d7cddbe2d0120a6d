/**
 * Frames on a lane: a 16-byte header and a payload. Numbers are big-endian.
 *
 * | bytes | content |
 * | --- | --- |
 * | 0 | kind |
 * | 1–3 | zero |
 * | 4–7 | file number, from the offer |
 * | 8–15 | offset in the file |
 * | 16– | payload: a chunk, a 32-byte digest, or nothing |
 */

import { CHUNK, DIGEST } from "./pieces.js";

/** @import { Bytes } from "../../lib/encoding.js" */

/** Chunks and digests go from the sender to the receiver, acks and nacks the other way. */
export const KIND = Object.freeze({
  /** bytes of the file */
  chunk: 1,
  /** SHA-256 of the piece at the offset; precedes its chunks */
  digest: 2,
  /** the piece at the offset is verified and written */
  ack: 3,
  /** the piece at the offset does not match its digest: resend it */
  nack: 4,
});
const HEADER = 16;
export const MAX_FRAME_BYTES = HEADER + CHUNK;

/** @typedef {{kind: number, file: number, offset: number, payload: Bytes}} Frame */

/**
 * @param {number} kind @param {number} file @param {number} offset @param {Uint8Array} [payload]
 * @param {Bytes} [into] reused memory of `MAX_FRAME_BYTES` @returns {Bytes}
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

/** @param {unknown} data not copied @returns {Frame | null} null: unknown kind, wrong size, or an offset beyond 2^53 */
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

/** @param {number} kind @param {number} length of the payload */
function fits(kind, length) {
  if (kind === KIND.chunk) return length > 0;
  if (kind === KIND.digest) return length === DIGEST;
  return (kind === KIND.ack || kind === KIND.nack) && length === 0;
}
