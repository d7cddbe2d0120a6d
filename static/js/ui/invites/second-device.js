/** `<mp-second-device>`: gives the room and its key to another device of the owner: a QR code for one use within ten minutes. */

import { loadRoomKey } from "../../keys/key-store.js";
import { createInviteLink } from "../../keys/make-invite-link.js";
import { setWorking } from "../lib/focus-keeper.js";
import { part } from "../lib/page.js";
import { drawQr } from "../lib/qr.js";
import { inviteMade } from "./invite-made.js";

const TEN_MINUTES = 600;

export class SecondDevice extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  connectedCallback() {
    part(this, "begin").addEventListener("click", () => this.#showCode());
    void this.#roomKey().then((key) => (this.hidden = key === null));
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  async #roomKey() {
    const held = await loadRoomKey(this.dataset.slug ?? "").catch(() => null);
    return held?.epoch === Number(this.dataset.epoch) && held.raw ? { raw: held.raw, byHosts: held.byHosts } : null;
  }

  async #showCode() {
    const button = part(this, "begin", HTMLButtonElement);
    const { url = "", slug = "", epoch, label = "" } = this.dataset;
    setWorking(button, true);
    part(this, "failed").hidden = true;
    const key = await this.#roomKey();
    const choices = { expires_in: TEN_MINUTES, max_uses: 1, role: "owner", label };
    const room = { url, slug, epoch: Number(epoch) };
    const made = key && (await createInviteLink({ ...room, key: key.raw, byHosts: key.byHosts }, choices));
    setWorking(button, false);
    if (made?.answer.status !== 201) {
      part(this, "failed").hidden = false;
      return;
    }
    drawQr(part(this, "qr"), made.plainLink);
    part(this, "shown").hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#hideCode(), TEN_MINUTES * 1000);
    inviteMade.dispatch(this, made.answer.data);
  }

  #hideCode() {
    part(this, "qr").replaceChildren();
    part(this, "shown").hidden = true;
  }
}

customElements.define("mp-second-device", SecondDevice);
