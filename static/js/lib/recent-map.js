/** A map that is bounded: the entry that was set longest ago gives way. */

/** @template Value @extends {Map<string, Value>} */
export class RecentMap extends Map {
  #most;

  /** @param {number} most entries */
  constructor(most) {
    super();
    this.#most = most;
  }

  /** @override @param {string} key @param {Value} value */
  set(key, value) {
    this.delete(key);
    if (this.size >= this.#most) this.delete(/** @type {string} */ (this.keys().next().value));
    return super.set(key, value);
  }
}
