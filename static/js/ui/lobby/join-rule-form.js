/**
 * `<mp-door-form>`: who may come into a room. A room key is made for one kind of door, so a room with a key changes between
 * a door at which guests knock and another one together with a new key, made in this browser.
 *
 * @module
 */

import { loadRoomKey } from "../../keys/key-store.js";
import { setRoomKey } from "../../keys/set-room-key.js";
import { ElementEvent } from "../../lib/element-event.js";
import { part } from "../lib/parts.js";
import { postJson } from "../../lib/request.js";

/** @type {ElementEvent<{rekeyed: boolean}>} the room has another door; rekeyed: and a new key */
export const doorChanged = new ElementEvent("door-changed");

export class JoinRuleForm extends HTMLElement {
  connectedCallback() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#save();
    });
    this.#form.addEventListener("change", () => void this.#look());
    void this.#look();
  }

  /**
   * Shows the door as it is now.
   *
   * @param {{door: string, host_needed: boolean, epoch: number}} room
   */
  show({ door, host_needed: hostNeeded, epoch }) {
    const now = { door, hostNeeded: String(hostNeeded), epoch: String(epoch) };
    if (Object.entries(now).every(([name, value]) => this.dataset[name] === value)) return;
    Object.assign(this.dataset, now);
    const choice = this.#form.querySelector(`input[value="${CSS.escape(door)}"]`);
    if (choice instanceof HTMLInputElement) choice.checked = true;
    this.#hostNeeded.checked = hostNeeded;
    this.#say(null);
    void this.#look();
  }

  get #form() {
    return /** @type {HTMLFormElement} */ (part(this, "form"));
  }

  get #hostNeeded() {
    return /** @type {HTMLInputElement} */ (part(this, "host-needed"));
  }

  get #chosen() {
    return { door: String(new FormData(this.#form).get("door")), host_needed: this.#hostNeeded.checked };
  }

  /** @returns {Promise<"no" | "yes" | "unable">} whether what is chosen takes a new key; unable: this browser does not hold the key of now */
  async #takesKey() {
    const { epoch, slug = "" } = this.dataset;
    const { door } = this.#chosen;
    if (epoch === "0" || door === "locked" || door === this.dataset.door) return "no";
    const held = await loadRoomKey(slug).catch(() => null);
    if (held?.epoch !== Number(epoch) || held.raw === undefined) return "unable";
    return held.byHosts === (door === "knock") ? "no" : "yes";
  }

  /** Says beforehand what saving does. */
  async #look() {
    const takes = await this.#takesKey();
    part(this, "new-key").hidden = takes !== "yes";
    part(this, "no-key").hidden = takes !== "unable";
    const { door, host_needed: hostNeeded } = this.#chosen;
    const same = door === this.dataset.door && String(hostNeeded) === this.dataset.hostNeeded;
    /** @type {HTMLButtonElement} */ (part(this, "save")).disabled = same || takes === "unable";
    if (!same) this.#say(null);
  }

  async #save() {
    const button = /** @type {HTMLButtonElement} */ (part(this, "save"));
    button.disabled = true;
    const { slug = "", url = "" } = this.dataset;
    const { chosen, takes } = { chosen: this.#chosen, takes: await this.#takesKey() };
    let epoch = Number(this.dataset.epoch);
    try {
      if (takes === "yes") {
        epoch += 1;
        if (!(await setRoomKey({ slug, epoch, url, byHosts: chosen.door === "knock", more: chosen }))) throw new Error("another key");
      } else if ((await postJson(url, chosen)).status !== 200) throw new Error("not taken");
    } catch {
      button.disabled = false;
      return this.#say("failed");
    }
    this.show({ ...chosen, epoch });
    this.#say("saved");
    // Fired when the room has its new door; detail: {rekeyed: whether it has a new key, too}.
    doorChanged.dispatch(this, { rekeyed: takes === "yes" });
  }

  /** @param {"saved" | "failed" | null} outcome */
  #say(outcome) {
    for (const name of ["saved", "failed"]) part(this, name).hidden = name !== outcome;
  }
}

customElements.define("mp-door-form", JoinRuleForm);
