/** What is remembered of visitors: everything of those who are here, and of a number of those who have left. */

/** @template Value @extends {Map<string, Value>} */
export class VisitorMap extends Map {
  #mostAway;
  #forgotten;
  /** @type {Set<string>} */
  #here = new Set();

  /** @param {number} mostAway those who left @param {(key: string, value: Value) => void} [forgotten] called for the ones beyond, the first to leave first */
  constructor(mostAway, forgotten = () => {}) {
    super();
    this.#mostAway = mostAway;
    this.#forgotten = forgotten;
  }

  /** @param {Iterable<string>} keys everyone who is here now */
  setHere(keys) {
    const before = this.#here;
    this.#here = new Set(keys);
    // Those who have just left are the last to leave.
    for (const key of [...before, ...this.#here]) this.#moveLast(key);
    this.#tidy();
  }

  /** @param {string} key */
  arrive(key) {
    this.#here.add(key);
    this.#moveLast(key);
  }

  /** @param {string} key */
  leave(key) {
    this.#here.delete(key);
    this.#moveLast(key);
    this.#tidy();
  }

  /** @param {string} key */
  #moveLast(key) {
    const value = this.get(key);
    if (value === undefined) return;
    this.delete(key);
    this.set(key, value);
  }

  #tidy() {
    let excess = this.size - this.#here.size - this.#mostAway;
    for (const [key, value] of excess > 0 ? this : []) {
      if (excess <= 0) return;
      if (this.#here.has(key)) continue;
      this.delete(key);
      this.#forgotten(key, value);
      excess -= 1;
    }
  }
}
