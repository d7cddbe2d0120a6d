/** What this browser keeps of rooms: their keys, the links that it created, its own lasting keys, the devices that were verified. */

import { forgetAllKeys, forgetKeysOf, keptKeys } from "../key-store.js";
import { forgetAllLinks, forgetInviteLink, linkedRooms } from "../link-store.js";
import { deviceKeys, forgetAllDeviceKeys, forgetDeviceKeys } from "./device-key.js";
import { forgetAllVerified, forgetVerified, verifiedDevices } from "./verified-devices.js";

/** @import { VerifiedDevice } from "./verified-devices.js" */

/**
 * @typedef {object} KeptRoom
 * @property {string} room slug
 * @property {{epoch: number, since: number | null} | null} key since: ms since the epoch, null: not known
 * @property {boolean} lobby whether there is a key for knocking
 * @property {boolean} link whether there is a link for anyone
 * @property {number | null} device since when this browser has a lasting key there
 * @property {VerifiedDevice[]} verified
 */

/** @returns {Promise<KeptRoom[]>} the newest key first @throws {DOMException} when the browser stores nothing */
export async function keptRooms() {
  const [keys, links, own, verified] = await Promise.all([keptKeys(), linkedRooms(), deviceKeys(), verifiedDevices()]);
  const slugs = new Set([...keys, ...own, ...verified].map(({ room }) => room).concat(links));
  const rooms = [...slugs].map((room) => {
    const ofRoom = keys.filter((one) => one.room === room);
    const { epoch = 0, since = null } = ofRoom.find(({ kind }) => kind === "room") ?? {};
    return {
      room,
      key: epoch > 0 ? { epoch, since } : null,
      lobby: ofRoom.some(({ kind }) => kind === "lobby"),
      link: links.includes(room),
      device: own.find((one) => one.room === room)?.since ?? null,
      verified: verified.filter((one) => one.room === room),
    };
  });
  return rooms.sort((one, other) => (other.key?.since ?? other.device ?? 0) - (one.key?.since ?? one.device ?? 0));
}

/** @param {string} room slug @returns {Promise<void>} */
export async function forgetRoom(room) {
  const verified = await verifiedDevices(room);
  await Promise.all([forgetKeysOf(room), forgetInviteLink(room), forgetDeviceKeys(room), ...verified.map(({ device }) => forgetVerified(room, device))]);
}

/** @returns {Promise<void>} */
export async function forgetAllRooms() {
  await Promise.all([forgetAllKeys(), forgetAllLinks(), forgetAllDeviceKeys(), forgetAllVerified()]);
}
