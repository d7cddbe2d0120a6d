/** Shows that a host asks this person to mute, with a button for it. No one can mute another person remotely. */

import { showNotice } from "../lib/announcer.js";
import { byId, find, text } from "../lib/page.js";
import { HOSTS } from "../../signaling/roles.js";

/** @import { CallSession } from "../../call/session.js" */

/** No further request is shown for this long after "Not now". */
const SNOOZE_MS = 20_000;

export class MuteRequest {
  #card = byId("mute-request", HTMLElement);
  #session;
  #mute;
  #snoozedUntil = -Infinity;

  /** @param {CallSession} session @param {() => void} mute @param {AbortSignal} signal */
  constructor(session, mute, signal) {
    this.#session = session;
    this.#mute = mute;
    session.muteRequests.on("message", ({ pid }) => this.#onRequest(pid), { signal });
    session.on("person-changed", () => session.self.muted && this.#close(), { signal });
    find(this.#card, "[data-mute=yes]", HTMLButtonElement).addEventListener("click", () => this.#answer(true), { signal });
    find(this.#card, "[data-mute=no]", HTMLButtonElement).addEventListener("click", () => this.#answer(false), { signal });
    signal.addEventListener("abort", () => this.#close());
  }

  /** @param {string} pid */
  #onRequest(pid) {
    const asker = this.#session.people.get(pid);
    if (!asker || !HOSTS.includes(asker.role)) return;
    if (this.#session.self.muted || !this.#card.hidden || Date.now() < this.#snoozedUntil) return;
    showNotice(this.#card, find(this.#card, "p", HTMLElement), text("mute.request", { name: asker.name }));
  }

  /** @param {boolean} accepted */
  #answer(accepted) {
    this.#close();
    if (accepted) this.#mute();
    else this.#snoozedUntil = Date.now() + SNOOZE_MS;
  }

  #close() {
    showNotice(this.#card, find(this.#card, "p", HTMLElement), "");
  }
}
