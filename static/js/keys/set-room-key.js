/** Gives a room its first or next key: made in this browser, told to the server as a check value only. */

import { toBase64Url } from "../lib/encoding.js";
import { confirmPendingKey, forgetPendingKey, loadPendingKey, loadRoomKey, savePendingKey } from "./key-store.js";
import { makeRoomKey, roomKeyCheck } from "./room-key.js";
import { postJson } from "../lib/request.js";

/** Answers after which the server has not changed the room. */
const NOT_TAKEN = [400, 403, 404];

/**
 * @typedef {object} NewRoomKey
 * @property {string} slug
 * @property {number} epoch the one after the room's
 * @property {string} url
 * @property {boolean} byHosts whether guests are to get this key from hosts
 * @property {object} [more] what else the server is to be told with it
 */

/**
 * Makes the key of an epoch and offers it; one tab of this browser at a time.
 *
 * The key is kept before the server is told: a key that the room has and nobody holds would shut everybody out. After a
 * lost answer the same key is offered again.
 * @param {NewRoomKey} room
 * @returns {Promise<boolean>} whether the room now has the key of this browser; false: another browser was first
 * @throws {Error} when the room has not changed, or nobody knows
 */
export async function setRoomKey(room) {
  return await navigator.locks.request(`meeting-point room key ${room.slug}`, () => makeAndSetKey(room));
}

/** @param {NewRoomKey} room */
async function makeAndSetKey({ slug, epoch, url, byHosts, more = {} }) {
  const held = await loadRoomKey(slug);
  // The server names an epoch that is over by what this browser knows: it is not followed.
  if (held !== null && held.epoch > epoch) throw new Error("the room has a later key");
  const before = await loadPendingKey(slug);
  // Another tab has done it, or an answer was lost: what this browser offered for that epoch is offered again.
  // (One that was made for the other kind of door may be in links already: it is not.)
  const again = held?.epoch === epoch ? held : before?.epoch === epoch ? before : null;
  const key = again?.byHosts === byHosts ? again.raw : makeRoomKey();
  if (key === undefined) throw new Error("the room has a key");
  await savePendingKey(slug, epoch, key, byHosts);
  const check = toBase64Url(await roomKeyCheck(key, slug, epoch));
  const { status, data } = await postJson(url, { ...more, epoch, key_check: check, hosts_hand_out_key: byHosts });
  const mine = status === 200 || (status === 409 && data.key_check === check);
  if (mine) await confirmPendingKey(slug);
  // Forgotten only when the server has surely not taken it; after a lost or broken answer it may have.
  else if (status === 409 || NOT_TAKEN.includes(status)) await forgetPendingKey(slug);
  if (!mine && status !== 409) throw new Error("the room has no new key");
  return mine;
}
