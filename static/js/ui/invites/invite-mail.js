/** Sends an invite link that was just made by mail, whole or without its secret (templates/rooms/_invite_mail.html). */

import { parseInviteLink } from "../../keys/invite.js";
import { part } from "../lib/page.js";
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
    this.#form.addEventListener("submit", (event) => void this.#submit(event), { signal });
    part(root, "show-mail").addEventListener("click", () => this.#toggle(), { signal });
  }

  /**
   * A link was made, or with empty texts: none is shown any more.
   * @param {string} link
   * @param {string} url where it is sent from
   */
  setLink(link, url) {
    this.#link = link;
    this.#url = url;
    this.#form.hidden = true;
    this.#form.reset();
    part(this.#root, "mailed").hidden = true;
    part(this.#root, "code").textContent = "";
    part(this.#root, "show-mail").setAttribute("aria-expanded", "false");
    this.#showError("");
  }

  #toggle() {
    this.#form.hidden = !this.#form.hidden;
    part(this.#root, "show-mail").setAttribute("aria-expanded", String(!this.#form.hidden));
    if (!this.#form.hidden) /** @type {HTMLElement} */ (this.#form.elements.namedItem("address")).focus();
  }

  /** @param {SubmitEvent} event */
  async #submit(event) {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement} */ (this.#form.querySelector("[type=submit]"));
    if (button.disabled) return;
    button.disabled = true;
    this.#showError("");
    try {
      await this.#send();
    } finally {
      button.disabled = false;
    }
  }

  async #send() {
    const values = new FormData(this.#form);
    const address = String(values.get("address")).trim();
    const whole = values.get("holds") === "link";
    const { status, data } = await postJson(this.#url, { address, link: whole ? this.#link : null });
    if (status === 401 || (status === 403 && data.message === undefined)) return this.#showError(this.#text("signedOut"));
    if (status !== 204) return this.#showError(data.message ?? this.#text("offline"));
    this.#form.hidden = true;
    this.#form.reset();
    part(this.#root, "show-mail").setAttribute("aria-expanded", "false");
    part(this.#root, "mailed-words").textContent = this.#text("mailed", { address });
    part(this.#root, "code").textContent = whole ? "" : inviteCode(this.#link);
    part(this.#root, "code-row").hidden = whole;
    part(this.#root, "mailed").hidden = false;
  }

  /** @param {string} message empty: nothing is wrong */
  #showError(message) {
    const place = part(this.#root, "mail-error");
    place.textContent = message;
    place.hidden = message === "";
  }
}

/**
 * Writes the secret of a link as a code for people to hand on: what the page of invitations asks for.
 * @param {string} link @returns {string}
 */
export function inviteCode(link) {
  return link.slice(link.indexOf("#k=") + 3);
}

/**
 * Reads what somebody has typed or pasted as their code; a whole link does as well.
 * @param {string} typed @returns {ReturnType<typeof parseInviteLink>}
 */
export function readInviteCode(typed) {
  return parseInviteLink(typed) ?? parseInviteLink(`#k=${typed.replace(/\s/g, "")}`);
}
