/** How long to wait before the next try. */

const MIN_DELAY_MS = 400;
/** Whoever is in a call is back within this time of the server's return, and the knocks of many are spread over half of it. */
const MAX_DELAY_MS = 5_000;
const DRAIN_SPREAD_MS = 1_000;

/**
 * Doubles the wait at each try up to 5 s, and spreads every wait over its upper half, so that the people of a server
 * that comes back do not all knock in the same moment. After a drain the first try comes within a second.
 */
export class ReconnectPolicy {
  #tries = 0;
  #random;

  /** @param {() => number} [random] uniform in [0, 1) */
  constructor(random = Math.random) {
    this.#random = random;
  }

  /**
   * Counts one more try and tells how long to wait before it.
   * @param {{soon?: boolean, longest?: number}} [options] soon: the server asked to come back at once; longest: milliseconds
   * @returns {number} milliseconds
   */
  nextDelay({ soon = false, longest = MAX_DELAY_MS } = {}) {
    const tries = this.#tries;
    this.#tries += 1;
    if (soon && tries === 0) return Math.round(this.#random() * DRAIN_SPREAD_MS);
    const ceiling = Math.min(longest, MIN_DELAY_MS * 2 ** tries);
    return Math.round(ceiling * (0.5 + this.#random() / 2));
  }

  /** Starts over: the connection has held. */
  reset() {
    this.#tries = 0;
  }
}
