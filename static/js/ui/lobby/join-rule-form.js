/**
 * `<mp-join-rule-form>`: who can join a room. A room key is made for one kind of join rule, so a room with a key changes
 * between guests who knock and any other rule together with a new key, created in this browser.
 */

import { loadRoomKey } from "../../keys/key-store.js";
import { setRoomKey } from "../../keys/set-room-key.js";
import { ElementEvent } from "../../lib/element-event.js";
import { part } from "../lib/parts.js";
import { postJson } from "../../lib/request.js";

/** @type {ElementEvent<{rekeyed: boolean}>} the join rule has changed; rekeyed: and a new key */
export const joinRuleChanged = new ElementEvent("join-rule-changed");

export class JoinRuleForm extends HTMLElement {
  connectedCallback() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#save();
    });
    this.#form.addEventListener("change", () => void this.#look());
    void this.#look();
  }

  /** Shows the current join rule. @param {{join_rule: string, requires_host: boolean, epoch: number}} room */
  show({ join_rule: joinRule, requires_host: requiresHost, epoch }) {
    const now = { joinRule, requiresHost: String(requiresHost), epoch: String(epoch) };
    if (Object.entries(now).every(([name, value]) => this.dataset[name] === value)) return;
    Object.assign(this.dataset, now);
    const choice = this.#form.querySelector(`input[value="${CSS.escape(joinRule)}"]`);
    if (choice instanceof HTMLInputElement) choice.checked = true;
    this.#requiresHost.checked = requiresHost;
    this.#say(null);
    void this.#look();
  }

  get #form() {
    return /** @type {HTMLFormElement} */ (part(this, "form"));
  }

  get #requiresHost() {
    return /** @type {HTMLInputElement} */ (part(this, "requires-host"));
  }

  get #chosen() {
    return { join_rule: String(new FormData(this.#form).get("join_rule")), requires_host: this.#requiresHost.checked };
  }

  /** @returns {Promise<"no" | "yes" | "unable">} whether what is chosen takes a new key; unable: this browser does not hold the key of now */
  async #takesKey() {
    const { epoch, slug = "" } = this.dataset;
    const { join_rule: joinRule } = this.#chosen;
    if (epoch === "0" || joinRule === "locked" || joinRule === this.dataset.joinRule) return "no";
    const held = await loadRoomKey(slug).catch(() => null);
    if (held?.epoch !== Number(epoch) || held.raw === undefined) return "unable";
    return held.byHosts === (joinRule === "knock") ? "no" : "yes";
  }

  /** Says beforehand what saving does. */
  async #look() {
    const takes = await this.#takesKey();
    part(this, "new-key").hidden = takes !== "yes";
    part(this, "no-key").hidden = takes !== "unable";
    const { join_rule: joinRule, requires_host: requiresHost } = this.#chosen;
    const same = joinRule === this.dataset.joinRule && String(requiresHost) === this.dataset.requiresHost;
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
        if (!(await setRoomKey({ slug, epoch, url, byHosts: chosen.join_rule === "knock", more: chosen }))) throw new Error("another key");
      } else if ((await postJson(url, chosen)).status !== 200) throw new Error("not taken");
    } catch {
      button.disabled = false;
      return this.#say("failed");
    }
    this.show({ ...chosen, epoch });
    this.#say("saved");
    joinRuleChanged.dispatch(this, { rekeyed: takes === "yes" });
  }

  /** @param {"saved" | "failed" | null} outcome */
  #say(outcome) {
    for (const name of ["saved", "failed"]) part(this, name).hidden = name !== outcome;
  }
}

customElements.define("mp-join-rule-form", JoinRuleForm);
