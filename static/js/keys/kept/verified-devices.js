/**
 * The devices whose people compared a safety code with this browser, in IndexedDB "meeting-point-verified". A record is written only
 * when the person here presses "They match": no word of a peer or of the server makes one.
 */

import { inRecords } from "../../lib/records.js";

/** @typedef {{room: string, device: string, member: string, name: string, at: number}} VerifiedDevice device: its public key; name, member: when the code was compared; at: ms since the epoch */

const PLACE = Object.freeze({ database: "meeting-point-verified", store: "devices", keyPath: "id" });

/** @param {VerifiedDevice} verified @returns {Promise<void>} */
export async function saveVerified(verified) {
  const { room, device } = verified;
  await inRecords(PLACE, "readwrite", (store) => store.put({ id: `${room} ${device}`, ...verified }));
}

/** @param {string} [room] all rooms without it @returns {Promise<VerifiedDevice[]>} */
export async function verifiedDevices(room) {
  /** @type {VerifiedDevice[]} */
  const all = await inRecords(PLACE, "readonly", (store) => store.getAll());
  return all.filter((one) => room === undefined || one.room === room);
}

export async function forgetAllVerified() {
  await inRecords(PLACE, "readwrite", (store) => store.clear());
}

/** @param {string} room @param {string} device @returns {Promise<void>} */
export async function forgetVerified(room, device) {
  await inRecords(PLACE, "readwrite", (store) => store.delete(`${room} ${device}`));
}
