/**
 * The invite link of a room that this browser created for anyone, in IndexedDB "meeting-point-links", so that it can be copied
 * again: no server has it. It lets in no one that the room key beside it (`key-store.js`) does not.
 */

import { inRecords } from "../lib/records.js";

const PLACE = Object.freeze({ database: "meeting-point-links", store: "links", keyPath: "room" });

/**
 * @typedef {{room: string, id: number, epoch: number, link: string, plainLink: string, expiresAt: number}} StoredLink
 * room: slug; id: the server's; epoch: of the room key in it; plainLink: without names; expiresAt: ms since the epoch
 */

/** Replaces the room's former link. Without storage (a private window) nothing is kept. @param {StoredLink} link */
export async function saveInviteLink(link) {
  await inRecords(PLACE, "readwrite", (store) => store.put(link)).catch(() => undefined);
}

/**
 * @param {string} room @param {number} epoch of the room's key now @returns {Promise<StoredLink | null>} null when this browser has
 * no link, or one that has expired or holds an earlier key. Only the server knows whether it was revoked.
 */
export async function loadInviteLink(room, epoch) {
  /** @type {StoredLink | undefined} */
  const found = await inRecords(PLACE, "readonly", (store) => store.get(room)).catch(() => undefined);
  if (found === undefined) return null;
  if (found.epoch === epoch && found.expiresAt > Date.now()) return found;
  await forgetInviteLink(room);
  return null;
}

/** @returns {Promise<string[]>} the rooms whose link is stored */
export async function linkedRooms() {
  const all = await inRecords(PLACE, "readonly", (store) => store.getAll());
  return all.map(({ room }) => room);
}

export async function forgetAllLinks() {
  await inRecords(PLACE, "readwrite", (store) => store.clear());
}

/** @param {string} room */
export async function forgetInviteLink(room) {
  await inRecords(PLACE, "readwrite", (store) => store.delete(room)).catch(() => undefined);
}
