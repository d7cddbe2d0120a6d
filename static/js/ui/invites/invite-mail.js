/** Sends an invite link that was just made by mail, whole or without its secret (templates/rooms/_invite_mail.html). */

import { parseInviteLink } from "../../keys/invite.js";
import { fill, part } from "../lib/parts.js";
import { postJson } from "../../lib/request.js";

export class InviteMail {
  #root;
  #strings;
  #form;
  #link = "";
  #url = "";

  /** @param {HTMLElement} root the `<mp-invite-form>` @param {Record<string, string>} strings @param {AbortSignal} signal */
  constructor(root, strings, signal) {
    this.#root = root;
    this.#strings = strings;
    this.#form = /** @type {HTMLFormElement} */ (part(root, "mail"));
    this.#form.addEventListener("submit", (event) => void this.#submit(event), { signal });
    part(root, "show-mail").addEventListener("click", () => this.#toggle(), { signal });
  }

  /**
   * A link was made, or with empty texts: none is shown any more.
   * @param {string} link
   * @param {string} url where it is sent from
   */
  offer(link, url) {
    this.#link = link;
    this.#url = url;
    this.#form.hidden = true;
    this.#form.reset();
    part(this.#root, "mailed").hidden = true;
    part(this.#root, "code").textContent = "";
    part(this.#root, "show-mail").setAttribute("aria-expanded", "false");
    this.#complain("");
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
    this.#complain("");
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
    if (status === 401 || (status === 403 && data.message === undefined)) return this.#complain(this.#strings.signedOut ?? "");
    if (status !== 204) return this.#complain(data.message ?? this.#strings.offline ?? "");
    this.#form.hidden = true;
    this.#form.reset();
    part(this.#root, "show-mail").setAttribute("aria-expanded", "false");
    part(this.#root, "mailed-words").textContent = fill(this.#strings.mailed ?? "", { address });
    part(this.#root, "code").textContent = whole ? "" : inviteCode(this.#link);
    part(this.#root, "code-row").hidden = whole;
    part(this.#root, "mailed").hidden = false;
  }

  /** @param {string} text empty: nothing is wrong */
  #complain(text) {
    const place = part(this.#root, "mail-error");
    place.textContent = text;
    place.hidden = text === "";
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
