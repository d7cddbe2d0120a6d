/**
 * `<mp-room-key>`: sets the first or the next key of a room, created in this browser. `data-epoch`: the epoch of that key;
 * `data-at-once`: without a click, where that replaces nothing but the key before; `data-holder`, `data-lost`: shown only in a browser
 * that has, or lacks, the current key; `data-by-hosts`: guests knock. A lost key replaces a later one in this browser only after a question.
 */

import { loadRoomKey } from "../../keys/key-store.js";
import { setRoomKey } from "../../keys/set-room-key.js";
import { ElementEvent } from "../../lib/element-event.js";
import { setWorking } from "../lib/focus-keeper.js";
import { part } from "../lib/page.js";
import { controlsReady } from "../lib/ready.js";

/** @type {ElementEvent<{mine: boolean}>} the room has a new key; mine: the one that this browser created */
export const roomKeySet = new ElementEvent("room-key-set");

export class RoomKeyButton extends HTMLElement {
  connectedCallback() {
    this.#button.addEventListener("click", () => this.#setKey());
    if ("lost" in this.dataset) part(this, "replace").addEventListener("click", () => this.#setKey({ replace: true }));
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
    controlsReady(this);
    if ("atOnce" in this.dataset && !this.hidden && (holds || (held === null && this.#epoch === 1))) await this.#setKey();
  }

  /** @param {{replace?: boolean}} [options] replace: a later key, too; the person was asked */
  async #setKey({ replace = false } = {}) {
    if (this.#button.disabled) return;
    setWorking(this.#button, true);
    part(this, "failed").hidden = true;
    try {
      const { slug = "", url = "" } = this.dataset;
      // The next key is for the same kind of join rule as the current one.
      const held = await loadRoomKey(slug);
      if ("lost" in this.dataset && held !== null && held.epoch >= this.#epoch && !replace) return this.#ask();
      const byHosts = held?.epoch === this.#epoch - 1 ? held.byHosts : "byHosts" in this.dataset;
      const mine = await setRoomKey({ slug, epoch: this.#epoch, url, byHosts, replace });
      roomKeySet.dispatch(this, { mine });
    } catch {
      setWorking(this.#button, false);
      part(this, "failed").hidden = false;
    }
  }

  #ask() {
    setWorking(this.#button, false);
    this.#button.hidden = true;
    part(this, "ask").hidden = false;
    part(this, "replace").focus();
  }
}

customElements.define("mp-room-key", RoomKeyButton);
