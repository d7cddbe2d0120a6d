/**
 * `<mp-room-lock>`: gives a keyless room its first key, made in this browser.
 *
 * @module
 */

import { toBase64Url } from "../keys/encoding.js";
import { forgetRoomKey, saveRoomKey } from "../keys/key-store.js";
import { makeRoomKey, roomKeyCheck } from "../keys/room-key.js";
import { part } from "./parts.js";
import { postJson } from "./request.js";

const FIRST_EPOCH = 1;

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

  async #makeKey() {
    const slug = this.dataset.slug ?? "";
    const key = makeRoomKey();
    const check = await roomKeyCheck(key, slug, FIRST_EPOCH);
    // Kept before the server is told: a key that the room has and nobody holds would shut everybody out.
    await saveRoomKey(slug, FIRST_EPOCH, key, { extractable: true });
    const answer = await postJson(this.dataset.url ?? "", { epoch: FIRST_EPOCH, key_check: toBase64Url(check) });
    if (answer.status === 200 || answer.status === 409) {
      // 409: another device locked the room first, and this key is nobody's.
      if (answer.status === 409) await forgetRoomKey(slug);
      // Fired when the room has a key; detail: {mine: whether it is the one made here}.
      this.dispatchEvent(new CustomEvent("room-locked", { bubbles: true, detail: { mine: answer.status === 200 } }));
      return;
    }
    if (answer.status !== 0) await forgetRoomKey(slug);
    throw new Error("the room could not be locked");
  }
}

customElements.define("mp-room-lock", RoomLock);
