/**
 * `<mp-room-key>`: gives a room its first key, or the next one, made in this browser.
 *
 * `data-epoch` is the epoch that the key begins. `data-at-once`: without a press; `data-holder` and `data-lost`: only in a
 * browser that holds the key of now, or only in one that does not (hidden elsewhere). `data-by-hosts`: guests knock.
 */

import { loadRoomKey } from "../../keys/key-store.js";
import { setRoomKey } from "../../keys/set-room-key.js";
import { ElementEvent } from "../../lib/element-event.js";
import { part } from "../lib/page.js";

/** @type {ElementEvent<{mine: boolean}>} the room has the key; mine: it is the one that this browser holds */
export const roomKeySet = new ElementEvent("room-key-set");

export class RoomKeyButton extends HTMLElement {
  connectedCallback() {
    this.#button.addEventListener("click", () => this.#setKey());
    void this.#showWhereUseful();
  }

  get #button() {
    return part(this, "create", HTMLButtonElement);
  }

  get #epoch() {
    return Number(this.dataset.epoch);
  }

  async #showWhereUseful() {
    const { slug = "" } = this.dataset;
    const held = await loadRoomKey(slug).catch(() => null);
    const holds = held?.epoch === this.#epoch - 1 && held.raw !== undefined;
    if ("holder" in this.dataset) this.hidden = !holds;
    if ("lost" in this.dataset) this.hidden = holds;
    if ("atOnce" in this.dataset && !this.hidden) await this.#setKey();
  }

  async #setKey() {
    this.#button.disabled = true;
    part(this, "failed").hidden = true;
    try {
      const { slug = "", url = "" } = this.dataset;
      // The next key is for the same kind of door as the one of now; what this browser holds says which that is.
      const held = await loadRoomKey(slug);
      const byHosts = held?.epoch === this.#epoch - 1 ? held.byHosts : "byHosts" in this.dataset;
      const mine = await setRoomKey({ slug, epoch: this.#epoch, url, byHosts });
      roomKeySet.dispatch(this, { mine });
    } catch {
      this.#button.disabled = false;
      part(this, "failed").hidden = false;
    }
  }
}

customElements.define("mp-room-key", RoomKeyButton);
