/**
 * The rate of a transfer beside a call: it rises until the call suffers, and then falls below the rate that was sent. A line that is
 * too full delays every packet, or loses more than it did before; a strained processor delays some, and loses some, which is no reason
 * to send less. What people hear is: audio that breaks up counts, whatever the cause. One call of `decide` a second.
 */

/** @import { CallHealth } from "./call-watch.js" */
/** @typedef {"choked" | "late" | "lost" | "heard" | null} Harm null: the call does not suffer */

/** Queueing delay that is accepted; under strain a shorter one may be the processor's. */
const EXTRA_MS = 60;
const STRAINED_EXTRA_MS = 150;
/** Loss above that of the line itself: with a queue; without one, averaged. A line under strain loses this much by itself. */
const MAX_LOSS = 0.02;
const MAX_LOSS_WITHOUT_QUEUE = 0.04;
const QUEUE_MS = 20;
const CHOKED_LOSS = 0.15;
/** Share of the audio, above what is concealed anyway, averaged. */
const MAX_CONCEALED = 0.02;
/** Bytes a second: a slower transfer costs a processor next to nothing, so without a queue it is not the cause. */
const HEARD_RATE = 100_000;
/** Seconds of the averages. */
const LOSS_S = 4;
const CONCEALED_S = 5;
/** Seconds until the effect of a lower rate shows. */
const SHOWS_S = 2;
const LATE_SHOWS_S = 3;
const HEARD_S = 4;
/** Bytes a second: the minimum, and the start value. */
const MIN_LIMIT = 16_000;
const FIRST_LIMIT = 24_000;
/** A shorter round trip stays within a building, where the call's bottleneck rarely is. */
const NEAR_MS = 8;
const FIRST_LIMIT_NEAR = 4_000_000;
/**
 * A line that was full is used to this share for a while, since each queue costs the call's video seconds of quality. Then it is tried
 * whether it carries more, slowly up to this factor of what was too much, and fast when it carried that for some seconds.
 */
const SHARE = 0.85;
const HELD_S = 30;
const UNSURE_HELD_S = 8;
const MORE = 1.05;
const CALM_S = 8;
/** Share of the limit that must be used: otherwise the lanes are too slow for it. */
const USED = 0.7;
/** What is left of the best rate a second later. */
const PEAK = 0.8;
/** Two rates that differ less are the same. */
const SAME = 0.25;

export class CallLimit {
  /** Bytes a second; `Infinity`: no call yet. */
  #limit = Infinity;
  /** Slow start: the rate has not harmed the call yet. */
  #searching = false;
  /** The rate at the last harm, and whether a strained processor may have been the cause. */
  #full = 0;
  #doubtful = false;
  /** Seconds at the share of that rate, seconds above it without harm, and seconds until the limit may fall again. */
  #held = 0;
  #calm = 0;
  #pause = 0;
  /** The rate of the last seconds at its best. */
  #peak = 0;
  #choked = false;
  #harmed = false;
  /** Averages. @type {number | null} */
  #loss = null;
  /** @type {number | null} */
  #concealed = null;
  #lossBefore = new LeastOfLate();
  #concealedBefore = new LeastOfLate();

