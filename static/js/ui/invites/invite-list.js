/**
 * `<mp-invite-list>`: the links of a room, with their state, uses and the time left (templates/rooms/_invite_list.html).
 *
 * Counts down by the server's clock, and asks the server again while the page is looked at.
 */

import { fill, part, readStrings } from "../lib/parts.js";
import { getJson, postJson } from "../../lib/request.js";
import { ago, span } from "../lib/times.js";

/** @import { Answer } from "../../lib/request.js" */

const TICK_MS = 1000;
const ASK_MS = 10_000;
const BADGES = { active: "badge--good", used_up: "badge--warn", expired: "badge--muted", revoked: "badge--bad" };

/** @typedef {{id: number, label: string, role: string, state: keyof typeof BADGES, uses: number, maxUses: number | null, expiresAt: number, revokeUrl: string}} Invite */
/** @typedef {{now: number, invites: Invite[]}} Listing */

export class InviteList extends HTMLElement {
  /** @type {Record<string, string>} */
  #strings = {};
  /** @type {Invite[]} */
  #invites = [];
  #clockOffset = 0;
  #teardown = new AbortController();

  connectedCallback() {
    this.#teardown = new AbortController();
    this.#strings = readStrings(this);
    this.show(JSON.parse(this.querySelector("#invite-listing")?.textContent ?? '{"now":0,"invites":[]}'));
    const ticking = setInterval(() => this.#tick(), TICK_MS);
    const asking = setInterval(() => document.hidden || this.#ask(), ASK_MS);
    const { signal } = this.#teardown;
    signal.addEventListener("abort", () => [ticking, asking].forEach(clearInterval));
    document.addEventListener("visibilitychange", () => document.hidden || this.#ask(), { signal });
  }

  disconnectedCallback() {
    this.#teardown.abort();
  }

  /** Shows a new listing. @param {Listing} listing */
  show({ now, invites }) {
    this.#clockOffset = now - Date.now();
    this.#invites = invites;
    const active = invites.filter(({ state }) => state === "active");
    const past = invites.filter(({ state }) => state !== "active");
    this.#fillRows("rows", active);
    this.#fillRows("past-rows", past);
    part(this, "none").hidden = active.length > 0;
    part(this, "past").hidden = past.length === 0;
    part(this, "past-count").textContent = String(past.length);
    part(this, "error").hidden = true;
  }

  get #now() {
    return Date.now() + this.#clockOffset;
  }

  /** Rows are kept by their invite, so that focus and selection survive an update.
   *
   * @param {string} name
   * @param {Invite[]} invites
   */
  #fillRows(name, invites) {
    const list = part(this, name);
    const known = new Map([...list.children].map((row) => [/** @type {HTMLElement} */ (row).dataset.id, row]));
    const rows = invites.map((invite) => this.#fillRow(known.get(String(invite.id)) ?? this.#newRow(invite), invite));
    if (rows.some((row, index) => list.children[index] !== row) || list.children.length !== rows.length) {
      list.replaceChildren(...rows);
    }
  }

  /** @param {Invite} invite */
  #newRow({ id, label, role, revokeUrl }) {
    const template = /** @type {HTMLTemplateElement} */ (part(this, "row"));
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    const row = /** @type {HTMLElement} */ (copy.firstElementChild);
    row.dataset.id = String(id);
    field(row, "label").textContent = label || this.#strings.unnamed;
    field(row, "role").textContent = this.#strings[`role.${role}`];
    field(row, "revoke").addEventListener("click", () => this.#revoke(revokeUrl));
    return row;
  }

  /** @param {Element} row @param {Invite} invite */
  #fillRow(row, { state, uses, maxUses, expiresAt }) {
    const text = maxUses === null ? this.#strings.usesUnlimited : this.#strings.usesOf;
    field(row, "uses").textContent = fill(text, { uses, max: maxUses ?? 0 });
    field(row, "time").textContent = this.#timeText(expiresAt);
    const badge = field(row, "state");
    badge.textContent = this.#strings[state];
    badge.className = `badge ${BADGES[state]}`;
    field(row, "revoke").hidden = state === "revoked" || state === "expired";
    /** @type {HTMLElement} */ (row).dataset.state = state;
    return row;
  }

  /** @param {number} expiresAt */
  #timeText(expiresAt) {
    const left = expiresAt - this.#now;
    if (left > 0) return fill(this.#strings.left, { time: span(left) });
    return fill(this.#strings.ended, { time: ago(-left) });
  }

  #tick() {
    const ended = this.#invites.filter(({ state, expiresAt }) => state === "active" && expiresAt <= this.#now);
    if (ended.length === 0) {
      for (const { id, expiresAt } of this.#invites) {
        const row = this.querySelector(`[data-id="${id}"]`);
        const text = this.#timeText(expiresAt);
        if (row !== null && field(row, "time").textContent !== text) field(row, "time").textContent = text;
      }
      return;
    }
    for (const invite of ended) invite.state = "expired";
    this.show({ now: this.#now, invites: this.#invites });
  }

  async #ask() {
    this.#take(await getJson(this.dataset.url ?? ""));
  }

  /** @param {string} url */
  async #revoke(url) {
    if (confirm(this.#strings.confirm)) this.#take(await postJson(url));
  }

  /** @param {Answer} answer */
  #take({ status, data }) {
    if (status === 200) this.show(data);
    else part(this, "error").hidden = false;
  }
}

/** @param {Element} row @param {string} name @returns {HTMLElement} */
function field(row, name) {
  return /** @type {HTMLElement} */ (row.querySelector(`[data-field="${name}"]`));
}

customElements.define("mp-invite-list", InviteList);
