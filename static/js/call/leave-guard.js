/** Asks before a tab is closed, reloaded or led elsewhere by accident, and only then: a listener for it keeps pages out of the back/forward cache. */

/**
 * @typedef {object} Stakes what ends with the tab
 * @property {number} others people in the call, not those who were refused
 * @property {boolean} sharing the own screen is shared
 * @property {number} running transfers that were accepted and are not over
 * @property {number} unsaved transfers with received files that were not saved
 */

/** @param {Stakes} stakes @returns {boolean} */
export function asksBeforeClosing({ others, sharing, running, unsaved }) {
  return others > 0 || sharing || running > 0 || unsaved > 0;
}

/**
 * Leaving by the button is meant; only what cannot be got back is asked about.
 * @param {Stakes} stakes @returns {"running" | "unsaved" | null}
 */
export function asksBeforeLeaving({ running, unsaved }) {
  if (running > 0) return "running";
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
