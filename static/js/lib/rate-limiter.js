/** Limits how much may happen: so much at once, so much a minute in the long run (a token bucket). */

export class RateLimiter {
  #perMinute;
  #burst;
  #left;
  /** When `#left` was counted, monotonic milliseconds. */
  #at = -Infinity;

  /** @param {number} perMinute 0: what is used stays used @param {number} [burst] at once */
  constructor(perMinute, burst = perMinute) {
    this.#perMinute = perMinute;
    this.#burst = this.#left = burst;
  }

  /** Counts an amount, if the limit allows all of it. @param {number} [amount] @param {number} [now] monotonic milliseconds @returns {boolean} */
  consume(amount = 1, now = performance.now()) {
    if (!this.allows(amount, now)) return false;
    this.#left -= amount;
    return true;
  }

  /** @param {number} amount @param {number} [now] @returns {boolean} */
  allows(amount, now = performance.now()) {
    this.#refill(now);
    return amount >= 0 && amount <= this.#left;
  }

  /** Until one is allowed. @param {number} [now] @returns {number} milliseconds; Infinity: never */
  wait(now = performance.now()) {
    this.#refill(now);
    return this.#left >= 1 ? 0 : (60_000 * (1 - this.#left)) / this.#perMinute;
  }

  /** Whether nothing of it is used. @param {number} [now] @returns {boolean} */
  isFull(now = performance.now()) {
    this.#refill(now);
    return this.#left >= this.#burst;
  }

  /** @param {number} now */
  #refill(now) {
    const minutes = this.#at === -Infinity ? 0 : Math.max(0, now - this.#at) / 60_000;
    this.#left = Math.min(this.#burst, this.#left + minutes * this.#perMinute);
    this.#at = now;
  }
}
