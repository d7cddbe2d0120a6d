/** Sends a new invite link by mail, complete or without its secret (templates/rooms/_invite_mail.html). */

import { inviteCode } from "../../keys/invite-code.js";
import { parseInviteLink } from "../../keys/invite.js";
import { part } from "../lib/page.js";
import { guardSubmit } from "../lib/submit-guard.js";
import { postJson } from "../../lib/request.js";

export class InviteMail {
  #root;
  #text;
  #form;
  #link = "";
  #url = "";

  /** @param {HTMLElement} root the `<mp-invite-form>` @param {typeof import("../lib/page.js").text} text @param {AbortSignal} signal */
  constructor(root, text, signal) {
    this.#root = root;
    this.#text = text;
    this.#form = part(root, "mail", HTMLFormElement);
    guardSubmit(this.#form, () => this.#send(), signal);
    part(root, "show-mail").addEventListener("click", () => this.#toggle(), { signal });
  }

  /** @param {string} link empty: no link is shown @param {string} url of the request that sends it */
  setLink(link, url) {
    this.#link = link;
    this.#url = url;
    this.#form.hidden = true;
    this.#form.reset();
    part(this.#root, "mailed").hidden = true;
    this.#code.textContent = "";
    part(this.#root, "show-mail").setAttribute("aria-expanded", "false");
    this.#showError("");
  }

  get #code() {
    return part(this.#root, "code");
  }

  #toggle() {
    this.#form.hidden = !this.#form.hidden;
    part(this.#root, "show-mail").setAttribute("aria-expanded", String(!this.#form.hidden));
    if (!this.#form.hidden) /** @type {HTMLElement} */ (this.#form.elements.namedItem("address")).focus();
  }

  async #send() {
    this.#showError("");
    const values = new FormData(this.#form);
    const address = String(values.get("address")).trim();
    const whole = values.get("holds") === "link";
    const reply = values.get("reply") !== null;
    const { status, data } = await postJson(this.#url, { address, link: whole ? this.#link : null, reply });
    if (status === 401 || (status === 403 && data.message === undefined)) return this.#showError(this.#text("signedOut"));
    if (status !== 204) return this.#showError(data.message ?? this.#text("offline"));
    this.#form.hidden = true;
    this.#form.reset();
    part(this.#root, "show-mail").setAttribute("aria-expanded", "false");
    part(this.#root, "mailed-words").textContent = this.#text("mailed", { address });
    const invite = whole ? null : parseInviteLink(this.#link);
    this.#code.textContent = invite ? inviteCode(invite.secret, invite.keyed) : "";
    part(this.#root, "code-row").hidden = whole;
    part(this.#root, "mailed").hidden = false;
  }

  /** @param {string} message empty: none */
  #showError(message) {
    const error = part(this.#root, "mail-error");
    error.textContent = message;
    error.hidden = message === "";
  }
}
