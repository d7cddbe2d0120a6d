/**
 * The invite secret: 16 random bytes in a link's fragment, which browsers never send. The server gets the token derived from it
 * at redemption and stores its hash. The wrap key seals the room key; once the server deletes that blob, the link opens nothing.
 */

import { cleanName } from "../lib/clean-name.js";
import { fromBase64Url, hkdf, sha256, toBase64Url, toUtf8 } from "../lib/encoding.js";

/** @import { Bytes } from "../lib/encoding.js" */
/**
 * keyed: the link says that it holds a key; false: it does not say, because it holds none or was created before links said so; the names
 * of the room and of the inviter are cleaned, "" when absent
 * @typedef {{secret: Bytes, keyed: boolean, room: string, by: string}} Invite
 */

/** The version at the beginning of the fragment. */
const KEYLESS = "1";
const KEYED = "2";
const SECRET_BYTES = 16;
const ROOM_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Two names of 60 characters take 1,440, ten times that when encoded often; a bound for hostile links. */
const MAX_NAMES_CHARACTERS = 16_384;
/** Nonce, sealed key, tag. */
export const WRAPPED_BYTES = NONCE_BYTES + ROOM_KEY_BYTES + TAG_BYTES;

/** `#k=1…`, or `#k=2…` of a link that holds a key, in all spellings: `#` as `%23`, moved into the path or left out, `=` as `%3D`, each also encoded several times. */
const SECRET = /(?:^|#|%(?:25)*23)k(?:=|%(?:25)*3[dD])([12])([A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])/;
/** One parameter after the secret; a program that shows links readably decodes letters, `&amp;` comes from HTML. */
const PARAMETER = /&(?:amp;|#38;)*([a-z_]+)(?:=|%(?:25)*3D)((?:[\p{L}\p{M}\p{N}\p{So}\u200d\ufe0f_+-]|%[0-9A-F]{2})*)/giu;
/** Parameters that were encoded as a whole, once or several times. */
const ENCODED = /^%(?:25)*26/i;
/** A value in which each `%` was encoded, and nothing else was. */
const DOUBLED = /^[^%]*(?:%25[0-9A-F]{2}[^%]*)+$/i;

/**
 * Finds the secret in a link, in a fragment, or in a link that a mail scanner or chat program has rewritten. The names are hints
 * for the page: the person who sends a link can write any names into it.
 * @param {string} text `location.hash`, `location.href`, `#k=2…` or a pasted link
 * @returns {Invite | null} null when the text holds no invite of a known version
 */
export function parseInviteLink(text) {
  const match = SECRET.exec(text.trim());
  if (match === null) return null;
  try {
    return { secret: fromBase64Url(match[2]), keyed: match[1] === KEYED, ...readNames(text.trim().slice(match.index + match[0].length)) };
  } catch {
    return null;
  }
}

/** @param {string} text what follows the secret @returns {{room: string, by: string}} */
function readNames(text) {
  let rest = text.slice(0, MAX_NAMES_CHARACTERS).split(/[\s<>"]/u, 1)[0];
  while (ENCODED.test(rest)) rest = rest.replace(/%(2[356]|3[BD])/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));
  // Reversed: the first of a name counts, as programs append theirs.
  const values = new Map([...rest.matchAll(PARAMETER)].reverse().map(([, name, value]) => [name, value]));
  return { room: readName(values.get("n") ?? ""), by: readName(values.get("by") ?? "") };
}

/** @param {string} value @returns {string} */
function readName(value) {
  let once = value.replaceAll("+", " ");
  while (DOUBLED.test(once)) once = once.replaceAll("%25", "%");
  try {
    return cleanName(decodeURIComponent(once));
  } catch {
    return "";
  }
}

/** @returns {Bytes} 16 bytes */
export function makeInviteSecret() {
  return crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
}

/**
 * @param {string} origin @param {Bytes} secret
 * @param {{keyed?: boolean, room?: string, by?: string}} [more] keyed: it holds a key, so that no server can say that there is none; the
 *   names of the room and of the person who invites, which the page shows at once
 * @returns {string} `ORIGIN/i#k=2…&n=…&by=…`, without the names that are empty; `#k=1…` without a key
 */
export function inviteLink(origin, secret, { keyed = false, room = "", by = "" } = {}) {
  requireLength(secret, SECRET_BYTES, "invite secret");
  const names = Object.entries({ n: writeName(room), by: writeName(by) }).filter(([, value]) => value !== "");
  return `${origin}/i#k=${keyed ? KEYED : KEYLESS}${toBase64Url(secret)}${names.map(([name, value]) => `&${name}=${value}`).join("")}`;
}

/**
 * Encodes all but letters, digits, "-" and "_", as chat programs end a link at other characters.
 * @param {string} name @returns {string}
 */
function writeName(name) {
  const encoded = encodeURIComponent(cleanName(name)).replace(/[.!~*'()]/g, escaped);
  // A name such as "%41" must not look like one that was encoded twice.
  return DOUBLED.test(encoded) ? encoded.replace(/(^|%25)([A-Za-z0-9_-])/, (_, before, first) => before + escaped(first)) : encoded;
}

/** @param {string} character of ASCII @returns {string} */
function escaped(character) {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** @param {Bytes} secret @returns {Promise<Bytes>} 32 bytes */
export async function inviteToken(secret) {
  requireLength(secret, SECRET_BYTES, "invite secret");
  return hkdf(secret, "meeting-point/v1/invite-token", 32);
}

/** What the server stores of a token. @param {Bytes} token @returns {Promise<Bytes>} 32 bytes */
export function tokenHash(token) {
  return sha256(token);
}

/**
 * What a link holds: the room key; the room key of a room where guests knock (for people who need not); or the lobby key, with
 * which a guest knocks. The seal is bound to it, so that no one can pass off one as another.
 * @typedef {"room" | "room-by-hosts" | "lobby"} Holds
 */

/**
 * Seals a key with an invite secret, bound to this room and epoch.
 * @param {Bytes} secret @param {Bytes} rawKey 32 bytes @param {string} room the room's slug @param {number} epoch from 1
 * @param {Holds} [holds] @returns {Promise<Bytes>} 60 bytes: nonce 12, sealed key 32, tag 16
 */
export async function wrapRoomKey(secret, rawKey, room, epoch, holds = "room") {
  requireLength(rawKey, ROOM_KEY_BYTES, "room key");
  const key = await wrapKey(secret);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(wrapAlgorithm(nonce, room, epoch, holds), key, rawKey);
  const blob = new Uint8Array(WRAPPED_BYTES);
  blob.set(nonce);
  blob.set(new Uint8Array(sealed), NONCE_BYTES);
  return blob;
}

/**
 * @param {Bytes} secret @param {Bytes} blob @param {string} room slug @param {number} epoch @param {Holds} [holds]
 * @returns {Promise<Bytes>} the key, 32 bytes @throws {RangeError} when the blob has the wrong size
 * @throws {DOMException} OperationError when the secret, the room, the epoch or the kind differs
 */
export async function unwrapRoomKey(secret, blob, room, epoch, holds = "room") {
  requireLength(blob, WRAPPED_BYTES, "wrapped room key");
  const key = await wrapKey(secret);
  const algorithm = wrapAlgorithm(blob.slice(0, NONCE_BYTES), room, epoch, holds);
  return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, blob.slice(NONCE_BYTES)));
}

/** Exported for the published test vector. @param {Bytes} secret @returns {Promise<Bytes>} 32 bytes */
export function inviteWrapBytes(secret) {
  requireLength(secret, SECRET_BYTES, "invite secret");
  return hkdf(secret, "meeting-point/v1/invite-wrap", 32);
}

/** @param {Bytes} secret */
async function wrapKey(secret) {
  return crypto.subtle.importKey("raw", await inviteWrapBytes(secret), "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** @param {Bytes} iv @param {string} room @param {number} epoch @param {Holds} holds */
function wrapAlgorithm(iv, room, epoch, holds) {
  const kind = holds === "room" ? "" : `|${holds}`;
  return { name: "AES-GCM", iv, additionalData: toUtf8(`meeting-point/v1/invite-wrap|${room}|${epoch}${kind}`) };
}

/** @param {Bytes} bytes @param {number} length @param {string} what */
function requireLength(bytes, length, what) {
  if (bytes.length !== length) throw new RangeError(`${what} must be ${length} bytes`);
}
