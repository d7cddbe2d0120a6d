/** Requests new TURN credentials well before the current ones expire. */

/** The part of their lifetime after which they are replaced. */
const REFRESH_AFTER = 0.75;
const MAX_TIMER_MS = 2 ** 31 - 1;

export class IceRefresh {
  #request;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => void} request */
  constructor(request) {
    this.#request = request;
  }

  /** @param {number} ttl seconds for which the new credentials are valid */
  schedule(ttl) {
    this.stop();
    this.#timer = setTimeout(this.#request, Math.min(MAX_TIMER_MS, Math.max(1, ttl * REFRESH_AFTER) * 1000));
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
