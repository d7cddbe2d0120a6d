/**
 * Finds stalled lanes while others move. An SCTP association that loses many packets at once backs off, doubling its timeout up to
 * a minute (RFC 9260 §6.3.3), although the connection itself is alive: its ICE checks come through.
 */

/** @typedef {{departed: number, waiting: number}} Mover departed: bytes sent so far; waiting: bytes buffered */

/** Bytes that other lanes must have moved meanwhile: if they did not, the path stalls, not the lane. */
const MOVED = 1_000_000;

export class StallDetector {
  #moved = 0;
  /** The last movement of each. @type {WeakMap<Mover, {departed: number, looks: number, moved: number}>} */
  #last = new WeakMap();

  /**
   * Checks the lanes to one peer; call it once a second for each.
   * @template {Mover} Lane
   * @param {Lane[]} lanes @param {number} patience checks without movement @returns {Lane[]} the stalled ones
   */
  findStalled(lanes, patience) {
    return lanes.filter((lane) => {
      const last = this.#last.get(lane) ?? { departed: 0, looks: 0, moved: this.#moved };
      this.#last.set(lane, last);
      this.#moved += lane.departed - last.departed;
      if (lane.departed > last.departed || lane.waiting === 0) Object.assign(last, { departed: lane.departed, looks: 0, moved: this.#moved });
      else last.looks += 1;
      return last.looks >= patience && this.#moved - last.moved >= MOVED;
    });
  }
}
