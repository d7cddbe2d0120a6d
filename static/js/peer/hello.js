/**
 * What a person tells the others on entering: the hello, opaque to the server. Names come from strangers, so they are
 * cleaned before anything shows them.
 */

/** @typedef {{name: string, muted: boolean, camera: boolean}} Hello camera: whether it is on at entry */

const MAX_NAME_CHARACTERS = 60;
const MAX_HELLO_CHARACTERS = 4096;
/**
 * What a name may not hold, as in common/text.py: controls, everything that turns directions or hides, but for the joiners
 * that words and emoji need; and letters and signs that show nothing.
 */
const HIDDEN = /(?![\u200c\u200d])\p{C}|[\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;

/**
 * Cleans a name: one line, no control characters, no characters that turn the direction of the text around it or hide
 * (Unicode TR36 §3), at most 60 characters with their accents.
 * @param {unknown} name
 * @returns {string} possibly empty
 */
export function cleanName(name) {
  if (typeof name !== "string") return "";
  const visible = name
    .slice(0, MAX_HELLO_CHARACTERS)
    .normalize("NFC")
    .replace(/\s+/gu, " ")
    .replace(HIDDEN, "")
    .replace(/(\p{M}{3})\p{M}+/gu, "$1")
    .trim();
  const kept = [...visible].slice(0, MAX_NAME_CHARACTERS).join("").trim();
  return /[\p{L}\p{N}\p{S}\p{P}]/u.test(kept) ? kept : "";
}

/**
 * Writes a hello.
 * @param {{name: string, muted?: boolean, camera?: boolean}} hello
 * @returns {string} JSON
 */
export function writeHello({ name, muted = false, camera = true }) {
  return JSON.stringify({ v: 1, name: cleanName(name), muted, camera });
}

/** Reads a hello. A field that is missing or of another type is as if nothing had been said. @param {string} text @returns {Hello} */
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
