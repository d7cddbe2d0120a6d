/**
 * Finds lanes that stand still while others move. An SCTP association that has lost many packets at once, into a queue that others keep
 * full, waits twice as long before each further try, up to a minute (RFC 9260 §6.3.3); what it carries would be waited for as long.
 * The connection itself stands all the while: its checks come through.
 */

/** @typedef {{departed: number, waiting: number}} Mover departed: bytes that have left so far; waiting: bytes that have not */

/** Bytes that must have left by other lanes before one is said to stand still: else the line does. */
const MOVED = 1_000_000;

export class StallDetector {
  /** Bytes that have left by any lane. */
  #moved = 0;
  /** @type {WeakMap<Mover, {departed: number, looks: number, moved: number}>} when each has moved last */
  #last = new WeakMap();

  /**
   * Looks at the lanes to one peer; called once a second for each.
   * @template {Mover} Lane
   * @param {Lane[]} lanes
   * @param {number} patience looks
   * @returns {Lane[]} those of which nothing has left for so many looks, whereas much has by others, to whomever
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
