/**
 * Handles what a peer sends, in its order. Reading it, and all that follows, takes half of the time at most in the long run, so that
 * sound, pictures and other people's messages have the other half; the rest waits.
 */

/** Milliseconds of work that are done at once: honest peers seldom send more. */
const BURST_MS = 100;
/** Milliseconds that pass for each millisecond of work. */
const SPACING = 2;

/** @template T */
export class PacedQueue {
  #handle;
  #now;
  /** @type {T[]} */
  #waiting = [];
  /** When all work is paid for, monotonic milliseconds. */
  #paidAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(item: T) => void} handle @param {() => number} [now] monotonic milliseconds */
  constructor(handle, now = () => performance.now()) {
    this.#handle = handle;
    this.#now = now;
  }

  /** How many wait. */
  get size() {
    return this.#waiting.length;
  }

  /** Handles it now, or in its turn. @param {T} item */
  push(item) {
    if (this.#waiting.length === 0 && this.#wait() === 0) return this.#work(item);
    this.#waiting.push(item);
    this.#timer ??= setTimeout(() => this.#workOn(), this.#wait());
  }

  /** Drops what waits. */
  clear() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }

  #workOn() {
    this.#timer = undefined;
    const waiting = this.#waiting;
    let done = 0;
    try {
      while (this.#waiting === waiting && done < waiting.length && this.#wait() === 0) this.#work(waiting[done++]);
    } finally {
      waiting.splice(0, done);
      if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#workOn(), this.#wait());
    }
  }

  /** @param {T} item */
  #work(item) {
    const began = this.#now();
    try {
      this.#handle(item);
    } finally {
      this.#paidAt = Math.max(this.#paidAt, began) + (this.#now() - began) * SPACING;
    }
  }

  /** @returns {number} milliseconds until more may be done */
  #wait() {
    return Math.max(0, this.#paidAt - this.#now() - BURST_MS);
  }
}
