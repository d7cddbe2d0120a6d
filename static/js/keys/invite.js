/**
 * The invite secret: 16 random bytes in a link's fragment, which browsers never send. The server gets the token derived from it
 * at redemption and stores its hash. The wrap key seals the room key; once the server deletes that blob, the link opens nothing.
 */

import { fromBase64Url, hkdf, sha256, toBase64Url, toUtf8 } from "../lib/encoding.js";

/** @import { Bytes } from "../lib/encoding.js" */

const SECRET_BYTES = 16;
const ROOM_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Nonce, sealed key, tag. */
export const WRAPPED_BYTES = NONCE_BYTES + ROOM_KEY_BYTES + TAG_BYTES;

/**
 * Finds the secret in a link, in a fragment, or in a link that a mail scanner or chat program has rewritten (`#` as `%23`, the
 * whole fragment moved into the path, `=` as `%3D`, surrounding spaces or full stops).
 * @param {string} text `location.hash`, `location.href`, `#k=1…` or a pasted link
 * @returns {{secret: Bytes} | null} null when the text holds no invite of a known version
 */
export function parseInviteLink(text) {
  const repaired = text.trim().replace(/%25(?=23|3d)/gi, "%").replace(/%23/g, "#").replace(/%3d/gi, "=");
  const match = /(?:^|#)k=1([A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])/.exec(repaired);
  if (match === null) return null;
  try {
    return { secret: fromBase64Url(match[1]) };
  } catch {
    return null;
  }
}

/** @returns {Bytes} 16 bytes */
export function makeInviteSecret() {
  return crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
}

/** @param {string} origin @param {Bytes} secret @returns {string} */
export function inviteLink(origin, secret) {
  requireLength(secret, SECRET_BYTES, "invite secret");
  return `${origin}/i#k=1${toBase64Url(secret)}`;
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
