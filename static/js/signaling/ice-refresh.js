/** Keeps the TURN credentials fresh: asks the server for others well before they run out. */

/** The part of their time after which others are asked for. */
const REFRESH_AFTER = 0.75;
const MAX_TIMER_MS = 2 ** 31 - 1;

export class IceRefresh {
  #request;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => void} ask */
  constructor(ask) {
    this.#request = ask;
  }

  /** @param {number} ttl seconds for which the credentials that just came are good */
  schedule(ttl) {
    this.stop();
    this.#timer = setTimeout(this.#request, Math.min(MAX_TIMER_MS, Math.max(1, ttl * REFRESH_AFTER) * 1000));
  }

  /** Asks no more. */
  stop() {
    clearTimeout(this.#timer);
  }
}
