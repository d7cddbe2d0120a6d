/** How often a picture is computed: as often as it comes, or as this device can without starving the call. */

/** Share of one core that may be used. */
const SHARE = 0.6;
const MAX_FPS = 30;
/** Jitter of the camera: without it every other frame would come a little too early. */
const EARLY_MS = 6;

export class Pace {
  /** Moving average, ms a picture. */
  #cost = 0;
  #busy = 0;
  #frames = 0;
  #since;

  /** @param {number} now ms, monotonic */
  constructor(now) {
    this.#since = now;
  }

  /** @param {number} cost ms that the last picture took @returns {number} ms to wait before the next */
  pauseAfter(cost) {
    this.#cost = this.#cost === 0 ? cost : 0.9 * this.#cost + 0.1 * cost;
    this.#busy += cost;
    this.#frames += 1;
    return Math.max(0, Math.max(this.#cost / SHARE, 1_000 / MAX_FPS - EARLY_MS) - cost);
  }

  /**
   * What the last second or more took; null: less than a second has passed. load: of one core, 0 to 1; costMs: a picture.
   * @param {number} now @returns {{load: number, fps: number, costMs: number} | null}
   */
  report(now) {
    const elapsed = now - this.#since;
    if (elapsed < 1_000) return null;
    const report = { load: this.#busy / elapsed, fps: (1_000 * this.#frames) / elapsed, costMs: this.#cost };
    [this.#busy, this.#frames, this.#since] = [0, 0, now];
    return report;
  }
}
