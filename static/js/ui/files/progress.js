/** How fast a transfer is, from its recent progress: what was long ago says nothing about the time left. */

/** Time over which the speed is measured, and from which on it can be believed. */
const WINDOW_MS = 10_000;
const LEAST_MS = 2_000;
/** Without any progress for so long, a transfer stands still. */
const STALLED_MS = 5_000;

export class Progress {
  /** Oldest first. @type {{at: number, moved: number}[]} */
  #samples = [];
  /** When something moved last. */
  #movedAt = 0;

  /** Call it about once a second. @param {number} moved bytes @param {number} now monotonic milliseconds */
  measure(moved, now) {
    const last = this.#samples.at(-1);
    // It may go back: a piece was damaged, or a receiver lost what was not written yet.
    if (!last || moved < last.moved) this.reset();
    if (!last || moved !== last.moved) this.#movedAt = now;
    this.#samples.push({ at: now, moved });
    while (this.#samples.length > 2 && this.#samples[1].at <= now - WINDOW_MS) this.#samples.shift();
  }

  /** It is not running: what was measured is worth nothing afterwards. */
  reset() {
    this.#samples = [];
  }

  /** Bytes a second; 0: not known yet, or nothing moves. */
  get rate() {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.at - first.at < LEAST_MS) return 0;
    return ((last.moved - first.moved) / (last.at - first.at)) * 1_000;
  }

  /** Milliseconds without any progress; 0: it moves, or has not stood still long enough to say so. */
  get stalledMs() {
    const last = this.#samples.at(-1);
    const still = last ? last.at - this.#movedAt : 0;
    return still >= STALLED_MS ? still : 0;
  }
}
