/** Keeps a rate: a bucket of bytes that fills with time. */

/** Seconds' worth of bytes that may go at once: a tab in the background gets its timers once a second. */
const BURST_S = 0.25;
const MIN_WAIT_MS = 20;
/** Below this many bytes a second what is sent is cut small. */
const SLOW = 1_000_000;

export class Pacer {
  /** Bytes a second; `Infinity`: no limit. */
  #rate = Infinity;
  #tokens = 0;
  #filled = performance.now();
  #onRefill;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => void} refilled called when there are bytes again after there were none */
  constructor(refilled) {
    this.#onRefill = refilled;
  }

  set rate(/** @type {number} */ rate) {
    this.#fill();
    this.#rate = rate;
    if (rate === Infinity) this.#tokens = 0;
  }

  /** Whether a large message would keep the line busy for long. */
  get isSlow() {
    return this.#rate < SLOW;
  }

  /** Whether something may be sent now; when not, `refilled` is called in time. */
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

  /** @param {number} bytes that were sent */
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
