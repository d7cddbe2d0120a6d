/** The messages of two tabs about their safety code. All of them come from strangers: each channel has its reader. */

import { fromBase64Url, toBase64Url } from "../lib/encoding.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @typedef {"commit" | "answer" | "reveal"} Step */
/** @typedef {{step: Step, value: Bytes} | {step: "stop"}} SasMessage value: 32 bytes */

/** Only these texts begin so: the others in the envelopes are objects with other first fields. */
const MARK = '{"sas":';
const MAX_CHARACTERS = 128;
const STEPS = ["commit", "answer", "reveal"];

/** @param {string} text */
export function isSasText(text) {
  return text.startsWith(MARK);
}

/** @param {SasMessage} message @returns {string} */
export function writeSasText(message) {
  const value = message.step === "stop" ? {} : { value: toBase64Url(message.value) };
  return JSON.stringify({ sas: { step: message.step, ...value } });
}

/** Returns null when anything about it is out of bounds. @param {string} text @returns {SasMessage | null} */
export function readSasText(text) {
  try {
    const { step, value } = text.length <= MAX_CHARACTERS ? JSON.parse(text).sas : null;
    if (step === "stop") return { step };
    return STEPS.includes(step) ? { step, value: bytesOf(value) } : null;
  } catch {
    return null;
  }
}

/** @typedef {{confirm: Bytes} | {stop: true}} SasConfirmation confirm: the proof that both sides saw the same code */

/** Reads a payload of the topic `sas`. @param {any} payload @returns {SasConfirmation | null} */
export function readSasConfirmation(payload) {
  try {
    if (payload.stop === true) return { stop: true };
    return { confirm: bytesOf(payload.confirm) };
  } catch {
    return null;
  }
}

/** @param {unknown} value @returns {Bytes} 32 bytes @throws {TypeError | SyntaxError} */
function bytesOf(value) {
  if (typeof value !== "string" || value.length !== 43) throw new TypeError();
  return fromBase64Url(value);
}
