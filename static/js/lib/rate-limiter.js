/** Limits how often something may happen in a sliding minute. */

export class RateLimiter {
  #times = /** @type {number[]} */ ([]);
  #perMinute;

  /** @param {number} perMinute */
  constructor(perMinute) {
    this.#perMinute = perMinute;
  }

  /** Counts one, if the limit allows it. @param {number} [now] monotonic milliseconds @returns {boolean} */
  consume(now = performance.now()) {
    while (this.#times.length > 0 && this.#times[0] <= now - 60_000) this.#times.shift();
    if (this.#times.length >= this.#perMinute) return false;
    this.#times.push(now);
    return true;
  }
}
