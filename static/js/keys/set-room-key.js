/** Gives a room its first or next key, made in this browser; the server gets only a check value. */

import { toBase64Url } from "../lib/encoding.js";
import { confirmPendingKey, forgetPendingKey, holdsRoomKey, loadPendingKey, loadRoomKey, savePendingKey } from "./key-store.js";
import { makeRoomKey, roomKeyCheck } from "./room-key.js";
import { postJson } from "../lib/request.js";

/** Statuses after which the server has certainly not changed the room. */
const NOT_TAKEN = [400, 403, 404];

/**
 * @typedef {{slug: string, epoch: number, url: string, byHosts: boolean, replace?: boolean, more?: object}} NewRoomKey
 * epoch: the one after the room's; byHosts: hosts give this key to guests; replace: even if this browser holds a later key than the
 *   server names, as the person wishes; more: further fields of the request
 */

/**
 * Makes and sets a key, in one tab at a time. It is stored first: a key that the room has and no one holds would lock everyone
 * out. After a lost answer the same key is sent again. @throws {Error} when the room has not changed, or we cannot know
 * @param {NewRoomKey} room @returns {Promise<boolean>} whether the room now has this key; false: another browser was first
 */
export async function setRoomKey(room) {
  return await navigator.locks.request(`meeting-point room key ${room.slug}`, () => makeAndSetKey(room));
}

/** @param {NewRoomKey} room */
async function makeAndSetKey({ slug, epoch, url, byHosts, replace = false, more = {} }) {
  const held = await loadRoomKey(slug);
  // By what this browser knows, the server names an old epoch: do not follow it.
  if (held !== null && held.epoch > epoch && !replace) throw new Error("the room has a later key");
  const before = await loadPendingKey(slug);
  // Another tab set this key, or the answer was lost: send it again, unless made for the other join rule (links may hold it).
  const again = held?.epoch === epoch && !replace ? held : before?.epoch === epoch ? before : null;
  const key = again?.byHosts === byHosts ? again.raw : makeRoomKey();
  if (key === undefined) throw new Error("the room has a key");
  await savePendingKey(slug, epoch, key, byHosts);
  const check = toBase64Url(await roomKeyCheck(key, slug, epoch));
  const { status, data } = await postJson(url, { ...more, epoch, key_check: check, hosts_hand_out_key: byHosts });
  const mine = status === 200 || (status === 409 && data.key_check === check);
  // The news of this key may have reached the page first, which then has confirmed it.
  const confirmed = mine && ((await confirmPendingKey(slug, { replace })) || (await holdsRoomKey(slug, epoch, check)));
  if (mine && !confirmed) throw new Error("this browser holds another key of this epoch");
  // Keep the pending key unless the server has certainly rejected it; after a lost or broken answer it may have accepted it.
  if (!mine && (status === 409 || NOT_TAKEN.includes(status))) await forgetPendingKey(slug);
  if (!mine && status !== 409) throw new Error("the room has no new key");
  return mine;
}
