/**
 * The notice in a call that one has another role now: somebody has named one a moderator, or handed the room over.
 *
 * What one loses goes at once. What one gains (links, the door, ending the meeting) is in the page as the server writes it for
 * the role, so whoever has become a host is asked to reload when it suits them.
 *
 * @module
 */

import { HOSTS } from "./host-acts.js";
import { byId, find, text } from "./page-data.js";
import { toast } from "./toasts.js";

export class RoleNotice {
  #root = byId("new-role", HTMLElement);
  #session;
  #pageRole;
  #role;

  /**
   * @param {import("../pages/call-session.js").CallSession} session
   * @param {string} pageRole the role that the page was written for
   * @param {AbortSignal} signal ends it
   */
  constructor(session, pageRole, signal) {
    this.#session = session;
    this.#pageRole = pageRole;
    this.#role = pageRole;
    const press = (/** @type {string} */ part, /** @type {() => void} */ act) =>
      find(this.#root, `[data-part=${part}]`, HTMLButtonElement).addEventListener("click", act, { signal });
    press("reload", () => location.reload());
    press("close", () => (this.#root.hidden = true));
    session.addEventListener("entered", () => this.#entered(), { signal });
    signal.addEventListener("abort", () => (this.#root.hidden = true));
  }

  #entered() {
    const { role } = this.#session.self;
    if (role === this.#role) return;
    this.#role = role;
    const gained = HOSTS.includes(role) && role !== this.#pageRole;
    const words = text(`role.now.${role}`);
    this.#root.hidden = !gained;
    if (gained) find(this.#root, "p", HTMLElement).textContent = words;
    else toast(words);
  }
}
