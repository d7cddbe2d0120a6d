/** The one encoding of values that are hashed, signed or bound to a ciphertext. */

import { concat, toUtf8 } from "../lib/encoding.js";

/** @import { Bytes } from "../lib/encoding.js" */

/**
 * Different lists never give the same bytes: each value (UTF-8, numbers in decimal) follows its length (4 bytes, big-endian).
 * @param {(Uint8Array | string | number)[]} values @returns {Bytes}
 */
export function canonical(...values) {
  return concat(...values.flatMap((value) => {
    const bytes = value instanceof Uint8Array ? value : toUtf8(String(value));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes.length);
    return [length, bytes];
  }));
}
