/** The delay before each reconnect. */

const MIN_DELAY_MS = 400;
/** A person in a call is back within this time of the server's return, and reconnects are spread over half of it. */
const MAX_DELAY_MS = 5_000;
const DRAIN_SPREAD_MS = 1_000;

/**
 * Doubles the delay at each try up to 5 s, and spreads each over its upper half, so that not everyone reconnects at the same
 * moment when a server returns. After a drain the first try comes within a second; a busy server says when it wants to be asked.
 */
export class ReconnectPolicy {
  #tries = 0;
  #random;

  /** @param {() => number} [random] uniform in [0, 1) */
  constructor(random = Math.random) {
    this.#random = random;
  }

  /**
   * Counts a try. @param {{soon?: boolean, longest?: number, away?: number}} [options] soon: the server asked us to return at
   *   once; longest: ms; away: seconds for which the server asked us to stay away
   * @returns {number} milliseconds to wait before it
   */
  nextDelay({ soon = false, longest = MAX_DELAY_MS, away = 0 } = {}) {
    const tries = this.#tries;
    this.#tries += 1;
    if (away > 0) return Math.round(away * 1000 * (1 + this.#random() / 2));
    if (soon && tries === 0) return Math.round(this.#random() * DRAIN_SPREAD_MS);
    const ceiling = Math.min(longest, MIN_DELAY_MS * 2 ** tries);
    return Math.round(ceiling * (0.5 + this.#random() / 2));
  }

  /** Call when a connection has proved itself. */
  reset() {
    this.#tries = 0;
  }
}
