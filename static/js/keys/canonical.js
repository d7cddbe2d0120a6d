/** The one way in which values become bytes before they are hashed, signed or bound to a cipher text. */

import { toUtf8 } from "../lib/encoding.js";

/** @import { Bytes } from "../lib/encoding.js" */

/**
 * Encodes values so that no two different lists ever give the same bytes: each value is its length in bytes as four
 * bytes, big end first, and then the value. Text is UTF-8, a number its decimal digits.
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

/** Joins bytes. @param {Uint8Array[]} parts @returns {Bytes} */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
