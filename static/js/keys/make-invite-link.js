/** Creates an invite link in this browser: the server gets the token's hash and the sealed room key. */

import { toBase64Url } from "../lib/encoding.js";
import { inviteLink, inviteToken, makeInviteSecret, tokenHash, wrapRoomKey } from "./invite.js";
import { lobbyKey } from "./lobby.js";
import { postJson } from "../lib/request.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @import { Answer } from "../lib/request.js" */

/**
 * Where hosts give the room key to guests (byHosts), a guest's link holds the lobby key instead. The link is valid after a 201.
 * @param {{url: string, slug: string, epoch: number, key: Bytes | null, byHosts: boolean, name?: string, by?: string}} room
 *   by: who invites; both names travel in the link
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
  return { link: inviteLink(origin, secret, { room: name, by }), plainLink: inviteLink(origin, secret), answer };
}
