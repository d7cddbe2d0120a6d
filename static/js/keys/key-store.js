/**
 * Room keys at rest: IndexedDB "meeting-point", one record a room.
 *
 * Every device keeps a non-extractable HKDF key, enough to take part. A device that may invite must be able to wrap the
 * key for a new link, so it also keeps an extractable copy (as an HMAC key: HKDF keys cannot be exported).
 */

import { inRecords } from "../lib/records.js";

/** @import { Bytes } from "../lib/encoding.js" */
/**
 * @typedef {object} KeyRecord
 * @property {string} room
 * @property {number} epoch
 * @property {CryptoKey} key
 * @property {CryptoKey} [exportable]
 * @property {boolean} [byHosts] whether hosts give this key to guests, whose links must not hold it
 */
/** @typedef {{epoch: number, key: CryptoKey, raw?: Bytes, byHosts: boolean}} StoredRoomKey raw only on a device that may invite */

const PLACE = Object.freeze({ database: "meeting-point", store: "room-keys", keyPath: "room" });

/**
 * Keeps a room key, replacing an earlier epoch's.
 * @param {string} room the room's slug
 * @param {number} epoch
 * @param {Bytes} raw 32 bytes
 * @param {{extractable?: boolean, byHosts?: boolean}} [options] extractable: this device may invite; byHosts: guests get
 *   this key from hosts, and their links must not hold it
 * @returns {Promise<void>}
 */
export async function saveRoomKey(room, epoch, raw, { extractable = false, byHosts = false } = {}) {
  /** @type {KeyRecord} */
  const record = { room, epoch, byHosts, key: await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveBits"]) };
  if (extractable) {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    record.exportable = await crypto.subtle.importKey("raw", raw, algorithm, true, ["sign"]);
  }
  await inRecords(PLACE, "readwrite", (store) => store.put(record));
}

/**
 * Loads the key of a room.
 * @param {string} room the room's slug
 * @returns {Promise<StoredRoomKey | null>} null when this browser holds none
 */
export async function loadRoomKey(room) {
  /** @type {KeyRecord | undefined} */
  const record = await inRecords(PLACE, "readonly", (store) => store.get(room));
  if (record === undefined) return null;
  const { epoch, key, exportable, byHosts = false } = record;
  if (exportable === undefined) return { epoch, key, byHosts };
  return { epoch, key, byHosts, raw: new Uint8Array(await crypto.subtle.exportKey("raw", exportable)) };
}

/**
 * Keeps a key that was made here and may or may not be the room's by now, beside the one that is.
 * @param {string} room the room's slug
 * @param {number} epoch the epoch that it would begin
 * @param {Bytes} raw 32 bytes
 * @param {boolean} byHosts as in `saveRoomKey`
 * @returns {Promise<void>}
 */
export async function savePendingKey(room, epoch, raw, byHosts) {
  await saveRoomKey(offered(room), epoch, raw, { extractable: true, byHosts });
}

/**
 * Loads the key that was offered last.
 * @param {string} room the room's slug
 * @returns {Promise<StoredRoomKey | null>}
 */
export function loadPendingKey(room) {
  return loadRoomKey(offered(room));
}

/**
 * Makes the offered key the room's key of this browser, in one transaction.
 * @param {string} room the room's slug
 * @returns {Promise<void>}
 */
export async function confirmPendingKey(room) {
  /** @type {KeyRecord | undefined} */
  const record = await inRecords(PLACE, "readonly", (store) => store.get(offered(room)));
  if (record === undefined) return;
  await inRecords(PLACE, "readwrite", (store) => {
    store.delete(offered(room));
    return store.put({ ...record, room });
  });
}

/**
 * Forgets the offered key: the room surely has another.
 * @param {string} room the room's slug
 * @returns {Promise<void>}
 */
export function forgetPendingKey(room) {
  return forgetRoomKey(offered(room));
}

/**
 * Keeps a lobby key, beside the room key that this browser may hold.
 * @param {string} room the room's slug
 * @param {number} epoch
 * @param {Bytes} raw 32 bytes
 * @returns {Promise<void>}
 */
export function saveLobbyKey(room, epoch, raw) {
  return saveRoomKey(`${room} lobby`, epoch, raw);
}

/**
 * Loads the lobby key of a room.
 * @param {string} room the room's slug
 * @returns {Promise<StoredRoomKey | null>}
 */
export function loadLobbyKey(room) {
  return loadRoomKey(`${room} lobby`);
}

/** A slug holds no blanks: the name is free. @param {string} room */
function offered(room) {
  return `${room} offered`;
}

/**
 * Forgets the key of a room.
 * @param {string} room the room's slug
 * @returns {Promise<void>}
 */
export async function forgetRoomKey(room) {
  await inRecords(PLACE, "readwrite", (store) => store.delete(room));
}
