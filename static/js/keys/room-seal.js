/**
 * What a tab derives from the room key for one session. A room without a key (epoch 0) has no such secrets; its hellos are open,
 * and the relay is trusted. The room key may be non-extractable, so a value derived from it is hashed, never the key.
 */

import { hkdf } from "../lib/encoding.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @typedef {{mac: CryptoKey, profile: CryptoKey, pairs: Bytes}} RoomSecrets */
/**
 * @typedef {{room: string, epoch: number, mode: "keyed" | "keyless" | "lobby", secrets: RoomSecrets | null}} RoomSeal
 * room: slug; lobby: made with the lobby key, by a person who knocks; secrets: null in a room without a key
 */

/**
 * @param {string} room the room's slug @param {number} epoch from 1; 0 for a room without a key
 * @param {Bytes | CryptoKey | null} key the room key of that epoch; null for a room without a key @returns {Promise<RoomSeal>}
 * @throws {TypeError} when only one of key and epoch is given: a keyed room is never entered without its key
 */
export async function makeRoomSeal(room, epoch, key) {
  if ((key === null) !== (epoch === 0)) throw new TypeError("a room has a key and an epoch, or neither");
  if (key === null) return { room, epoch, mode: "keyless", secrets: null };
  return { room, epoch, mode: "keyed", secrets: await secretsOf(room, epoch, key) };
}

/** For knocking. @param {string} room @param {number} epoch @param {Bytes | CryptoKey} lobbyKey @returns {Promise<RoomSeal>} */
export async function makeLobbySeal(room, epoch, lobbyKey) {
  return { room, epoch, mode: "lobby", secrets: await secretsOf(room, epoch, lobbyKey) };
}

/** @param {string} room @param {number} epoch @param {Bytes | CryptoKey} key @returns {Promise<RoomSecrets>} */
async function secretsOf(room, epoch, key) {
  const of = (/** @type {string} */ purpose) => hkdf(key, `meeting-point/v1/${purpose}|${room}|${epoch}`, 32);
  const [mac, profile, pairs] = await Promise.all([of("hello"), of("profile"), of("pair-secret")]);
  const hmac = { name: "HMAC", hash: "SHA-256" };
  return {
    mac: await crypto.subtle.importKey("raw", mac, hmac, false, ["sign", "verify"]),
    profile: await crypto.subtle.importKey("raw", profile, "AES-GCM", false, ["encrypt", "decrypt"]),
    pairs,
  };
}
