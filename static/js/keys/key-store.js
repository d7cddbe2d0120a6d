/**
 * Room keys in IndexedDB "meeting-point", one record per room, as non-extractable HKDF keys. A device that may invite must wrap
 * the key, so it also stores an extractable copy (as an HMAC key: HKDF keys cannot be exported).
 */

import { toBase64Url } from "../lib/encoding.js";
import { inRecords, inTransaction } from "../lib/records.js";
import { roomKeyCheck } from "./room-key.js";

/** @import { Bytes } from "../lib/encoding.js" */
/**
 * suite: the algorithms that the key is for, 1 (HKDF-SHA256, HMAC-SHA256, AES-256-GCM, ECDH P-256); check: as the server has it; since:
 * ms since the epoch. All three are missing in records from before.
 * @typedef {{room: string, epoch: number, key: CryptoKey, exportable?: CryptoKey, byHosts?: boolean, suite?: number, check?: string, since?: number}} KeyRecord
 */
/** @typedef {{epoch: number, key: CryptoKey, raw?: Bytes, byHosts: boolean}} StoredRoomKey raw only on a device that may invite */

const PLACE = Object.freeze({ database: "meeting-point", store: "room-keys", keyPath: "room" });
const PLACES = Object.freeze({ database: PLACE.database, keyPaths: { [PLACE.store]: PLACE.keyPath } });
export const SUITE = 1;

/** This browser holds a later key of the room, or another one of the same epoch. */
export class KeyConflict extends Error {}

/**
 * Replaces the key of an earlier epoch, and no other: epochs only rise, and each has one key. Call it only with a key whose epoch and
 * check value the server names, and which came from a second source: a link, a host's browser, or this one.
 * @param {string} room slug @param {number} epoch @param {Bytes} raw 32 bytes
 * @param {{extractable?: boolean, byHosts?: boolean}} [options] extractable: this device may invite; byHosts: hosts give this key
 *   to guests, whose links must not hold it
 * @returns {Promise<void>} @throws {KeyConflict}
 */
export async function saveRoomKey(room, epoch, raw, options = {}) {
  if (!(await advance(await makeRecord(room, epoch, raw, options)))) throw new KeyConflict(`another key of ${room}, not before epoch ${epoch}`);
}

/**
 * Stores a record unless the one that it would replace is of a later epoch, or of the same one with another key.
 * @param {KeyRecord} record @param {string} [spent] the name of a record that it takes the place of, too
 * @returns {Promise<boolean>} whether it is stored
 */
async function advance(record, spent) {
  const before = await readRecord(record.room);
  // A record from before has no check value, and nothing can be computed during a transaction.
  const check = before && (before.check ?? (await checkOf(before)));
  return await inTransaction(PLACES, "readwrite", (transaction) => {
    const store = transaction.objectStore(PLACE.store);
    const held = store.get(record.room);
    let stored = false;
    held.onsuccess = () => {
      const { epoch = 0, check: heldCheck = check } = held.result ?? {};
      if (epoch > record.epoch || (epoch === record.epoch && heldCheck !== record.check)) return;
      if (spent !== undefined) store.delete(spent);
      store.put(record);
      stored = true;
    };
    return () => stored;
  });
}

/** @param {string} room @param {number} epoch @param {Bytes} raw @param {{extractable?: boolean, byHosts?: boolean}} options */
async function makeRecord(room, epoch, raw, { extractable = false, byHosts = false }) {
  const key = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveBits"]);
  /** @type {KeyRecord} */
  const record = { room, epoch, byHosts, key, suite: SUITE, since: Date.now() };
  record.check = await checkOf(record);
  if (extractable) {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    record.exportable = await crypto.subtle.importKey("raw", raw, algorithm, true, ["sign"]);
  }
  return record;
}

/** @param {KeyRecord} record @returns {Promise<string>} */
async function checkOf({ room, epoch, key }) {
  return toBase64Url(await roomKeyCheck(key, room.split(" ", 1)[0], epoch));
}

/** @param {string} room @returns {Promise<KeyRecord | undefined>} @throws {Error} when a later version of this site has stored it */
async function readRecord(room) {
  /** @type {KeyRecord | undefined} */
  const record = await inRecords(PLACE, "readonly", (store) => store.get(room));
  if (record !== undefined && (record.suite ?? SUITE) !== SUITE) throw new Error(`a key of suite ${record.suite}`);
  return record;
}

/** Returns null when this browser has no key. @param {string} room @returns {Promise<StoredRoomKey | null>} */
export async function loadRoomKey(room) {
  const record = await readRecord(room);
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
  const record = await makeRecord(offered(room), epoch, raw, { extractable: true, byHosts });
  await inRecords(PLACE, "readwrite", (store) => store.put(record));
}

/** @param {string} room @returns {Promise<StoredRoomKey | null>} */
export function loadPendingKey(room) {
  return loadRoomKey(offered(room));
}

/**
 * Makes the pending key this browser's key of the room, in one transaction. @param {string} room
 * @param {{replace?: boolean}} [options] replace: a later key, too, as the person wishes @returns {Promise<boolean>} whether it is now
 */
export async function confirmPendingKey(room, { replace = false } = {}) {
  const record = await readRecord(offered(room));
  if (record === undefined) return false;
  if (!replace) return await advance({ ...record, room, check: record.check ?? (await checkOf(record)) }, offered(room));
  await inRecords(PLACE, "readwrite", (store) => {
    store.delete(offered(room));
    return store.put({ ...record, room });
  });
  return true;
}

/** @param {string} room @param {number} epoch @param {string} check as the server has it @returns {Promise<boolean>} */
export async function holdsRoomKey(room, epoch, check) {
  const record = await readRecord(room);
  return record?.epoch === epoch && (record.check ?? (await checkOf(record))) === check;
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

/** @typedef {{room: string, kind: "room" | "lobby" | "offered", epoch: number, since: number | null}} KeptKey since: ms; null: not known */

/** Lists every key, without the keys themselves. @returns {Promise<KeptKey[]>} */
export async function keptKeys() {
  /** @type {KeyRecord[]} */
  const all = await inRecords(PLACE, "readonly", (store) => store.getAll());
  return all.map(({ room: name, epoch, since = null }) => {
    const [room = "", kind = "room"] = name.split(" ");
    return { room, kind: /** @type {KeptKey["kind"]} */ (kind), epoch, since };
  });
}

/** @param {string} room with the lobby key and the pending one @returns {Promise<void>} */
export async function forgetKeysOf(room) {
  for (const name of [room, `${room} lobby`, offered(room)]) await forgetRoomKey(name);
}

/** @returns {Promise<void>} */
export async function forgetAllKeys() {
  await inRecords(PLACE, "readwrite", (store) => store.clear());
}
