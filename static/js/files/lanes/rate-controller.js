/**
 * Decides how many lanes a transfer has, and how fast it may go while people talk. It is told what was measured and keeps no
 * clock of its own: one call of `decide` a second.
 *
 * Without a call it climbs: more lanes as long as they raise the rate by a tenth. With a call it keeps out of its way: when
 * packets of the call take longer than they did, or get lost, lanes go, and then the rate. While files go to several people,
 * each gets the same number of lanes: on a line that is full, each lane takes a share of it.
 */

/**
 * @typedef {object} Measured
 * @property {number} rate bytes that left in the last second
 * @property {number} made lanes that are or are being made
 * @property {number} up lanes that take frames
 * @property {boolean} saturated whether there was more to send than left
 * @property {boolean} shared whether files go to somebody else as well
 * @property {{rttMs: number, loss: number} | null} call what its connection says; null: nobody sends sound or pictures
 */
/** @typedef {{lanes: number, limit: number}} Decision lanes: how many there should be; limit: bytes a second */

export const MAX_LANES = 8;
/** Lanes to each of several people. */
const LANES_EACH = 4;
/** With a call there are never more: beside one association of the call, each lane takes a share of the line. */
const MAX_LANES_BESIDE_CALL = 2;
/** Seconds that a change gets before it is judged: SCTP opens its window first. */
const SETTLE_S = 3;
/** What more lanes must bring. */
const GAIN = 1.1;
/** Seconds before more lanes are tried again after they brought nothing, doubling each time. */
const RETRY_S = 15;
const MAX_RETRY_S = 240;
/** What is smaller is over before more lanes stand. */
const LARGE = 8_000_000;
/** Milliseconds by which a round trip of the call may be longer than the shortest seen. */
const EXTRA_RTT_MS = 60;
const MAX_LOSS = 0.02;
/** Bytes a second that are always allowed, and those that a transfer beside a call begins with. */
const MIN_LIMIT = 16_000;
const FIRST_LIMIT = 24_000;
/** A round trip of less is within a house, where the line is rarely the call's bottleneck. */
const NEAR_MS = 8;
const FIRST_LIMIT_NEAR = 4_000_000;

/**
 * Says how many lanes to begin with when nobody talks. One association carries about a window a round trip; on a short way, where
 * the processor is the limit, four of them cost it less a byte than one, since more is done at a time.
 * @param {number} rttMs
 * @param {number} bytes to be sent
 * @returns {number}
 */
export function initialLanes(rttMs, bytes) {
  if (bytes >= LARGE) return 4;
  if (rttMs < 10) return 1;
  return rttMs < 30 ? 2 : 4;
}

export class RateController {
  /** @type {{from: number, rate: number} | null} lanes and rate before the change that is being tried */
  #trial = null;
  #settling = 0;
  #pause = 0;
  #retry = RETRY_S;
  #limit = Infinity;
  /** Whether the rate still rises quickly: nothing has been harmed by it yet. */
  #searching = false;
  #smooth = 0;
  #shortest = Infinity;

  /** Decides. @param {Measured} measured @returns {Decision} */
  decide({ rate, made, up, saturated: pushing, shared, call }) {
    this.#smooth = this.#smooth === 0 ? rate : 0.5 * this.#smooth + 0.5 * rate;
    if (call) return this.#beside(call, made, pushing && up > 0 ? rate : Infinity);
    this.#limit = Infinity;
    this.#shortest = Infinity;
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
    // Doubling finds the right number in three steps; one more at a time would take seven.
    return Math.min(MAX_LANES, made * 2);
  }

  /**
   * @param {{rttMs: number, loss: number}} call
   * @param {number} made
   * @param {number} rate what left in the last second; `Infinity` when there was no more to send
   */
  #beside({ rttMs, loss }, made, rate) {
    this.#trial = null;
    this.#settling = 0;
    this.#shortest = Math.min(this.#shortest, rttMs);
    if (this.#limit === Infinity) [this.#limit, this.#searching] = [rttMs < NEAR_MS ? FIRST_LIMIT_NEAR : FIRST_LIMIT, true];
    const late = rttMs - this.#shortest;
    const harmed = late > EXTRA_RTT_MS || loss > MAX_LOSS;
    const full = this.#searching && this.#shortest >= NEAR_MS && rate < this.#limit / 2;
    if (harmed || full) {
      this.#searching = false;
      this.#limit = Math.max(MIN_LIMIT, Math.min(this.#limit, this.#smooth) * (late > 3 * EXTRA_RTT_MS ? 0.5 : 0.75));
    } else if (late < EXTRA_RTT_MS / 2 && this.#smooth > this.#limit / 2) {
      // As long as much less than the limit leaves, raising it means nothing.
      // Round trips are measured every few seconds: a rate that doubles meanwhile is too high before anybody knows it.
      const near = this.#shortest < NEAR_MS;
      const slow = near ? this.#limit * 1.2 + MIN_LIMIT : this.#limit * 1.05 + MIN_LIMIT / 8;
      this.#limit = this.#searching ? this.#limit * (near ? 2 : 1.2) : slow;
    }
    const lanes = harmed ? 1 : Math.min(Math.max(1, made), MAX_LANES_BESIDE_CALL);
    return { lanes, limit: this.#limit };
  }
}
