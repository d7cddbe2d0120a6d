/**
 * How full the processor is, with all that runs on it (W3C Compute Pressure Level 1): what a page measures of its own work does not show
 * what other programs take.
 */

const SAMPLE_MS = 1_000;
/** Longer than a page takes to load and a person to join; then until less work shows. */
const AFTER_MS = Object.freeze([5_000, 10_000]);
/** Less work is what made room: a level holds for a while after, twice as long each time that more work fills the processor again. */
const EASE_MS = 15_000;
const MAX_EASE_MS = 480_000;
/** Of the others: with fewer, a call makes little difference to what fills a processor. */
const LARGE_CALL = 4;

export class ComputePressure {
  #now;
  /** Since when the system calls it critical or not, ms. */
  #since = { critical: false, at: -Infinity };
  #level = 0;
  #wait = EASE_MS;
  #easedAt = -Infinity;
  #changedAt = -Infinity;

  /** @param {() => number} [now] monotonic milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** @param {AbortSignal} signal until then */
  watch(signal) {
    const { PressureObserver } = /** @type {any} */ (globalThis);
    if (PressureObserver === undefined) return;
    const observer = new PressureObserver((/** @type {{state: string}[]} */ records) => {
      for (const { state } of records) this.#observe(state === "critical");
    });
    // It refuses where the system does not say, as on some phones.
    observer.observe("cpu", { sampleInterval: SAMPLE_MS }).catch(() => {});
    signal.addEventListener("abort", () => {
      observer.disconnect();
      this.#observe(false);
    });
  }

  /** 0: it has room, or the browser does not say; 1: it is full; 2: it is still full with less work. */
  get level() {
    const now = this.#now();
    const { critical, at } = this.#since;
    const held = now - Math.max(at, this.#changedAt);
    if (critical && this.#level < AFTER_MS.length && held >= AFTER_MS[this.#level]) {
      this.#wait = now - this.#easedAt < this.#wait ? Math.min(2 * this.#wait, MAX_EASE_MS) : EASE_MS;
      this.#change(this.#level + 1, now);
    } else if (!critical && this.#level > 0 && held >= this.#wait) {
      this.#easedAt = now;
      this.#change(this.#level - 1, now);
    }
    return this.#level;
  }

  /** For what a call with so many others does about it. @param {number} others */
  levelFor(others) {
    return others >= LARGE_CALL ? this.level : 0;
  }

  /** @param {number} level @param {number} now */
  #change(level, now) {
    this.#level = level;
    this.#changedAt = now;
  }

  /** @param {boolean} critical */
  #observe(critical) {
    if (critical !== this.#since.critical) this.#since = { critical, at: this.#now() };
  }
}

/** Of this device. */
export const computePressure = new ComputePressure();
