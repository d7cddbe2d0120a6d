/**
 * Messages of people whose arrival has not been told yet: kept for a moment, within bounds.
 *
 * @module
 */

/** @typedef {import("./messages.js").PeerMessage} PeerMessage */

/** This many of this many people. */
const MESSAGES = 16;
const PEOPLE = 16;

export class EarlyMessages {
  /** @type {Map<string, PeerMessage[]>} */
  #kept = new Map();

  /**
   * @param {string} from
   * @param {PeerMessage} message
   */
  keep(from, message) {
    const kept = this.#kept.get(from) ?? [];
    if (kept.length >= MESSAGES || (kept.length === 0 && this.#kept.size >= PEOPLE)) return;
    if (message.bye) this.#kept.delete(from);
    else this.#kept.set(from, [...kept, message]);
  }

  /**
   * Hands out what was kept of somebody.
   *
   * @param {string} from
   * @returns {PeerMessage[]} in the order of their coming
   */
  release(from) {
    const kept = this.#kept.get(from) ?? [];
    this.#kept.delete(from);
    return kept;
  }

  /** Forgets everything. */
  clear() {
    this.#kept.clear();
  }
}
