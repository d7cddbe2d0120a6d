/**
 * Shares the uplink between peers that receive files at the same time. The transfer that fills the bottleneck queue first starves
 * the others, so a transfer far above the mean is limited to its fair share. If the others do not use the rest, the limit goes.
 */

/** Factors of the mean rate: far above it, and far below. */
const MUCH = 1.25;
const LITTLE = 0.75;
/** A limited transfer gets slightly more than the mean: otherwise a wider uplink would go unnoticed. */
const ROOM = 1.1;
/** The others have this many seconds to bring the total back to this share of it; if they do not, no limit for `RETRY_S`. */
const JUDGED_S = 8;
const TAKEN_UP = 0.8;
const RETRY_S = 30;

/**
 * @typedef {{rate: number, limit: number, total: number, seconds: number}} Part bytes a second; rate: smoothed; limit:
 *   `Infinity`: none; total: of all transfers when the limit was set; seconds: since then, negative: until a limit may be set
 *   again
 */

export class FairShare {
  /** @type {Map<object, Part>} */
  #parts = new Map();

  /**
   * Limits a transfer; call it once a second for each.
   * @param {object} who @param {number} rate bytes sent in the last second @param {boolean} shared whether others are sent files too
   * @param {boolean} [live] beside a call, which limits each already @returns {number} bytes a second; `Infinity`: no limit
   */
  limitFor(who, rate, shared, live = false) {
    if (!shared) {
      this.#parts.delete(who);
      return Infinity;
    }
    const part = this.#parts.get(who) ?? { rate, limit: Infinity, total: 0, seconds: 0 };
    this.#parts.set(who, part);
    part.rate = 0.5 * part.rate + 0.5 * rate;
    if (live) part.limit = Infinity;
    if (live) return Infinity;
    part.seconds += 1;
    const rates = [...this.#parts.values()].map((one) => one.rate);
    const total = rates.reduce((sum, one) => sum + one, 0);
    const mean = total / rates.length;
    if (part.limit === Infinity) {
      const exceeds = part.seconds >= 0 && part.rate > MUCH * mean && rates.some((one) => one < LITTLE * mean);
      if (exceeds) Object.assign(part, { limit: ROOM * mean, total, seconds: 0 });
    } else if (part.seconds >= JUDGED_S && total < TAKEN_UP * part.total) {
      Object.assign(part, { limit: Infinity, seconds: -RETRY_S });
    } else {
      // Until the others speed up, the total and with it the mean are lower than before.
      part.limit = ROOM * Math.max(mean, part.total / rates.length);
    }
    return part.limit;
  }

  /** How a transfer does beside the others. @param {object} who @returns {"behind" | "ahead" | "even"} */
  placeOf(who) {
    const rates = [...this.#parts.values()].map((one) => one.rate);
    const mean = rates.reduce((sum, one) => sum + one, 0) / rates.length;
    const { rate } = this.#parts.get(who) ?? { rate: mean };
    if (rate < LITTLE * mean) return "behind";
    return rate > MUCH * mean && rates.some((one) => one < LITTLE * mean) ? "ahead" : "even";
  }

  /** @param {object} who */
  forgetPeer(who) {
    this.#parts.delete(who);
  }
}
