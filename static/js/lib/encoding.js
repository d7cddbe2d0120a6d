/** Bytes and text: base64url without padding (RFC 4648 §5), UTF-8, SHA-256 and HKDF. */

const utf8 = new TextEncoder();

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/** What browsers of 2025 and later do themselves (ECMAScript, Uint8Array to/from base64). */
const native = /** @type {{fromBase64?: (text: string, options: object) => Bytes}} */ (/** @type {unknown} */ (Uint8Array));
/** The last characters that leave no bit over, by the length modulo 4. */
const LAST = ["", "", "AQgw", "AEIMQUYcgkosw048"];

/** @param {Uint8Array} bytes @returns {string} */
export function toBase64Url(bytes) {
  if ("toBase64" in bytes) return /** @type {any} */ (bytes).toBase64({ alphabet: "base64url", omitPadding: true });
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Whether a text is the canonical spelling of a value: two different texts never encode the same secret. @param {string} text */
export function isBase64Url(text) {
  const rest = text.length % 4;
  return /^[A-Za-z0-9_-]*$/.test(text) && rest !== 1 && (rest === 0 || LAST[rest].includes(text[text.length - 1]));
}

/** @param {string} text @returns {Bytes} @throws {SyntaxError} when the text is not canonical base64url */
export function fromBase64Url(text) {
  if (!isBase64Url(text)) throw new SyntaxError("not canonical base64url");
  if (native.fromBase64) return native.fromBase64(text, { alphabet: "base64url" });
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** @param {string} text @returns {Bytes} */
export function toUtf8(text) {
  return utf8.encode(text);
}

/** @param {Bytes} bytes @returns {string} @throws {TypeError} when they are not UTF-8 */
export function fromUtf8(bytes) {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/** @param {Bytes} bytes @returns {Promise<Bytes>} */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/**
 * HKDF-SHA256 (RFC 5869). @param {Bytes | CryptoKey} input raw or an HKDF key
 * @param {string | Bytes} info the purpose; different purposes never share bytes @param {number} length in bytes
 * @param {Bytes} [salt] none by default @returns {Promise<Bytes>}
 */
export async function hkdf(input, info, length, salt = new Uint8Array(0)) {
  const key =
    input instanceof CryptoKey ? input : await crypto.subtle.importKey("raw", input, "HKDF", false, ["deriveBits"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info: typeof info === "string" ? toUtf8(info) : info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, length * 8));
}

/** @param {Uint8Array[]} parts @returns {Bytes} */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
