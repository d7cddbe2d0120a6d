/** An invite link on its way into the room: a look at it, which uses nothing, and its redemption on *Join*. */

import { inviteToken, unwrapRoomKey } from "../keys/invite.js";
import { KeyConflict, loadLobbyKey, loadRoomKey, saveLobbyKey, saveRoomKey } from "../keys/key-store.js";
import { roomKeyCheck } from "../keys/room-key.js";
import { Emitter } from "../lib/emitter.js";
import { fromBase64Url, toBase64Url } from "../lib/encoding.js";
import { postJson } from "../lib/request.js";
import { dropEarly, enterEarly, GUEST_PATH, openEarly } from "../signaling/early-socket.js";
import { HOSTS } from "../signaling/roles.js";

/** @import { Holds, Invite } from "../keys/invite.js" */
/** @import { Bytes } from "../lib/encoding.js" */

/**
 * @typedef {object} InviteLook what the server says of a link that works
 * @property {string} roomName
 * @property {string} inviter
 * @property {string} host the owner's name
 * @property {Inside | null} inside null: only after a host has let the person in
 * @property {boolean} mustWait
 * @property {boolean} relayOnly
 * @property {boolean} signedIn
 * @property {string} displayName
 * @property {boolean} hideAddress
 */

/** @typedef {{count: number, names: string[]}} Inside who is in the call; names: those that the server knows */

/** @typedef {{slug: string, page: Record<string, unknown> | null}} Redeemed page: the data of the call page; null: it has to be loaded */

/**
 * @typedef {object} InvitationEvents
 * @property {InviteLook} ready the person may join
 * @property {{reason: string, slug?: string}} stopped the link does not work here or now; slug: of a room that they may enter anyway
 */

/** Names in `reason` what is not the server's answer: offline, no_cookies, no_storage, key_misfit, keyless, key_conflict. */
class Stop extends Error {
  /** @param {string} reason @param {string} [slug] */
  constructor(reason, slug) {
    super(reason);
    this.reason = reason;
    this.slug = slug;
  }
}

/** How long the answer to a redemption in advance counts, ms: the room's key may change. */
const AHEAD_MS = 20_000;

/** @extends {Emitter<InvitationEvents>} */
export class Invitation extends Emitter {
  #urls;
  /** @type {{link: Invite, until: number, answer: Promise<Redeemed>} | null} */
  #ahead = null;
  /** @type {Invite | null} */
  link = null;

  /** @param {{look: string, redeem: string, call: string}} urls call: with SLUG in it */
  constructor(urls) {
    super();
    this.#urls = urls;
  }

  /** @param {string} slug */
  callUrl(slug) {
    return this.#urls.call.replace("SLUG", encodeURIComponent(slug));
  }

  /** Asks the server about the link, without using it. */
  async look() {
    const found = await this.#attempt(async ({ secret }) => await ask(this.#urls.look, secret));
    if (found !== null) this.emit("ready", found);
  }

  /** Uses the link, and stores the room's key. @returns {Promise<Redeemed | null>} null: `stopped` says why not */
  redeem() {
    const ahead = this.#ahead;
    this.#ahead = null;
    return this.#attempt((link) => (ahead?.link === link && ahead.until > Date.now() ? ahead.answer : this.#use(link)));
  }

  /** Uses the link once for a person who has pressed *Join* already: `redeem` takes the answer. */
  redeemAhead() {
    if (this.link === null || this.#ahead !== null) return;
    const answer = this.#use(this.link);
    answer.catch(() => {});
    this.#ahead = { link: this.link, until: Date.now() + AHEAD_MS, answer };
  }

  /** @param {Invite} link @returns {Promise<Redeemed>} */
  async #use(link) {
    openEarly(GUEST_PATH);
    const answer = await ask(this.#urls.redeem, link.secret);
    if (answer.page) enterEarly(answer.page.socketPath, answer.ticket);
    else dropEarly();
    await keepKey(link, answer);
    return answer;
  }

  /** @template T @param {(link: Invite) => Promise<T>} action @returns {Promise<T | null>} */
  async #attempt(action) {
    const { link } = this;
    if (link === null) return null;
    try {
      const result = await action(link);
      return this.link === link ? result : null;
    } catch (error) {
      if (this.link !== link) return null;
      dropEarly();
      const { reason, slug } = error instanceof Stop ? error : new Stop("no_storage");
      this.emit("stopped", { reason, slug });
      return null;
    }
  }
}

/** @param {string} url @param {Bytes} secret @returns {Promise<any>} */
async function ask(url, secret) {
  const { status, data } = await postJson(url, { token: toBase64Url(await inviteToken(secret)) });
  if (status === 200) return data;
  // Django's check of the CSRF cookie refuses with a page of words, our own refusals are JSON with a reason.
  if (status === 403 && data.reason === undefined) throw new Stop("no_cookies");
  throw new Stop(status > 0 && status < 500 && typeof data.reason === "string" ? data.reason : "offline", data.slug);
}

/**
 * Unwraps the key and stores it; a room key only if its check value fits. A lobby key needs no check: a wrong one opens
 * nothing that a host sends.
 * @param {Invite} link
 * @param {{slug: string, epoch: number, role: string, key_kind: Holds, wrapped: string | null, key_check: string | null}} answer
 */
async function keepKey({ secret, keyed }, { slug, epoch, role, key_kind: holds, wrapped, key_check: check }) {
  const [kept, lobby] = await Promise.all([loadRoomKey(slug), loadLobbyKey(slug)]);
  // A room never loses its key, and epochs only rise: otherwise the server lies.
  if (epoch < Math.max(kept?.epoch ?? 0, lobby?.epoch ?? 0)) throw new Stop("key_misfit");
  if (epoch === 0 && keyed) throw new Stop("keyless");
  if (epoch === 0) return;
  if (wrapped === null || check === null) throw new Stop("key_misfit");
  try {
    const key = await unwrapRoomKey(secret, fromBase64Url(wrapped), slug, epoch, holds);
    if (holds === "lobby") return await saveLobbyKey(slug, epoch, key);
    if (toBase64Url(await roomKeyCheck(key, slug, epoch)) !== check) throw new Stop("key_misfit");
    const extractable = HOSTS.includes(role) || (kept?.epoch === epoch && kept.raw !== undefined);
    await saveRoomKey(slug, epoch, key, { extractable, byHosts: holds === "room-by-hosts" });
  } catch (error) {
    if (error instanceof KeyConflict) throw new Stop("key_conflict");
    if (error instanceof DOMException && error.name === "OperationError") throw new Stop("key_misfit");
    if (error instanceof RangeError || error instanceof SyntaxError) throw new Stop("key_misfit");
    throw error;
  }
}