  /**
   * @param {CallHealth} call @param {number} smooth bytes sent a second, averaged
   * @param {number} rate bytes sent in the last second; `Infinity`: nothing more was queued
   * @param {"behind" | "ahead" | "even"} place beside other transfers
   * @returns {{limit: number, harmed: boolean, slow: boolean}} slow: the lanes carry far less than the limit
   */
  decide(call, smooth, rate, place) {
    const near = call.rttMs < NEAR_MS;
    if (this.#limit === Infinity) [this.#limit, this.#searching] = [near ? FIRST_LIMIT_NEAR : FIRST_LIMIT, true];
    this.#pause = Math.max(0, this.#pause - 1);
    this.#peak = Math.max(smooth, this.#peak * PEAK);
    const harm = this.#harmOf(call);
    const slow = !near && rate < USED * this.#limit;
    if (harm !== null || (slow && this.#searching)) {
      this.#searching = false;
      this.#calm = 0;
      if (!this.#harmed) this.#judge(smooth, harm, call);
      if (this.#pause === 0 || (harm === "choked" && !this.#choked && !call.strained)) this.#fall(smooth, harm, call.strained);
      this.#harmed = harm !== null;
    } else {
      this.#harmed = false;
      // Raised only when it is used, and not while a queue builds up.
      const clear = call.queueMs < (call.strained ? STRAINED_EXTRA_MS / 2 : QUEUE_MS);
      if (clear && smooth > USED * this.#limit) this.#rise(near, place);
    }
    return { limit: this.#limit, harmed: harm !== null, slow };
  }

  /** The call is over: the next one starts from the beginning. */
  reset() {
    this.#limit = Infinity;
    this.#pause = this.#held = this.#calm = this.#full = 0;
    this.#loss = this.#concealed = null;
    this.#lossBefore = new LeastOfLate();
    this.#concealedBefore = new LeastOfLate();
  }

  /** @param {CallHealth} call @returns {Harm} */
  #harmOf({ queueMs, loss, concealed, strained, squeezed }) {
    this.#loss = average(this.#loss, loss, LOSS_S);
    this.#concealed = average(this.#concealed, concealed, CONCEALED_S);
    const [before, heardBefore] = [this.#lossBefore.least(this.#loss), this.#concealedBefore.least(this.#concealed)];
    if (queueMs > 3 * EXTRA_MS) return "choked";
    if (queueMs > (strained ? STRAINED_EXTRA_MS : EXTRA_MS) || (squeezed && !strained && this.#searching)) return "late";
    if (queueMs > (strained ? EXTRA_MS : QUEUE_MS) && loss - before > MAX_LOSS) return "late";
    if (this.#loss - before > (strained ? CHOKED_LOSS : MAX_LOSS_WITHOUT_QUEUE)) return "lost";
    const may = queueMs > QUEUE_MS || this.#limit > HEARD_RATE;
    return may && this.#concealed - heardBefore > MAX_CONCEALED ? "heard" : null;
  }

  /** @param {number} smooth @param {Harm} harm null: the lanes are too slow @param {CallHealth} call */
  #judge(smooth, harm, { strained, squeezed }) {
    const rate = Math.min(this.#limit, smooth);
    // A line is full at the same rate every time; a processor is strained, and losses come and go, at any.
    this.#doubtful = harm !== "heard" && (strained || harm === "lost") && Math.abs(rate / this.#full - 1) > SAME;
    this.#full = harm === null ? 0 : rate;
    this.#held = strained || squeezed || harm === "heard" ? HELD_S - UNSURE_HELD_S : 0;
  }

  /** @param {number} smooth @param {Harm} harm @param {boolean} strained */
  #fall(smooth, harm, strained) {
    this.#choked = harm === "choked";
    // A processor that stood still for a moment has sent nothing meanwhile, which says nothing about the line.
    this.#limit = Math.max(MIN_LIMIT, Math.min(this.#limit, strained ? this.#peak : smooth) * (this.#choked && !this.#doubtful ? 0.5 : 0.75));
    this.#pause = harm === "heard" ? HEARD_S : strained || this.#choked ? LATE_SHOWS_S : SHOWS_S;
  }

  /** Round trips are measured every few seconds: doubling the rate meanwhile would overshoot. @param {boolean} near @param {string} place */
  #rise(near, place) {
    const share = SHARE * this.#full;
    const above = this.#limit > MORE * this.#full;
    this.#calm = above ? this.#calm + 1 : 0;
    if (near) this.#limit *= this.#searching ? 2 : 1.2;
    else if ((this.#searching && place !== "ahead") || (this.#doubtful && this.#limit < share)) this.#limit *= 1.2;
    else if (place === "behind") this.#limit *= 1.15;
    else if (place === "ahead" && this.#limit > share) this.#limit *= 1.03;
    else if (this.#doubtful || above) this.#limit *= this.#calm > CALM_S ? 1.2 : 1.1;
    else if (this.#limit < share) this.#limit = Math.min(share, this.#limit * 1.07);
    else if (this.#held < HELD_S) this.#held += 1;
    else this.#limit *= 1.03;
  }
}

/** @param {number | null} before @param {number} value of this second @param {number} seconds @returns {number} */
function average(before, value, seconds) {
  return before === null ? value : before + (value - before) / seconds;
}

/** The least value of the last half minute: what is there anyway is no one's fault. */
class LeastOfLate {
  #least = Infinity;
  #next = Infinity;
  #seconds = 0;

  /** @param {number} value of this second @returns {number} */
  least(value) {
    this.#least = Math.min(this.#least, value);
    this.#next = Math.min(this.#next, value);
    this.#seconds += 1;
    const least = this.#least;
    if (this.#seconds % 15 === 0) [this.#least, this.#next] = [this.#next, Infinity];
    return least;
  }
}
