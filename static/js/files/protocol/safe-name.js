/**
 * Sanitizes file names of peers before they are shown or saved: one component each; no characters that Windows, macOS or Linux
 * forbid or treat specially, no control or invisible characters, no bidi overrides (Unicode TR36 §3, UAX #9); no leading or
 * trailing dots and spaces (Windows drops them); no Windows device names; at most 120 bytes of UTF-8 with the extension kept.
 */

const MAX_NAME_BYTES = 120;
const MAX_EXTENSION_BYTES = 24;
const MAX_DEPTH = 16;
const MAX_READ_CHARACTERS = 4_096;
const FALLBACK = "file";
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)(?=$|\.|\s)/i;
const FORBIDDEN =
  /[\p{Cc}\p{Cs}\p{Co}\p{Cn}:*?"<>|\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]/gu;

const utf8 = new TextEncoder();

/** @param {unknown} name @returns {string} never empty, one component */
export function safeName(name) {
  const last = components(name).at(-1) ?? "";
  const clean = scrub(last);
  if (clean === "") return FALLBACK;
  const named = DEVICE.test(clean) ? `_${clean}` : clean;
  return shorten(named);
}

/** @param {unknown} path without the file's own name @returns {string[]} at most 16 components, none of which leads upwards */
export function safePath(path) {
  return components(path)
    .map((component) => scrub(component))
    .filter((component) => component !== "")
    .slice(0, MAX_DEPTH)
    .map((component) => shorten(DEVICE.test(component) ? `_${component}` : component));
}

/** Splits off the extension, which decides what opens the file. @param {string} name @returns {{stem: string, extension: string}} */
export function splitName(name) {
  const dot = name.lastIndexOf(".");
  if (dot <= 0 || dot === name.length - 1) return { stem: name, extension: "" };
  return { stem: name.slice(0, dot), extension: name.slice(dot + 1) };
}

/** @param {unknown} path @returns {string[]} */
function components(path) {
  return typeof path === "string" ? path.slice(-MAX_READ_CHARACTERS).normalize("NFC").split(/[/\\]/) : [];
}

/** @param {string} component */
function scrub(component) {
  return component
    .replace(/\s+/gu, " ")
    .replace(FORBIDDEN, "")
    .replace(/(\p{M}{3})\p{M}+/gu, "$1")
    .replace(/^[. ]+|[. ]+$/g, "");
}

/** @param {string} name */
function shorten(name) {
  if (utf8.encode(name).length <= MAX_NAME_BYTES) return name;
  const { stem, extension } = splitName(name);
  const tail = extension ? `.${cut(extension, MAX_EXTENSION_BYTES)}` : "";
  const room = MAX_NAME_BYTES - utf8.encode(tail).length;
  return `${cut(stem, room).replace(/[. ]+$/, "") || FALLBACK}${tail}`;
}

/** Truncates between characters. @param {string} text @param {number} bytes */
function cut(text, bytes) {
  let [kept, used] = ["", 0];
  for (const character of text) {
    used += utf8.encode(character).length;
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}
