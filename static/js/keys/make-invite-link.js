/** Creates an invite link in this browser: the server gets the token's hash and the sealed room key. */

import { toBase64Url } from "../lib/encoding.js";
import { inviteLink, inviteToken, makeInviteSecret, tokenHash, wrapRoomKey } from "./invite.js";
import { saveInviteLink } from "./link-store.js";
import { lobbyKey } from "./lobby.js";
import { postJson } from "../lib/request.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @import { Answer } from "../lib/request.js" */
/**
 * @typedef {{url: string, slug: string, epoch: number, key: Bytes | null, byHosts: boolean, name?: string, by?: string}} InviteRoom
 * url: where links are created; key: of this epoch, null in a room without one; by: who invites; both names travel in the link
 */

const ONE_DAY = 86_400;

/**
 * Where hosts give the room key to guests (byHosts), a guest's link holds the lobby key instead. The link is valid after a 201.
 * @param {InviteRoom} room
 * @param {{expires_in: number, max_uses: number | null, label?: string, role?: string}} choices expires_in: seconds
 * @returns {Promise<{link: string, plainLink: string, answer: Answer}>} plainLink: without names, for QR codes
 */
export async function createInviteLink({ url, slug, epoch, key, byHosts, name, by }, choices) {
  const secret = makeInviteSecret();
  const lobby = key !== null && byHosts && (choices.role ?? "guest") === "guest";
  const holds = lobby ? "lobby" : byHosts ? "room-by-hosts" : "room";
  const inside = key && lobby ? await lobbyKey(key, slug, epoch) : key;
  const answer = await postJson(url, {
    ...choices,
    token_hash: toBase64Url(await tokenHash(await inviteToken(secret))),
    wrapped: inside && toBase64Url(await wrapRoomKey(secret, inside, slug, epoch, holds)),
    epoch,
    holds_lobby_key: lobby,
  });
  const { origin } = location;
  const keyed = key !== null;
  const made = { link: inviteLink(origin, secret, { keyed, room: name, by }), plainLink: inviteLink(origin, secret, { keyed }), answer };
  const forAnyone = choices.max_uses === null && !choices.label && (choices.role ?? "guest") === "guest";
  if (answer.status === 201 && forAnyone) await keepLink(slug, epoch, made);
  return made;
}

/** Creates the link that people mean: for anyone, for a day. This browser can copy it again. @param {InviteRoom} room */
export function createAnyonesLink(room) {
  return createInviteLink(room, { expires_in: ONE_DAY, max_uses: null });
}

/** @param {string} room slug @param {number} epoch @param {{link: string, plainLink: string, answer: Answer}} made */
async function keepLink(room, epoch, { link, plainLink, answer: { data } }) {
  const row = data.invites?.find((/** @type {{id: number}} */ { id }) => id === data.id);
  // By our clock: the two may differ.
  if (row) await saveInviteLink({ room, id: row.id, epoch, link, plainLink, expiresAt: Date.now() + row.expiresAt - data.now });
}
