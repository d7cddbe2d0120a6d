/**
 * `<mp-invite-form>`: creates an invite link in this browser (templates/rooms/_invite_form.html). Secret, token and sealed key
 * are created here; the server gets the hash of the token and the sealed key. The link is shown once, and goes to the
 * clipboard or the share sheet only on a click.
 */

import { loadRoomKey } from "../../keys/key-store.js";
import { inviteMade } from "./invite-made.js";
import { InviteMail } from "./invite-mail.js";
import { createInviteLink } from "../../keys/make-invite-link.js";
import { readChoices, whoUses } from "./invite-choices.js";
import { formatDuration, formatUntil } from "../lib/formats.js";
import { copyOnClick } from "../lib/copy-button.js";
import { find, part, text, textsOf } from "../lib/page.js";
import { drawQr } from "../lib/qr.js";
import { controlsReady } from "../lib/ready.js";
import { guardSubmit } from "../lib/submit-guard.js";

/** @import { StoredRoomKey } from "../../keys/key-store.js" */
/** @import { Answer } from "../../lib/request.js" */
/** @import { Choices } from "./invite-choices.js" */

export class InviteForm extends HTMLElement {
  #text = text;
  #teardown = new AbortController();
  /** @type {InviteMail | null} */
  #mail = null;
  #plainLink = "";

