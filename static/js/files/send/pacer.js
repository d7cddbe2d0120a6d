/** A token bucket that paces sent bytes. */

/** The burst: background tabs get timers only once a second. */
const BURST_S = 0.25;
/** Most that waits in the lanes: what they held back would leave at once when they can, whatever the rate is by then. */
const WAITING_S = 0.15;
const MIN_WAITING = 30_000;
const MIN_WAIT_MS = 20;
/** Bytes a second, below which chunks are cut small. */
const SLOW = 1_000_000;

export class Pacer {
  /** Bytes a second; `Infinity`: no limit. */
  #rate = Infinity;
  #tokens = 0;
  #filled = performance.now();
  #onRefill;
  #waiting;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => void} refilled called when sending is possible again @param {() => number} waiting bytes in the lanes */
  constructor(refilled, waiting) {
    this.#onRefill = refilled;
    this.#waiting = waiting;
  }

  set rate(/** @type {number} */ rate) {
    this.#fill();
    this.#rate = rate;
    if (rate === Infinity) this.#tokens = 0;
  }

  /** Whether a full chunk would delay the call's packets. */
  get isSlow() {
    return this.#rate < SLOW;
  }

  /** Whether more may be sent now; if not, `refilled` follows. */
  get open() {
    if (this.#rate === Infinity) return true;
    this.#fill();
    if (this.#tokens > 0 && this.#waiting() <= Math.max(MIN_WAITING, WAITING_S * this.#rate)) return true;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#onRefill();
    }, Math.max(MIN_WAIT_MS, ((1 - this.#tokens) / this.#rate) * 1000));
    return false;
  }

  /** @param {number} bytes */
  spendBytes(bytes) {
    if (this.#rate !== Infinity) this.#tokens -= bytes;
  }

  #fill() {
    const now = performance.now();
    const seconds = (now - this.#filled) / 1000;
    this.#filled = now;
    if (this.#rate !== Infinity) this.#tokens = Math.min(this.#rate * BURST_S, this.#tokens + this.#rate * seconds);
  }
}
