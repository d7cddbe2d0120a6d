/** A token bucket that paces sent bytes. */

/** The burst: background tabs get timers only once a second. */
const BURST_S = 0.25;
const MIN_WAIT_MS = 20;
/** Bytes a second, below which chunks are cut small. */
const SLOW = 1_000_000;

export class Pacer {
  /** Bytes a second; `Infinity`: no limit. */
  #rate = Infinity;
  #tokens = 0;
  #filled = performance.now();
  #onRefill;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => void} refilled called when sending is possible again */
  constructor(refilled) {
    this.#onRefill = refilled;
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
    if (this.#tokens > 0) return true;
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
