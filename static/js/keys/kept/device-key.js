/**
 * The lasting key of this browser, by which people who have compared a safety code recognise it later. ECDSA P-256, non-extractable,
 * in IndexedDB "meeting-point-device": one for each room and membership, so that neither two rooms nor two accounts of one browser
 * can be linked by it.
 */

import { inRecords, inTransaction } from "../../lib/records.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @typedef {{privateKey: CryptoKey, publicKey: Bytes, since: number}} DeviceKey publicKey: 65 bytes, uncompressed; since: ms since the epoch */
/** @typedef {DeviceKey & {id: string, room: string}} Stored */

const PLACE = Object.freeze({ database: "meeting-point-device", store: "keys", keyPath: "id" });
const PLACES = Object.freeze({ database: PLACE.database, keyPaths: Object.freeze({ [PLACE.store]: PLACE.keyPath }) });
export const ECDSA = Object.freeze({ name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" });

/** Loads the key, or makes it. Two tabs get the same one. @param {string} room slug @param {string} member our membership @returns {Promise<DeviceKey>} */
export async function deviceKeyFor(room, member) {
  const id = `${room} ${member}`;
  /** @type {Stored | undefined} */
  const known = await inRecords(PLACE, "readonly", (store) => store.get(id));
  if (known) return known;
  const pair = await crypto.subtle.generateKey(ECDSA, false, ["sign"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  /** @type {Stored} */
  const made = { id, room, privateKey: pair.privateKey, publicKey, since: Date.now() };
  return inTransaction(PLACES, "readwrite", (transaction) => {
    const store = transaction.objectStore(PLACE.store);
    /** @type {IDBRequest<Stored | undefined>} */
    const before = store.get(id);
    before.onsuccess = () => before.result ?? store.put(made);
    return () => before.result ?? made;
  });
}

/** @returns {Promise<{room: string, since: number}[]>} */
export async function deviceKeys() {
  /** @type {Stored[]} */
  const all = await inRecords(PLACE, "readonly", (store) => store.getAll());
  return all.map(({ room, since }) => ({ room, since }));
}

/** @param {string} room @returns {Promise<void>} */
export async function forgetDeviceKeys(room) {
  /** @type {Stored[]} */
  const all = await inRecords(PLACE, "readonly", (store) => store.getAll());
  for (const { id } of all.filter((one) => one.room === room)) await inRecords(PLACE, "readwrite", (store) => store.delete(id));
}

export async function forgetAllDeviceKeys() {
  await inRecords(PLACE, "readwrite", (store) => store.clear());
}
