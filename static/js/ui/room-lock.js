/**
 * `<mp-room-lock>`: gives a keyless room its first key, made in this browser.
 *
 * @module
 */

import { toBase64Url } from "../keys/encoding.js";
import { forgetRoomKey, loadRoomKey, saveRoomKey } from "../keys/key-store.js";
import { makeRoomKey, roomKeyCheck } from "../keys/room-key.js";
import { part } from "./parts.js";
import { postJson } from "./request.js";

const FIRST_EPOCH = 1;
/** Answers after which the server has not changed the room. */
const NOT_TAKEN = [400, 403, 404];

export class RoomLock extends HTMLElement {
  connectedCallback() {
    const button = this.#button;
    button.addEventListener("click", () => this.#lock());
    // A room that was made a moment ago in this browser is locked without a question.
    if ("fresh" in this.dataset) this.#lock();
  }

  get #button() {
    return /** @type {HTMLButtonElement} */ (part(this, "lock"));
  }

  async #lock() {
    this.#button.disabled = true;
    part(this, "failed").hidden = true;
    try {
      await this.#makeKey();
    } catch {
      this.#button.disabled = false;
      part(this, "failed").hidden = false;
    }
  }

  /** One tab at a time, and never a new key in place of one that the room may have by now. */
  #makeKey() {
    const slug = this.dataset.slug ?? "";
    return navigator.locks.request(`meeting-point room key ${slug}`, () => this.#offerKey(slug));
  }

  /** @param {string} slug */
  async #offerKey(slug) {
    const held = await loadRoomKey(slug);
    // A key of a later epoch, or one that a guest got: the server says "no key" of a room that has one.
    if (held !== null && (held.epoch !== FIRST_EPOCH || held.raw === undefined)) throw new Error("the room has a key");
    const key = held?.raw ?? makeRoomKey();
    const check = toBase64Url(await roomKeyCheck(key, slug, FIRST_EPOCH));
    // Kept before the server is told: a key that the room has and nobody holds would shut everybody out.
    await saveRoomKey(slug, FIRST_EPOCH, key, { extractable: true });
    const { status, data } = await postJson(this.dataset.url ?? "", { epoch: FIRST_EPOCH, key_check: check });
    const locked = status === 200 || status === 409;
    // 409 with our own check value: an earlier answer was lost, or another tab of this browser did it.
    const mine = status === 200 || (status === 409 && data.key_check === check);
    // Forgotten only when the server has surely not taken it; after a lost or broken answer it may have.
    if (!mine && (locked || NOT_TAKEN.includes(status))) await forgetRoomKey(slug);
    if (!locked) throw new Error("the room could not be locked");
    // Fired when the room has a key; detail: {mine: whether it is the one that this browser holds}.
    this.dispatchEvent(new CustomEvent("room-locked", { bubbles: true, detail: { mine } }));
  }
}

customElements.define("mp-room-lock", RoomLock);
