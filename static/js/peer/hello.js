/** What a person sends the others on entering, opaque to the server. Names come from strangers: they are cleaned first. */

import { cleanName } from "../lib/clean-name.js";

/** @typedef {{name: string, muted: boolean, camera: boolean}} Hello camera: whether it is on at entry */

const MAX_HELLO_CHARACTERS = 4096;
/** Of what a page speaks with other pages. From 2 on it offers to those who join after it, and reads compressed envelopes. */
const VERSION = 2;

/** @param {{name: string, muted?: boolean, camera?: boolean}} hello @returns {string} */
export function writeHello({ name, muted = false, camera = true }) {
  return JSON.stringify({ v: VERSION, name: cleanName(name), muted, camera });
}

/** Whether the page of this hello is of this version or a later one. @param {string} text @returns {boolean} */
export function isCurrent(text) {
  return Number(read(text).v) >= VERSION;
}

/** Reads a hello; a field that is missing or of another type gets its default. @param {string} text @returns {Hello} */
export function readHello(text) {
  const fields = read(text);
  return { name: cleanName(fields.name), muted: fields.muted === true, camera: fields.camera !== false };
}

/** @param {string} text @returns {Record<string, unknown>} */
function read(text) {
  if (text.length > MAX_HELLO_CHARACTERS) return {};
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
