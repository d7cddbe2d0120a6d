/** Whether this browser's key fits the room. */

import { toBase64Url } from "../lib/encoding.js";
import { confirmPendingKey, loadLobbyKey, loadPendingKey, loadRoomKey } from "./key-store.js";
import { roomKeyCheck } from "./room-key.js";

/** @typedef {"fits" | "lobby" | "none" | "old" | "wrong" | "downgrade" | "storage"} KeyState */

/**
 * Finds the key of the epoch that the server names (0: a room without one).
 * @param {string} slug @param {number} epoch
 * @param {string | null} keyCheck the server's check value, base64url
 * @returns {Promise<{state: KeyState, key: CryptoKey | null}>} key: the room key with "fits" (null in a room without one), the
 *   lobby key with "lobby" (a host has to admit us), otherwise null; downgrade: the server names a lower epoch than ours, which we
 *   must never follow; wrong: another key of that epoch; storage: this browser does not store keys
 */
export async function findRoomKey(slug, epoch, keyCheck) {
  let held, lobby;
  try {
    // A pending key whose answer was lost or is still to come: the server's check value shows that it was accepted. Done before
    // the stored key is read, because another tab may confirm the pending key meanwhile. It never replaces a later key.
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
