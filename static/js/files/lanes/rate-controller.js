/**
 * Decides how many lanes a transfer uses, and its rate during a call. A pure controller: one call of `decide` a second.
 * Without a call, lanes are added as long as each step raises the rate by a tenth. During a call the rate is limited
 * (`call-limit.js`), and lanes are added while they carry less. Several receivers get the same number of lanes each.
 */

import { CallLimit } from "./call-limit.js";

/** @import { CallHealth } from "./call-watch.js" */

/**
 * rate: bytes sent in the last second; made: lanes, connecting ones included; up: lanes that take frames; saturated: more was
 * queued than sent; shared: other peers are sent files too; place: beside them; call: null: no media is sent.
 * @typedef {{rate: number, made: number, up: number, saturated: boolean, shared: boolean, place?: "behind" | "ahead" | "even",
 *   call: CallHealth | null}} Measured
 */
/** @typedef {{lanes: number, limit: number}} Decision lanes: the target; limit: bytes a second */

export const MAX_LANES = 8;
/** For each of several receivers. */
const LANES_EACH = 4;
/** Each lane competes with the call's single association for the bottleneck until the limit is found. */
const MAX_LANES_BESIDE_CALL = 4;
/** Seconds before a change is judged: SCTP opens its window first. */
const SETTLE_S = 3;
/** The least that more lanes must bring. */
const GAIN = 1.1;
/** Seconds until the next try after lanes brought nothing, doubled each time. */
const RETRY_S = 15;
const MAX_RETRY_S = 240;
/** A path on which a large transfer ends up with all lanes: without them from the start it would take ten seconds to get there. */
const LONG_MS = 30;
/** Bytes: a smaller transfer is over before more lanes connect. */
const LARGE = 8_000_000;
/**
 * Chooses the lanes to start with when there is no call. One association carries about one window a round trip. On a short path
 * the CPU is the limit, and four lanes cost it less a byte than one, since each wake-up handles more.
 * @param {number} rttMs @param {number} bytes to be sent @returns {number}
 */
export function initialLanes(rttMs, bytes) {
  if (bytes >= LARGE) return rttMs < LONG_MS ? 4 : MAX_LANES;
  if (rttMs < 10) return 1;
  return rttMs < LONG_MS ? 2 : 4;
}

export class RateController {
  /** Lanes and rate before the current step up. @type {{from: number, rate: number} | null} */
  #trial = null;
  #settling = 0;
  #pause = 0;
  #retry = RETRY_S;
  #smooth = 0;
  #callLimit = new CallLimit();

  /** @param {Measured} measured @returns {Decision} */
  decide({ rate, made, up, saturated: pushing, shared, place = "even", call }) {
    this.#smooth = this.#smooth === 0 ? rate : 0.5 * this.#smooth + 0.5 * rate;
    if (call) return this.#beside(call, made, pushing && up > 0 ? rate : Infinity, place);
    this.#callLimit.reset();
    return { lanes: shared ? this.#share(made, pushing) : this.#climb(made, up, pushing), limit: Infinity };
  }

  /** @param {number} made @param {boolean} pushing */
  #share(made, pushing) {
    this.#trial = null;
    this.#settling = 0;
    return pushing || made > LANES_EACH ? LANES_EACH : Math.max(1, made);
  }

  /** @param {number} made @param {number} up @param {boolean} pushing */
  #climb(made, up, pushing) {
    if (made === 0) return 1;
    if (!pushing) return made;
    this.#pause = Math.max(0, this.#pause - 1);
    if (up < made && this.#trial === null) return made;
    this.#settling += 1;
    if (this.#settling < SETTLE_S) return made;
    if (this.#trial !== null) {
      const { from, rate } = this.#trial;
      this.#trial = null;
      if (this.#smooth < rate * GAIN) {
        this.#pause = this.#retry;
        this.#retry = Math.min(MAX_RETRY_S, this.#retry * 2);
        return from;
      }
      this.#retry = RETRY_S;
    }
    if (this.#pause > 0 || made >= MAX_LANES) return made;
    this.#trial = { from: made, rate: this.#smooth };
    this.#settling = 0;
    // Doubling needs three steps, adding one at a time seven.
    return Math.min(MAX_LANES, made * 2);
  }

  /** @param {CallHealth} call @param {number} made @param {number} rate `Infinity`: nothing more was queued @param {"behind" | "ahead" | "even"} place */
  #beside(call, made, rate, place) {
    this.#trial = null;
    const { limit, harmed, slow } = this.#callLimit.decide(call, this.#smooth, rate, place);
    this.#settling = slow && !harmed ? this.#settling + 1 : 0;
    const more = this.#settling >= SETTLE_S;
    if (more) this.#settling = 0;
    const lanes = harmed ? Math.ceil(made / 2) : Math.max(1, made) + Number(more);
    return { lanes: Math.min(lanes, MAX_LANES_BESIDE_CALL), limit };
  }
}
