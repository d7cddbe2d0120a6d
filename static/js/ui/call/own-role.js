/**
 * One's own role in the room, which can change in the middle of a call: somebody names one a moderator, or hands the room over.
 *
 * Whoever has an account has everything that hosts need in their page; what is for another role than theirs is hidden
 * (`data-for`: "owner", "hosts", or "others", who are no hosts).
 */

import { HOSTS } from "../../signaling/roles.js";
import { byId, find, part, text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";

/** @import { CallSession } from "../../call/session.js" */

/** Shows what is for a role, and hides the rest. @param {string} role */
export function showForRole(role) {
  const whose = HOSTS.includes(role) ? ["hosts", role] : ["others"];
  for (const item of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-for]"))) {
    item.hidden = !whose.includes(item.dataset.for ?? "");
    if (item instanceof HTMLOptionElement) setOptionAvailable(item, !item.hidden);
  }
}

/**
 * @param {HTMLOptionElement} option
 * @param {boolean} open whether it can be chosen; when it was chosen and cannot be, the first is
 */
function setOptionAvailable(option, open) {
  option.disabled = !open;
  const select = option.closest("select");
  if (open || !option.selected || !select) return;
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
    this.#root.hidden = !gained;
    if (gained) find(this.#root, "p", HTMLElement).textContent = message;
    else toast(message);
  }
}
