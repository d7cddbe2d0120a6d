/** Asks before a tab is closed, reloaded or led elsewhere by accident, and only then: a listener for it keeps pages out of the back/forward cache. */

/**
 * @typedef {object} Stakes what ends with the tab or with the call
 * @property {number} others people in the call, not those who were refused
 * @property {boolean} sharing the own screen is shared
 * @property {number} running transfers that were accepted and are not over
 * @property {number} waiting own offers that no one has answered
 * @property {number} saving transfers whose files the browser is taking
 * @property {number} unsaved transfers with received files that were neither saved nor kept before
 * @property {number} inMemory those of them that are lost with the tab; the others stay in the browser
 */

/** @type {Readonly<Stakes>} */
export const NOTHING = Object.freeze({ others: 0, sharing: false, running: 0, waiting: 0, saving: 0, unsaved: 0, inMemory: 0 });

/** @param {Stakes} stakes @returns {boolean} */
export function asksBeforeClosing({ others, sharing, running, waiting, saving, inMemory }) {
  return others > 0 || sharing || running > 0 || waiting > 0 || saving > 0 || inMemory > 0;
}

/**
 * Leaving by the button is meant; only what cannot be got back is asked about.
 * @param {Stakes} stakes @returns {"running" | "saving" | "waiting" | "unsaved" | null}
 */
export function asksBeforeLeaving({ running, saving, waiting, unsaved }) {
  if (running > 0) return "running";
  if (saving > 0) return "saving";
  if (waiting > 0) return "waiting";
  return unsaved > 0 ? "unsaved" : null;
}

export class LeaveGuard {
  #target;
  #asking = false;

  /** @param {AbortSignal} signal ends the asking @param {EventTarget} [target] the window */
  constructor(signal, target = globalThis) {
    this.#target = target;
    signal.addEventListener("abort", () => this.#ask(false));
  }

  /** @param {Stakes} stakes */
  update(stakes) {
    this.#ask(asksBeforeClosing(stakes));
  }

  /** @param {boolean} asking */
  #ask(asking) {
    if (asking === this.#asking) return;
    this.#asking = asking;
    if (asking) this.#target.addEventListener("beforeunload", this);
    else this.#target.removeEventListener("beforeunload", this);
  }

  /** The browser shows its own words, and only to people who have used the page (HTML, section 7.4.2.4). @param {Event} event */
  handleEvent(event) {
    event.preventDefault();
    event.returnValue = true; // browsers of before 2024
  }
}
