/**
 * `<mp-invite-list>`: the invite links of a room with state, uses and time left (templates/rooms/_invite_list.html). Counts down
 * by the clock of the server, and refreshes while the page is visible.
 */

import { find, part, text, textsOf } from "../lib/page.js";
import { getJson, postJson } from "../../lib/request.js";
import { formatAgo, formatDuration, pluralForm } from "../lib/formats.js";

import { inviteRevoked } from "./invite-made.js";

/** @import { Answer } from "../../lib/request.js" */

const TICK_MS = 1000;
const ASK_MS = 10_000;
const BADGES = { active: "badge--good", used_up: "badge--warn", expired: "badge--muted", revoked: "badge--bad" };

/** @import { Invite, Listing } from "./invite-made.js" */

export class InviteList extends HTMLElement {
  #text = text;
  /** @type {Invite[]} */
  #invites = [];
  #clockOffset = 0;
  #teardown = new AbortController();

  connectedCallback() {
    this.#teardown = new AbortController();
    this.#text = textsOf(this);
    this.showInvites(JSON.parse(this.querySelector("#invite-listing")?.textContent ?? '{"now":0,"invites":[]}'));
    const ticking = setInterval(() => this.#countDown(), TICK_MS);
    const asking = setInterval(() => document.hidden || this.#refresh(), ASK_MS);
    const { signal } = this.#teardown;
    signal.addEventListener("abort", () => [ticking, asking].forEach(clearInterval));
    document.addEventListener("visibilitychange", () => document.hidden || this.#refresh(), { signal });
  }

  disconnectedCallback() {
    this.#teardown.abort();
  }

  /** @param {Listing} listing */
  showInvites({ now, invites }) {
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

  /** Reuses the rows of known invites, so that focus and selection survive. @param {string} name @param {Invite[]} invites */
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
    const template = part(this, "row", HTMLTemplateElement);
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    const row = /** @type {HTMLElement} */ (copy.firstElementChild);
    row.dataset.id = String(id);
    field(row, "label").textContent = label || this.#text("unnamed");
    field(row, "role").textContent = this.#text(`role.${role}`);
    field(row, "revoke").addEventListener("click", () => this.#revoke(revokeUrl));
    return row;
  }

  /** @param {Element} row @param {Invite} invite */
  #fillRow(row, { state, uses, maxUses, expiresAt }) {
    field(row, "uses").textContent = this.#text(`uses.${usesKey(uses, maxUses)}`, { uses, max: maxUses ?? 0 });
    field(row, "time").textContent = this.#timeText(expiresAt);
    const badge = field(row, "state");
    badge.textContent = this.#text(state);
    badge.className = `badge ${BADGES[state]}`;
    field(row, "revoke").hidden = state === "revoked" || state === "expired";
    /** @type {HTMLElement} */ (row).dataset.state = state;
    return row;
  }

  /** @param {number} expiresAt */
  #timeText(expiresAt) {
    const left = expiresAt - this.#now;
    if (left > 0) return this.#text("left", { time: formatDuration(left) });
    return this.#text("ended", { time: formatAgo(-left) });
  }

  #countDown() {
    const ended = this.#invites.filter(({ state, expiresAt }) => state === "active" && expiresAt <= this.#now);
    if (ended.length === 0) {
      for (const { id, expiresAt } of this.#invites) {
        const row = this.querySelector(`[data-id="${id}"]`);
        const time = this.#timeText(expiresAt);
        if (row !== null && field(row, "time").textContent !== time) field(row, "time").textContent = time;
      }
      return;
    }
    for (const invite of ended) invite.state = "expired";
    this.showInvites({ now: this.#now, invites: this.#invites });
  }

  async #refresh() {
    this.#onAnswer(await getJson(this.dataset.url ?? ""));
  }

  /** @param {string} url */
  async #revoke(url) {
    if (!confirm(this.#text("confirm"))) return;
    const answer = await postJson(url);
    this.#onAnswer(answer);
    if (answer.status === 200) inviteRevoked.dispatch(this, answer.data);
  }

  /** @param {Answer} answer */
  #onAnswer({ status, data }) {
    if (status === 200) this.showInvites(data);
    else part(this, "error").hidden = false;
  }
}

/** @param {number} uses @param {number | null} max null: no limit @returns {string} the key of the words for it */
export function usesKey(uses, max) {
  if (max === 1) return uses === 0 ? "forOne" : "byOne";
  if (max !== null) return "limited";
  return uses === 0 ? "unused" : pluralForm(uses) === "one" ? "one" : "other";
}

/** @param {Element} row @param {string} name */
function field(row, name) {
  return find(row, `[data-field="${name}"]`, HTMLElement);
}

customElements.define("mp-invite-list", InviteList);
