/** Short texts that this browser keeps. Where storage is blocked or full they are kept for this visit, in memory. */

class TextStorage {
  #area;
  /** What the browser did not take. @type {Map<string, string | null>} */
  #visit = new Map();

  /** @param {"localStorage" | "sessionStorage"} area */
  constructor(area) {
    this.#area = area;
  }

  /** @param {string} key @returns {string | null} null: nothing was saved */
  load(key) {
    if (this.#visit.has(key)) return this.#visit.get(key) ?? null;
    try {
      return globalThis[this.#area].getItem(key);
    } catch {
      return null;
    }
  }

  /** @param {string} key @param {string | null} value null: removes it @returns {boolean} whether the browser keeps it */
  save(key, value) {
    try {
      if (value === null) globalThis[this.#area].removeItem(key);
      else globalThis[this.#area].setItem(key, value);
      this.#visit.delete(key);
      return true;
    } catch {
      this.#visit.set(key, value);
      return false;
    }
  }

  /** Removes everything that this site keeps there. */
  clear() {
    this.#visit.clear();
    try {
      globalThis[this.#area].clear();
    } catch {
      // It keeps nothing.
    }
  }
}

/** For later visits too. */
export const browserStorage = new TextStorage("localStorage");
/** For this tab, also after it went to another page. */
export const tabStorage = new TextStorage("sessionStorage");

/**
 * Opens a channel to the other tabs of this browser profile.
 * @param {string} name @returns {BroadcastChannel | null} null where it is blocked: browsers count it as storage
 */
export function openTabChannel(name) {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}
