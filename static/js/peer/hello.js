/** What a person sends the others on entering, opaque to the server. Names come from strangers: they are cleaned first. */

/** @typedef {{name: string, muted: boolean, camera: boolean}} Hello camera: whether it is on at entry */

const MAX_NAME_CHARACTERS = 60;
const MAX_HELLO_CHARACTERS = 4096;
/** As in common/text.py: control, invisible and text-direction characters, but not the joiners that words and emoji need. */
const HIDDEN = /(?![\u200c\u200d])\p{C}|[\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;

/**
 * One line, up to 60 characters, none that hide or redirect the text around it (Unicode TR36 §3). Possibly empty.
 * @param {unknown} name @returns {string}
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
