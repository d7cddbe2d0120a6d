/**
 * How late this page's timers come, from which strain of the processor is seen whatever the cause: other programs count, too.
 * It runs while it is asked, at least every few seconds. A hidden page has slower timers on purpose: it measures nothing.
 */

const TICK_MS = 50;
/** A second of them, which `p90` looks at. */
const TICKS = 20;
const UNASKED_MS = 5_000;

export class EventLoopLag {
  /** @type {number[]} ms */
  #late = [];
  #askedAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @returns {number} ms: nine of ten timers of the last second were less late */
  get p90() {
    this.#askedAt = performance.now();
    if (this.#timer === undefined) this.#wait();
    if (this.#late.length < TICKS / 2) return 0;
    return [...this.#late].sort((one, other) => one - other)[Math.floor(this.#late.length * 0.9)];
  }

  #wait() {
    const due = performance.now() + TICK_MS;
    this.#timer = setTimeout(() => this.#onTimer(due), TICK_MS);
    // Node.js, in tests, must not wait for it.
    /** @type {any} */ (this.#timer).unref?.();
  }

  /** @param {number} due */
  #onTimer(due) {
    const now = performance.now();
    this.#timer = undefined;
    if (globalThis.document?.hidden || now - this.#askedAt > UNASKED_MS) {
      this.#late = [];
      if (now - this.#askedAt > UNASKED_MS) return;
    } else {
      this.#late = [...this.#late, Math.max(0, now - due)].slice(-TICKS);
    }
    this.#wait();
  }
}
