/**
 * Makes an invite link in this browser: the server gets the token's hash and the sealed room key.
 *
 * @module
 */

import { toBase64Url } from "../keys/encoding.js";
import { inviteLink, inviteToken, makeInviteSecret, tokenHash, wrapRoomKey } from "../keys/invite.js";
import { postJson } from "./request.js";

/** @typedef {import("../keys/encoding.js").Bytes} Bytes */

/**
 * Makes a link.
 *
 * @param {{url: string, slug: string, epoch: number, key: Bytes | null}} room key: null in a room without one
 * @param {{expires_in: number, max_uses: number | null, label?: string, role?: string}} choices expires_in in seconds
 * @returns {Promise<{link: string, answer: import("./request.js").Answer}>} the link is good when the status is 201
 */
export async function makeInvite({ url, slug, epoch, key }, choices) {
  const secret = makeInviteSecret();
  const answer = await postJson(url, {
    ...choices,
    token_hash: toBase64Url(await tokenHash(await inviteToken(secret))),
    wrapped: key && toBase64Url(await wrapRoomKey(secret, key, slug, epoch)),
    epoch,
  });
  return { link: inviteLink(location.origin, secret), answer };
}
