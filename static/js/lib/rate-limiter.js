/** A limit on how often something may happen. */

/** Counts what a peer may send in a minute, in a window that slides. */
export class RateLimiter {
  /** @type {number[]} */
  #times = [];
  #perMinute;

  /** @param {number} perMinute */
  constructor(perMinute) {
    this.#perMinute = perMinute;
  }

  /**
   * Takes one, if there is one left.
   * @param {number} [now] milliseconds on a clock that only rises
   * @returns {boolean}
   */
  consume(now = performance.now()) {
    while (this.#times.length > 0 && this.#times[0] <= now - 60_000) this.#times.shift();
    if (this.#times.length >= this.#perMinute) return false;
    this.#times.push(now);
    return true;
  }
}
