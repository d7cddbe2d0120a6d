/**
 * `<mp-join-rule-form>`: who can join a room. A key is either for rooms where guests knock or for other rooms, so changing
 * between the two in a room with a key needs a new key, created in this browser.
 */

import { loadRoomKey } from "../../keys/key-store.js";
import { setRoomKey } from "../../keys/set-room-key.js";
import { ElementEvent } from "../../lib/element-event.js";
import { setWorking } from "../lib/focus-keeper.js";
import { part } from "../lib/page.js";
import { postJson } from "../../lib/request.js";

/** @type {ElementEvent<{rekeyed: boolean, joinRule: string, requiresHost: boolean}>} rekeyed: with a new key */
export const joinRuleChanged = new ElementEvent("join-rule-changed");

export class JoinRuleForm extends HTMLElement {
  connectedCallback() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#save();
    });
    this.#form.addEventListener("change", () => void this.#preview());
    void this.#preview();
  }

  /** @param {{join_rule: string, requires_host: boolean, epoch: number}} room */
  showJoinRule({ join_rule: joinRule, requires_host: requiresHost, epoch }) {
    const now = { joinRule, requiresHost: String(requiresHost), epoch: String(epoch) };
    if (Object.entries(now).every(([name, value]) => this.dataset[name] === value)) return;
    Object.assign(this.dataset, now);
    this.#select({ join_rule: joinRule, requires_host: requiresHost });
    this.#showResult(null);
    void this.#preview();
  }

  /** @param {{join_rule: string, requires_host: boolean}} chosen */
  #select({ join_rule: joinRule, requires_host: requiresHost }) {
    const choice = this.#form.querySelector(`input[value="${CSS.escape(joinRule)}"]`);
    if (choice instanceof HTMLInputElement) choice.checked = true;
    this.#requiresHost.checked = requiresHost;
  }

  get #form() {
    return part(this, "form", HTMLFormElement);
  }

  get #requiresHost() {
    return part(this, "requires-host", HTMLInputElement);
  }

  get #chosen() {
    return { join_rule: String(new FormData(this.#form).get("join_rule")), requires_host: this.#requiresHost.checked };
  }

  /** @returns {Promise<"no" | "yes" | "unable">} unable: it does, but this browser lacks the current key */
  async #needsNewKey() {
    const { epoch, slug = "" } = this.dataset;
    const { join_rule: joinRule } = this.#chosen;
    if (epoch === "0" || joinRule === "locked" || joinRule === this.dataset.joinRule) return "no";
    const held = await loadRoomKey(slug).catch(() => null);
    if (held?.epoch !== Number(epoch) || held.raw === undefined) return "unable";
    return held.byHosts === (joinRule === "knock") ? "no" : "yes";
  }

  /** Shows what saving will do. */
  async #preview() {
    const needsKey = await this.#needsNewKey();
    part(this, "new-key").hidden = needsKey !== "yes";
    part(this, "no-key").hidden = needsKey !== "unable";
    const { join_rule: joinRule, requires_host: requiresHost } = this.#chosen;
    const same = joinRule === this.dataset.joinRule && String(requiresHost) === this.dataset.requiresHost;
    part(this, "save", HTMLButtonElement).disabled = same || needsKey === "unable";
    if (!same) this.#showResult(null);
  }

  async #save() {
    const button = part(this, "save", HTMLButtonElement);
    if (button.ariaBusy === "true") return;
    setWorking(button, true);
    const { slug = "", url = "" } = this.dataset;
    const { chosen, needsKey } = { chosen: this.#chosen, needsKey: await this.#needsNewKey() };
    let epoch = Number(this.dataset.epoch);
    try {
      if (needsKey === "yes") {
        epoch += 1;
        if (!(await setRoomKey({ slug, epoch, url, byHosts: chosen.join_rule === "knock", more: chosen }))) throw new Error("another key");
      } else if ((await postJson(url, chosen)).status !== 200) throw new Error("not taken");
    } catch {
      setWorking(button, false);
      return this.#showResult("failed");
    }
    const newer = this.#chosen;
    this.showJoinRule({ ...chosen, epoch });
    // What was chosen while it was saving is not saved yet, and stays.
    this.#select(newer);
    this.#showResult("saved");
    await this.#preview();
    button.ariaBusy = null;
    joinRuleChanged.dispatch(this, { rekeyed: needsKey === "yes", joinRule: chosen.join_rule, requiresHost: chosen.requires_host });
  }

  /** @param {"saved" | "failed" | null} outcome */
  #showResult(outcome) {
    for (const name of ["saved", "failed"]) part(this, name).hidden = name !== outcome;
  }
}

customElements.define("mp-join-rule-form", JoinRuleForm);
