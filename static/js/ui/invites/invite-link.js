/**
 * `<mp-invite-link>`: the room's link for anyone, ready to copy (templates/rooms/_invite_link.html). It shows the link that this
 * browser created and keeps; without one a press creates it. Hidden where this browser cannot create links.
 */

import { loadRoomKey } from "../../keys/key-store.js";
import { forgetInviteLink, loadInviteLink } from "../../keys/link-store.js";
import { createAnyonesLink } from "../../keys/make-invite-link.js";
import { getJson } from "../../lib/request.js";
import { copyText } from "../lib/clipboard.js";
import { setWorking } from "../lib/focus-keeper.js";
import { formatRecent } from "../lib/formats.js";
import { part, text, textsOf } from "../lib/page.js";
import { drawQr } from "../lib/qr.js";
import { inviteMade, inviteRevoked } from "./invite-made.js";

/** @import { StoredLink } from "../../keys/link-store.js" */
/** @import { Answer } from "../../lib/request.js" */

/** All of these elements ask at the same moments: one request is for those that ask within this time. */
const TOGETHER_MS = 20;
/** The request that has not been sent yet. @type {Promise<Answer> | null} */
let next = null;

export class InviteLink extends HTMLElement {
  #text = text;
  #teardown = new AbortController();
  /** @type {StoredLink | null} */
  #link = null;
  /** The latest look at what this browser keeps: an earlier one that is late is dropped. */
  #look = {};

  connectedCallback() {
    this.#teardown = new AbortController();
    const { signal } = this.#teardown;
    this.#text = textsOf(this);
    part(this, "copy").addEventListener("click", () => this.#copy(), { signal });
    part(this, "share").addEventListener("click", () => this.#share(), { signal });
    part(this, "show-qr").addEventListener("click", () => this.#toggleQr(), { signal });
    this.#field.addEventListener("focus", () => this.#field.select(), { signal });
    inviteMade.listen(document, () => void this.refresh(), { signal });
    inviteRevoked.listen(document, () => void this.refresh(), { signal });
    void this.refresh();
  }

  disconnectedCallback() {
    this.#teardown.abort();
  }

  /** Looks again whether the link works. @param {{epoch?: number, joinRule?: string}} [room] what has changed */
  async refresh({ epoch, joinRule } = {}) {
    if (epoch !== undefined) this.dataset.epoch = String(epoch);
    if (joinRule !== undefined) this.dataset.joinRule = joinRule;
    const look = (this.#look = {});
    // A browser that stores nothing still has the link that is on the page.
    const link = (await loadInviteLink(this.#slug, this.#epoch)) ?? (this.#link?.epoch === this.#epoch ? this.#link : null);
    const works = link !== null && (await this.#works(link));
    const able = works || (!("keptOnly" in this.dataset) && (await this.#canCreate()));
    if (look !== this.#look) return;
    this.#show(works ? link : null);
    const reason = this.querySelector("[data-part=unable]");
    if (reason instanceof HTMLElement) reason.hidden = able;
    part(this, "copy").hidden = !able;
    this.hidden = !able && reason === null;
  }

  get #field() {
    return part(this, "link", HTMLInputElement);
  }

  get #slug() {
    return this.dataset.slug ?? "";
  }

  get #epoch() {
    return Number(this.dataset.epoch);
  }

  /** Whether the server still knows the link as active; without an answer, it may. @param {StoredLink} link */
  async #works({ id }) {
    const { status, data } = await askTogether(this.dataset.url ?? "");
    if (status !== 200) return status === 0;
    const row = data.invites.find((/** @type {{id: number}} */ invite) => invite.id === id);
    if (row?.state === "active") return true;
    await forgetInviteLink(this.#slug);
    return false;
  }

  async #canCreate() {
    if (globalThis.crypto?.subtle === undefined) return false;
    return this.#epoch === 0 || (await this.#roomKey()) !== null;
  }

  async #roomKey() {
    const held = await loadRoomKey(this.#slug).catch(() => null);
    return held?.epoch === this.#epoch && held.raw !== undefined ? { raw: held.raw, byHosts: held.byHosts } : null;
  }

  /** @param {StoredLink | null} link */
  #show(link) {
    if (link?.link !== this.#link?.link) part(this, "copy").textContent = this.#text("copy");
    this.#link = link;
    this.#field.value = link?.link ?? "";
    this.#field.hidden = link === null;
    part(this, "share").hidden = link === null || navigator.share === undefined;
    part(this, "show-qr").hidden = link === null;
    if (link === null) this.#closeQr();
    part(this, "note").textContent = link ? this.#allowsText(link) : "";
  }

  /** @param {StoredLink} link */
  #allowsText({ expiresAt }) {
    const rule = this.dataset.joinRule;
    if (rule === "locked") return this.#text("locked");
    return this.#text(rule === "knock" ? "knock" : "until", { time: formatRecent(new Date(expiresAt)) });
  }

  /** @param {string} message */
  #showProblem(message) {
    part(this, "note").textContent = message;
    this.#say(message);
  }

  /** @param {string} message */
  #say(message) {
    part(this, "status").textContent = message;
  }

  async #copy() {
    const button = part(this, "copy", HTMLButtonElement);
    if (button.disabled) return;
    setWorking(button, true);
    this.#say("");
    const link = this.#link ? this.#link.link : this.#create();
    const copied = await copyText(link);
    const made = await Promise.resolve(link).catch((/** @type {Error} */ error) => this.#showProblem(error.message));
    setWorking(button, false);
    if (made === undefined) return;
    if (!copied) {
      this.#showProblem(this.#text("select"));
      return this.#field.focus();
    }
    button.textContent = this.#text("copied");
    this.#say(this.#text("copied"));
  }

  /** @returns {Promise<string>} @throws {Error} with what to say */
  async #create() {
    const key = this.#epoch > 0 ? await this.#roomKey() : null;
    const { url = "", roomName: name, by } = this.dataset;
    const room = { url, slug: this.#slug, epoch: this.#epoch, key: key?.raw ?? null, byHosts: key?.byHosts ?? false, name, by };
    const { link, plainLink, answer } = await createAnyonesLink(room);
    const { status, data } = answer;
    if (status !== 201) throw new Error(data.message ?? this.#text(status === 401 || status === 403 ? "signedOut" : "offline"));
    const row = data.invites.find((/** @type {{id: number}} */ { id }) => id === data.id);
    this.#show({ room: this.#slug, id: data.id, epoch: this.#epoch, link, plainLink, expiresAt: row.expiresAt });
    inviteMade.dispatch(this, data);
    return link;
  }

  async #share() {
    if (!this.#link) return;
    // The person may close the sheet again, which is no error.
    await navigator.share({ title: this.#text("shareTitle"), url: this.#link.link }).catch(() => undefined);
  }

  #toggleQr() {
    const qr = part(this, "qr");
    if (!qr.hidden || !this.#link) return this.#closeQr();
    drawQr(qr, this.#link.plainLink);
    qr.hidden = false;
    part(this, "show-qr").setAttribute("aria-expanded", "true");
  }

  #closeQr() {
    part(this, "qr").replaceChildren();
    part(this, "qr").hidden = true;
    part(this, "show-qr").setAttribute("aria-expanded", "false");
  }
}

/** @param {string} url of the room's links, the same for all elements of a page @returns {Promise<Answer>} */
function askTogether(url) {
  next ??= new Promise((resolve) => setTimeout(() => {
    next = null;
    resolve(getJson(url));
  }, TOGETHER_MS));
  return next;
}

customElements.define("mp-invite-link", InviteLink);
