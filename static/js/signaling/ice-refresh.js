/**
 * Keeps the TURN credentials fresh: asks the server for others well before they run out.
 *
 * @module
 */

/** The part of their time after which others are asked for. */
const PART = 0.75;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class IceRefresh {
  #ask;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => void} ask */
  constructor(ask) {
    this.#ask = ask;
  }

  /** @param {number} ttl seconds for which the credentials that just came are good */
  renewed(ttl) {
    this.stop();
    this.#timer = setTimeout(this.#ask, Math.min(LONGEST_TIMER_MS, Math.max(1, ttl * PART) * 1000));
  }

  /** Asks no more. */
  stop() {
    clearTimeout(this.#timer);
  }
}
