/** The room key: 32 random bytes made in the owner's browser. The server stores only its epoch and a check value. */

import { hkdf } from "../lib/encoding.js";

/** @import { Bytes } from "../lib/encoding.js" */

/** @returns {Bytes} 32 bytes */
export function makeRoomKey() {
  return crypto.getRandomValues(new Uint8Array(32));
}

/**
 * Shows browsers that they hold the same key of the same epoch. @param {Bytes | CryptoKey} key raw or HKDF
 * @param {string} room slug @param {number} epoch from 1 @returns {Promise<Bytes>} 16 bytes
 */
export function roomKeyCheck(key, room, epoch) {
  return hkdf(key, `meeting-point/v1/room-key-check|${room}|${epoch}`, 16);
}
