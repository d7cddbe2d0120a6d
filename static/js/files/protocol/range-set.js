/** A set of integers as ranges: the pieces of a file that are present. */

/** @typedef {[from: number, end: number][]} Ranges ascending and disjoint, `end` excluded */

/** A message names at most this many; pieces beyond them are sent again. */
export const MAX_RANGES = 1_000;

export class RangeSet {
  /** @type {Ranges} */
  #ranges;

  /** @param {Ranges} [ranges] */
  constructor(ranges = []) {
    this.#ranges = ranges.map(([from, end]) => [from, end]);
  }

  /** @returns {Ranges} a copy */
  get ranges() {
    return this.#ranges.map(([from, end]) => [from, end]);
  }

  get size() {
    return this.#ranges.reduce((sum, [from, end]) => sum + end - from, 0);
  }

  /** @param {number} number */
  has(number) {
    const range = this.#ranges[this.#at(number)];
    return range !== undefined && range[0] <= number;
  }

  /** @param {number} number */
  add(number) {
    if (this.has(number)) return;
    const at = this.#at(number);
    const [before, after] = [this.#ranges[at - 1], this.#ranges[at]];
    const [joinsBefore, joinsAfter] = [before?.[1] === number, after?.[0] === number + 1];
    if (joinsBefore && joinsAfter) this.#ranges.splice(at - 1, 2, [before[0], after[1]]);
    else if (joinsBefore) before[1] = number + 1;
    else if (joinsAfter) after[0] = number;
    else this.#ranges.splice(at, 0, [number, number + 1]);
  }

  /** @param {number} number */
  delete(number) {
    if (!this.has(number)) return;
    const at = this.#at(number);
    const [from, end] = this.#ranges[at];
    /** @type {Ranges} */
    const rest = [[from, number], [number + 1, end]];
    this.#ranges.splice(at, 1, ...rest.filter(([low, high]) => low < high));
  }

  /** The first range that ends after a number. @param {number} number */
  #at(number) {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle][1] > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** @param {unknown} value @param {number} end @returns {Ranges | null} null: not ascending and disjoint, too many, or beyond the end */
export function readRanges(value, end) {
  if (!Array.isArray(value) || value.length > MAX_RANGES) return null;
  let last = -1;
  for (const range of value) {
    if (!Array.isArray(range) || range.length !== 2 || !range.every(Number.isSafeInteger)) return null;
    if (range[0] <= last || range[1] <= range[0] || range[1] > end) return null;
    last = range[1];
  }
  return value.map(([from, to]) => [from, to]);
}
