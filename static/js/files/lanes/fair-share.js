/**
 * Shares the uplink between people to whom files go at the same time. Whoever came first, or lost less, keeps the line's queue full, and
 * the packets of the others are those that find no room in it: so whoever gets much more than their part is held to it, and the others
 * take up the rest. Somebody whose own line takes no more leaves it to the first again.
 */

/** How many times the mean is much more, and how many is much less. */
const MUCH = 1.25;
const LITTLE = 0.75;
/** What somebody who is held may have of the mean: some more, or nobody would ever find out that the line takes more. */
const ROOM = 1.1;
/** Seconds after which the others must have taken up the rest, how much of it all must go by then, and how long it is left at that if not. */
const JUDGED_S = 8;
const TAKEN_UP = 0.8;
const RETRY_S = 30;

/**
 * @typedef {object} Part
 * @property {number} rate bytes a second, of late
 * @property {number} limit bytes a second that may be sent; `Infinity`: it is not held
 * @property {number} total bytes a second of all, when it began to be held
 * @property {number} seconds since then; below zero: until it may be held again
 */

export class FairShare {
  /** @type {Map<object, Part>} */
  #parts = new Map();

  /**
   * Says how fast one of them may go; called once a second for each.
   * @param {object} who
   * @param {number} rate bytes that left in the last second
   * @param {boolean} shared whether files go to others as well
   * @returns {number} bytes a second; `Infinity`: as fast as it goes
   */
  limitFor(who, rate, shared) {
    if (!shared) {
      this.#parts.delete(who);
      return Infinity;
    }
    const part = this.#parts.get(who) ?? { rate, limit: Infinity, total: 0, seconds: 0 };
    this.#parts.set(who, part);
    part.rate = 0.5 * part.rate + 0.5 * rate;
    part.seconds += 1;
    const rates = [...this.#parts.values()].map((one) => one.rate);
    const total = rates.reduce((sum, one) => sum + one, 0);
    const mean = total / rates.length;
    if (part.limit === Infinity) {
      const held = part.seconds >= 0 && part.rate > MUCH * mean && rates.some((one) => one < LITTLE * mean);
      if (held) Object.assign(part, { limit: ROOM * mean, total, seconds: 0 });
    } else if (part.seconds >= JUDGED_S && total < TAKEN_UP * part.total) {
      Object.assign(part, { limit: Infinity, seconds: -RETRY_S });
    } else {
      // Before the others have taken up the rest, all of it is less, and the mean with it.
      part.limit = ROOM * Math.max(mean, part.total / rates.length);
    }
    return part.limit;
  }

  /** @param {object} who to whom nothing is sent any more */
  forgetPeer(who) {
    this.#parts.delete(who);
  }
}