  connectedCallback() {
    this.#teardown = new AbortController();
    this.#text = textsOf(this);
    const { signal } = this.#teardown;
    const form = this.#form;
    this.#mail = new InviteMail(this, this.#text, signal);
    guardSubmit(form, () => this.#createLink(), signal);
    for (const type of ["input", "change"]) form.addEventListener(type, () => this.#showChoices(), { signal });
    // A field that is refused has to be seen.
    form.addEventListener("invalid", () => (this.#more.open = true), { signal, capture: true });
    copyOnClick(part(this, "copy", HTMLButtonElement), this.#link, { signal, onCopied: () => this.#onCopied("copy") });
    copyOnClick(part(this, "copy-code", HTMLButtonElement), part(this, "code"), { signal, onCopied: () => this.#onCopied("copy-code") });
    part(this, "share").addEventListener("click", () => this.#share(), { signal });
    part(this, "show-qr").addEventListener("click", () => this.#toggleQr(), { signal });
    part(this, "again").addEventListener("click", () => this.reset(), { signal });
    part(this, "share").hidden = navigator.share === undefined;
    this.#showChoices();
    void this.refresh().then(() => controlsReady(form));
  }

  disconnectedCallback() {
    this.#teardown.abort();
  }

  /** Checks whether this browser can create links. @param {number} [epoch] of the room key, if it has changed */
  async refresh(epoch) {
    if (epoch !== undefined && epoch !== this.#epoch) {
      this.dataset.epoch = String(epoch);
      this.reset(); // a link on the page has the previous key and is revoked
    }
    const able = globalThis.crypto?.subtle !== undefined;
    const kept = able && this.#epoch > 0 ? await this.#roomKey().catch(() => null) : null;
    const holds = able && (this.#epoch === 0 || kept !== null);
    part(this, "knocks").hidden = !(this.#epoch > 0 ? kept?.byHosts : "knock" in this.dataset);
    part(this, "unable").hidden = able;
    part(this, "no-key").hidden = !able || holds;
    this.#form.hidden = !holds || !part(this, "made").hidden;
  }

  /** Forgets the link and shows the form again. */
  reset() {
    this.#link.value = "";
    this.#plainLink = "";
    this.#mail?.setLink("", "");
    part(this, "qr").replaceChildren();
    part(this, "qr").hidden = true;
    part(this, "show-qr").setAttribute("aria-expanded", "false");
    part(this, "made").hidden = true;
    part(this, "status").textContent = "";
    this.#form.hidden = false;
    this.#form.reset();
    this.#more.open = false;
    this.#showChoices();
  }

  get #form() {
    return part(this, "form", HTMLFormElement);
  }

  get #more() {
    return part(this, "more", HTMLDetailsElement);
  }

  get #link() {
    return part(this, "link", HTMLInputElement);
  }

  get #epoch() {
    return Number(this.dataset.epoch);
  }

  /** @returns {Promise<StoredRoomKey | null>} if it is current and can be exported */
  async #roomKey() {
    const kept = await loadRoomKey(this.dataset.slug ?? "");
    return kept?.epoch === this.#epoch && kept.raw !== undefined ? kept : null;
  }

  /** Says in the two choices and in the line beside "More options" what the link will allow. */
  #showChoices() {
    const values = new FormData(this.#form);
    const [role, label] = ["role", "label"].map((name) => String(values.get(name) ?? "").trim());
    const moderator = role === "moderator";
    part(this, "custom-expiry").hidden = values.get("expiry") !== "custom";
    part(this, "measure").hidden = moderator;
    part(this, "limit").hidden = values.get("uses") === "1";
    part(this, "for-moderator").hidden = !moderator;
    const anyone = find(this, "input[value=unlimited]", HTMLInputElement);
    if (moderator) find(this, "input[name=uses][value='1']", HTMLInputElement).checked = true;
    anyone.disabled = moderator;
    const choices = readChoices(values);
    if (typeof choices === "string") return;
    const time = formatDuration(choices.expires_in * 1000);
    const count = choices.max_uses ?? 0;
    part(this, "anyone").textContent = this.#text(count > 1 ? "choice.several" : "choice.anyone", { time, count });
    part(this, "one").textContent = this.#text("choice.one", { time });
    const summary = this.#text(`summary.${role}`);
    part(this, "summary").textContent = label ? this.#text("summary.labelled", { role: summary, label }) : summary;
  }

  async #createLink() {
    this.#showError("");
    const values = new FormData(this.#form);
    const choices = readChoices(values);
    if (typeof choices === "string") return this.#showError(this.#text(choices));
    const key = this.#epoch > 0 ? await this.#roomKey().catch(() => null) : null;
    if (this.#epoch > 0 && key === null) return this.refresh();
    const { url = "", slug = "", roomName: name, by } = this.dataset;
    const { link, plainLink, answer } = await createInviteLink(
      { url, slug, epoch: this.#epoch, key: key?.raw ?? null, byHosts: key?.byHosts ?? false, name, by },
      { ...choices, label: String(values.get("label") ?? "") },
    );
    if (answer.status !== 201) return this.#showError(this.#errorOf(answer));
    this.#plainLink = plainLink;
    part(this, "allows").textContent = this.#allows(choices, answer.data.now + choices.expires_in * 1000);
    this.#showLink(link);
    this.#mail?.setLink(link, answer.data.mailUrl);
    inviteMade.dispatch(this, answer.data);
  }

  /** @param {Answer} answer */
  #errorOf({ status, data }) {
    if (status === 401 || status === 403) return this.#text("signedOut");
    if (data.reason === "wrong_epoch") return this.#text("wrongEpoch");
    return data.message ?? this.#text("offline");
  }

  /** @param {string} link */
  #showLink(link) {
    this.#form.hidden = true;
    part(this, "made").hidden = false;
    this.#link.value = link;
    for (const name of ["copy", "copy-code"]) part(this, name).textContent = this.#text("copy");
    part(this, "copy").focus();
  }

  /** @param {Choices} choices @param {number} until Unix time in ms */
  #allows({ max_uses: count, role }, until) {
    const sentences = [this.#text(`allows.${whoUses(count)}`, { count: count ?? 0, time: formatUntil(until) })];
    if (role === "moderator") sentences.push(this.#text("allows.moderator"));
    if (role === "member") sentences.push(this.#text("allows.account"));
    if (role === "guest" && !part(this, "knocks").hidden) sentences.push(this.#text("allows.knock"));
    return sentences.join(" ");
  }

  /** @param {string} name of the button */
  #onCopied(name) {
    part(this, name).textContent = this.#text("copied");
    part(this, "status").textContent = this.#text("copied");
  }

  async #share() {
    // Rejects when the person closes the share sheet.
    await navigator.share({ title: this.#text("shareTitle"), url: this.#link.value }).catch(() => undefined);
  }

  #toggleQr() {
    const picture = part(this, "qr");
    if (picture.hidden) drawQr(picture, this.#plainLink);
    picture.hidden = !picture.hidden;
    part(this, "show-qr").setAttribute("aria-expanded", String(!picture.hidden));
  }

  /** @param {string} message empty: none */
  #showError(message) {
    const error = part(this, "error");
    error.textContent = message;
    error.hidden = message === "";
  }
}

customElements.define("mp-invite-form", InviteForm);
