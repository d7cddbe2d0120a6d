/** What a person sends the others on entering, opaque to the server. Names come from strangers: they are cleaned first. */

import { cleanName } from "../lib/clean-name.js";

/** @typedef {{name: string, muted: boolean, camera: boolean}} Hello camera: whether it is on at entry */

const MAX_HELLO_CHARACTERS = 4096;

/** @param {{name: string, muted?: boolean, camera?: boolean}} hello @returns {string} */
export function writeHello({ name, muted = false, camera = true }) {
  return JSON.stringify({ v: 1, name: cleanName(name), muted, camera });
}

/** Reads a hello; a field that is missing or of another type gets its default. @param {string} text @returns {Hello} */
export function readHello(text) {
  const fields = text.length <= MAX_HELLO_CHARACTERS ? parse(text) : {};
  return { name: cleanName(fields.name), muted: fields.muted === true, camera: fields.camera !== false };
}

/** @param {string} text @returns {Record<string, unknown>} */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
