/**
 * `<mp-invite-form>`: creates an invite link in this browser (templates/rooms/_invite_form.html). Secret, token and sealed key
 * are created here; the server gets the hash of the token and the sealed key. The link is shown once, and goes to the
 * clipboard or the share sheet only on a click.
 */

import { loadRoomKey } from "../../keys/key-store.js";
import { inviteMade } from "./invite-made.js";
import { InviteMail } from "./invite-mail.js";
import { createInviteLink } from "../../keys/make-invite-link.js";
import { part, text, textsOf } from "../lib/page.js";
import { drawQr } from "../lib/qr.js";
import { controlsReady } from "../lib/ready.js";
import { guardSubmit } from "../lib/submit-guard.js";

/** @import { StoredRoomKey } from "../../keys/key-store.js" */
/** @import { Answer } from "../../lib/request.js" */

const ONE_DAY = 86_400;
const MAX_SECONDS = 90 * 86_400;
const MAX_USES = 1000;

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
    form.addEventListener("change", () => this.#showCustomFields(), { signal });
    part(this, "copy").addEventListener("click", () => this.#copy(), { signal });
    part(this, "share").addEventListener("click", () => this.#share(), { signal });
    part(this, "show-qr").addEventListener("click", () => this.#toggleQr(), { signal });
    part(this, "again").addEventListener("click", () => this.reset(), { signal });
    this.#link.addEventListener("focus", () => this.#link.select(), { signal });
    part(this, "share").hidden = navigator.share === undefined;
    this.#showCustomFields();
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
    this.#showCustomFields();
  }

  get #form() {
    return part(this, "form", HTMLFormElement);
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

  #showCustomFields() {
    const values = new FormData(this.#form);
    part(this, "custom-expiry").hidden = values.get("expiry") !== "custom";
    part(this, "custom-uses").hidden = values.get("uses") !== "custom";
    part(this, "measure").hidden = values.get("role") === "moderator";
    part(this, "for-moderator").hidden = values.get("role") !== "moderator";
  }

  async #createLink() {
    this.#showError("");
    const values = new FormData(this.#form);
    const choices = this.#choices(values);
    if (typeof choices === "string") return this.#showError(choices);
    const key = this.#epoch > 0 ? await this.#roomKey().catch(() => null) : null;
    if (this.#epoch > 0 && key === null) return this.refresh();
    const { url = "", slug = "", roomName: name, by } = this.dataset;
    const { link, plainLink, answer } = await createInviteLink(
      { url, slug, epoch: this.#epoch, key: key?.raw ?? null, byHosts: key?.byHosts ?? false, name, by },
      { ...choices, label: String(values.get("label") ?? "") },
    );
    if (answer.status !== 201) return this.#showError(this.#errorOf(answer));
    this.#plainLink = plainLink;
    this.#showLink(link);
    this.#mail?.setLink(link, answer.data.mailUrl);
    inviteMade.dispatch(this, answer.data);
  }

  /** @param {FormData} values @returns {{expires_in: number, max_uses: number | null, role: string} | string} or an error message */
  #choices(values) {
    const role = String(values.get("role"));
    if (role === "moderator") return { expires_in: ONE_DAY, max_uses: 1, role };
    const custom = Number(values.get("amount")) * Number(values.get("unit"));
    const seconds = values.get("expiry") === "custom" ? custom : Number(values.get("expiry"));
    if (!(Number.isInteger(seconds) && seconds >= 60 && seconds <= MAX_SECONDS)) return this.#text("expiryRange");
    if (values.get("uses") === "unlimited") return { expires_in: seconds, max_uses: null, role };
    const uses = values.get("uses") === "custom" ? Number(values.get("max-uses")) : Number(values.get("uses"));
    if (!(Number.isInteger(uses) && uses >= 1 && uses <= MAX_USES)) return this.#text("usesRange");
    return { expires_in: seconds, max_uses: uses, role };
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
    part(this, "copy").textContent = this.#text("copy");
    part(this, "copy").focus();
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.#link.value);
    } catch {
      // No access to the clipboard: the person can copy the selected text.
      this.#link.select();
      return;
    }
    part(this, "copy").textContent = this.#text("copied");
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
