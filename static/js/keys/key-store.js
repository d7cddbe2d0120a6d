/**
 * Room keys in IndexedDB "meeting-point", one record per room, as non-extractable HKDF keys. A device that may invite must wrap
 * the key, so it also stores an extractable copy (as an HMAC key: HKDF keys cannot be exported).
 */

import { inRecords } from "../lib/records.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @typedef {{room: string, epoch: number, key: CryptoKey, exportable?: CryptoKey, byHosts?: boolean}} KeyRecord */
/** @typedef {{epoch: number, key: CryptoKey, raw?: Bytes, byHosts: boolean}} StoredRoomKey raw only on a device that may invite */

const PLACE = Object.freeze({ database: "meeting-point", store: "room-keys", keyPath: "room" });

/**
 * Replaces the key of an earlier epoch. @param {string} room slug @param {number} epoch @param {Bytes} raw 32 bytes
 * @param {{extractable?: boolean, byHosts?: boolean}} [options] extractable: this device may invite; byHosts: hosts give this key
 *   to guests, whose links must not hold it
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

/** Returns null when this browser has no key. @param {string} room @returns {Promise<StoredRoomKey | null>} */
export async function loadRoomKey(room) {
  /** @type {KeyRecord | undefined} */
  const record = await inRecords(PLACE, "readonly", (store) => store.get(room));
  if (record === undefined) return null;
  const { epoch, key, exportable, byHosts = false } = record;
  if (exportable === undefined) return { epoch, key, byHosts };
  return { epoch, key, byHosts, raw: new Uint8Array(await crypto.subtle.exportKey("raw", exportable)) };
}

/**
 * Stores a key that the server may not have accepted. @param {string} room slug @param {number} epoch that it would begin
 * @param {Bytes} raw 32 bytes @param {boolean} byHosts as in `saveRoomKey`
 */
export async function savePendingKey(room, epoch, raw, byHosts) {
  await saveRoomKey(offered(room), epoch, raw, { extractable: true, byHosts });
}

/** @param {string} room @returns {Promise<StoredRoomKey | null>} */
export function loadPendingKey(room) {
  return loadRoomKey(offered(room));
}

/** Makes the pending key this browser's key of the room, in one transaction. @param {string} room @returns {Promise<void>} */
export async function confirmPendingKey(room) {
  /** @type {KeyRecord | undefined} */
  const record = await inRecords(PLACE, "readonly", (store) => store.get(offered(room)));
  if (record === undefined) return;
  await inRecords(PLACE, "readwrite", (store) => {
    store.delete(offered(room));
    return store.put({ ...record, room });
  });
}

/** Call only when the room certainly has another key. @param {string} room @returns {Promise<void>} */
export function forgetPendingKey(room) {
  return forgetRoomKey(offered(room));
}

/** Stores a lobby key, beside the room key if there is one. @param {string} room @param {number} epoch @param {Bytes} raw */
export function saveLobbyKey(room, epoch, raw) {
  return saveRoomKey(`${room} lobby`, epoch, raw);
}

/** @param {string} room @returns {Promise<StoredRoomKey | null>} */
export function loadLobbyKey(room) {
  return loadRoomKey(`${room} lobby`);
}

/** A slug has no spaces, so this name is free. @param {string} room */
function offered(room) {
  return `${room} offered`;
}

/** @param {string} room @returns {Promise<void>} */
export async function forgetRoomKey(room) {
  await inRecords(PLACE, "readwrite", (store) => store.delete(room));
}
