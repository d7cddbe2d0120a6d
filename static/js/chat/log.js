/** The messages of a chat, in order, bounded, each one once no matter how many peers send it. */

import { LIMITS } from "./messages.js";

/** @import { Kept, Picture } from "./messages.js" */

/**
 * @typedef {object} Entry
 * @property {string} key @property {string} id @property {string} text @property {boolean} own
 * @property {readonly Picture[]} pictures
 * @property {string} pid of the author
 * @property {string} name of the author
 * @property {number} at gives the order: milliseconds since 1970, close to when it arrived
 * @property {number} time the time to show: `at`, but never in the future
 * @property {string} from the name of the person who forwarded it; empty when the author sent it
 * @property {Set<string>} waiting pids that have not confirmed our own message
 */

/** How far a clock may be ahead of ours: an answer is dated after all its author had read, so a fast clock takes others along. */
const MAX_AHEAD_MS = 600_000;
/** Characters that each message, and each picture, counts in addition. */
const OVERHEAD = 128;

export class ChatLog {
  /** @type {Map<string, Entry>} */
  #byKey = new Map();
  /** @type {Entry[]} oldest first */
  #entries = [];
  #characters = 0;

  /** @returns {readonly Entry[]} oldest first */
  get entries() {
    return this.#entries;
  }

  /** The time of the newest message; 0 without any. */
  get newest() {
    return this.#entries.at(-1)?.at ?? 0;
  }

  /**
   * A known message stays as it is, except that its author may confirm it. Two messages that differ in anything but the time
   * are two, even under one id: no one can replace a text.
   * @param {Kept} kept
   * @param {{own?: boolean, from?: string, oldest?: number, now?: number}} how from: the name of the person who forwarded it; oldest:
   *   how many milliseconds ago it may have been written, so that no one hides it among messages that were read long ago
   * @returns {{entry: Entry, is: "new" | "confirmed" | "known" | "too-old", dropped: Entry[]}} dropped: the oldest, for lack of room
   */
  addMessage({ id, pid, name, at, text, pictures = [] }, { own = false, from = "", oldest = Infinity, now = Date.now() } = {}) {
    const key = JSON.stringify([pid, id, text, pictures]);
    const known = this.#byKey.get(key);
    if (known) {
      const confirmed = known.from !== "" && from === "";
      if (confirmed) Object.assign(known, { from, name });
      return { entry: known, is: confirmed ? "confirmed" : "known", dropped: [] };
    }
    const order = Math.min(Math.max(at, now - oldest), now + MAX_AHEAD_MS);
    const entry = { key, id, pid, name, at: order, time: Math.min(order, now), text, pictures, own, from, waiting: new Set() };
    this.#insert(entry);
    const dropped = this.#trim();
    return { entry, is: dropped.includes(entry) ? "too-old" : "new", dropped };
  }

  /** @param {Entry} entry */
  #insert(entry) {
    const { at, id } = entry;
    const after = this.#entries.findLastIndex((one) => one.at < at || (one.at === at && one.id <= id));
    this.#entries.splice(after + 1, 0, entry);
    this.#byKey.set(entry.key, entry);
    this.#characters += sizeOf(entry);
  }

  /** Drops the oldest messages. */
  #trim() {
    const dropped = [];
    while (this.#entries.length > LIMITS.messagesKept || this.#characters > LIMITS.charactersKept) {
      const oldest = /** @type {Entry} */ (this.#entries.shift());
      this.#byKey.delete(oldest.key);
      this.#characters -= sizeOf(oldest);
      dropped.push(oldest);
    }
    return dropped;
  }
}

/** @param {Entry} entry @returns {number} characters */
function sizeOf({ text, name, pictures }) {
  return pictures.reduce((sum, picture) => sum + picture.name.length + OVERHEAD, text.length + name.length + OVERHEAD);
}
