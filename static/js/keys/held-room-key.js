/** Whether the key that this browser holds fits the room. */

import { toBase64Url } from "../lib/encoding.js";
import { confirmPendingKey, loadLobbyKey, loadPendingKey, loadRoomKey } from "./key-store.js";
import { roomKeyCheck } from "./room-key.js";

/** @typedef {"fits" | "lobby" | "none" | "old" | "wrong" | "downgrade" | "storage"} KeyState */

/**
 * Finds the key with which a call in this room is sealed: that of the epoch that the server names (0: a room without one).
 * @param {string} slug
 * @param {number} epoch
 * @param {string | null} keyCheck the check value that the server keeps, base64url
 * @returns {Promise<{state: KeyState, key: CryptoKey | null}>} key: null in a room without one and in every state but
 *   "fits" and "lobby" (then it is the lobby key: a host has to let us in); downgrade: the server names a lower epoch than
 *   we hold, which must never be followed; wrong: a key of that epoch, but another one; storage: this browser does not
 *   keep keys
 */
export async function findRoomKey(slug, epoch, keyCheck) {
  let held, lobby;
  try {
    // A key that was offered here, and the answer was lost or is not here yet: the server shows that it was taken. This
    // comes before the look at the key that is held, for another tab may move the one to the place of the other meanwhile.
    const offered = await loadPendingKey(slug);
    const taken = offered?.epoch === epoch && toBase64Url(await roomKeyCheck(offered.key, slug, epoch)) === keyCheck;
    if (taken) await confirmPendingKey(slug);
    [held, lobby] = await Promise.all([loadRoomKey(slug), loadLobbyKey(slug)]);
  } catch {
    return { state: epoch === 0 ? "fits" : "storage", key: null };
  }
  const known = held?.epoch ?? 0;
  if (Math.max(known, lobby?.epoch ?? 0) > epoch) return { state: "downgrade", key: null };
  if (known < epoch && lobby?.epoch === epoch) return { state: "lobby", key: lobby.key };
  if (known < epoch) return { state: known === 0 && !lobby ? "none" : "old", key: null };
  if (held === null) return { state: "fits", key: null };
  const fits = toBase64Url(await roomKeyCheck(held.key, slug, epoch)) === keyCheck;
  return fits ? { state: "fits", key: held.key } : { state: "wrong", key: null };
}
