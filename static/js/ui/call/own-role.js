/**
 * Shows what the person's own role allows (`data-for`: "owner", "moderator", "hosts", "others", or several). The role can change during a call, so
 * the page of everyone with an account has the elements for all roles.
 */

import { HOSTS } from "../../signaling/roles.js";
import { showNotice } from "../lib/announcer.js";
import { byId, find, part, text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";

/** @import { CallSession } from "../../call/session.js" */

/** @param {string} role */
export function showForRole(role) {
  const whose = HOSTS.includes(role) ? ["hosts", role] : ["others"];
  for (const item of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-for]"))) {
    item.hidden = !(item.dataset.for ?? "").split(" ").some((one) => whose.includes(one));
    if (item instanceof HTMLOptionElement) setOptionAvailable(item, !item.hidden);
  }
}

/** @param {HTMLOptionElement} option @param {boolean} available if not, the select falls back to its first option */
function setOptionAvailable(option, available) {
  option.disabled = !available;
  const select = option.closest("select");
  if (available || !option.selected || !select) return;
  select.selectedIndex = 0;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

export class OwnRole {
  #root = byId("new-role", HTMLElement);
  #session;
  #role;

  /** @param {CallSession} session @param {AbortSignal} signal */
  constructor(session, signal) {
    this.#session = session;
    this.#role = session.self.role;
    showForRole(this.#role);
    const hide = () => (this.#root.hidden = true);
    part(this.#root, "close", HTMLButtonElement).addEventListener("click", hide, { signal });
    session.on("entered", () => this.#onEntered(), { signal });
    signal.addEventListener("abort", hide);
  }

  #onEntered() {
    const { role } = this.#session.self;
    if (role === this.#role) return;
    const gained = HOSTS.includes(role) && this.#role !== "owner";
    this.#role = role;
    showForRole(role);
    const message = text(`role.now.${role}`);
    showNotice(this.#root, find(this.#root, "p", HTMLElement), gained ? message : "");
    if (!gained) toast(message);
  }
}
