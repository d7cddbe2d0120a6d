/** What the page of an invite link says when the link does not lead to the room, and what a person can do then. */

import { byId, part } from "../lib/page.js";
import { showInTitle } from "../lib/page-title.js";

/** @import { Invitation } from "../../call/invitation.js" */

/** Reasons that may pass: the same link can work a moment later. */
const PASSING = ["offline", "slow_down", "room_closed", "locked", "no_cookies", "no_storage"];
/** A whole link or code helps. */
const CODE_HELPS = ["none", "damaged", "unknown"];
/** A member who has joined before needs no link, and an account may join where a guest may not. */
const ACCOUNT_HELPS = ["expired", "revoked", "used_up", "unknown"];
const NEEDS_ACCOUNT = ["not_yours", "account_needed", "banned"];
/** The person has no host yet, or is the host. */
const NO_HOST = ["none", "not_yours"];

export class InviteStates {
  #root;
  #invitation;

  /** @param {HTMLElement} root @param {Invitation} invitation */
  constructor(root, invitation) {
    this.#root = root;
    this.#invitation = invitation;
  }

  /** @param {string} reason an unknown one counts as no answer @param {string} [slug] of a room that the person may enter anyway */
  show(reason, slug) {
    const blocks = /** @type {HTMLElement[]} */ ([...this.#root.querySelectorAll("[data-state]")]);
    const state = blocks.some(({ dataset }) => dataset.state === reason) ? reason : "offline";
    for (const block of blocks) block.hidden = block.dataset.state !== state;
    const heading = /** @type {HTMLElement} */ (this.#root.querySelector(`[data-state="${state}"] h1`));
    this.#part("again").hidden = !PASSING.includes(state);
    this.#part("code-form").hidden = !CODE_HELPS.includes(state);
    this.#part("sign-in").hidden = !ACCOUNT_HELPS.includes(state) && !NEEDS_ACCOUNT.includes(state);
    this.#part("sign-in").classList.toggle("button--primary", NEEDS_ACCOUNT.includes(state));
    this.#part("sign-in-hint").hidden = !ACCOUNT_HELPS.includes(state);
    this.#part("sign-up").hidden = state !== "account_needed";
    this.#part("host-message").hidden = NO_HOST.includes(state);
    const message = byId("host-message", HTMLTextAreaElement);
    message.value = (message.dataset.text ?? "").replace("{reason}", heading.textContent ?? "");
    const inside = part(this.#root, "inside", HTMLAnchorElement);
    inside.hidden = slug === undefined;
    if (slug !== undefined) inside.href = this.#invitation.callUrl(slug);
    this.#root.hidden = false;
    showInTitle({ room: heading.textContent ?? "" });
    heading.focus();
  }

  hide() {
    this.#root.hidden = true;
    showInTitle({ room: "" });
  }

  /** @param {string} name */
  #part(name) {
    return part(this.#root, name);
  }
}
