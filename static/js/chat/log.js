/** What was said in a room, in order, bounded, each message once however many peers have kept it. */

import { LIMITS } from "./messages.js";

/** @import { Kept } from "./messages.js" */

/**
 * @typedef {object} Entry
 * @property {string} key
 * @property {string} id
 * @property {string} pid of the author
 * @property {string} name of the author
 * @property {number} at gives the order: milliseconds since 1970, not much later or earlier than when it came
 * @property {number} time what is shown as its time: `at`, but never in the future
 * @property {string} text
 * @property {boolean} own
 * @property {string} from the name of who handed it on; empty when the author told it themselves
 * @property {Set<string>} waiting pids of those to whom one's own message has not come yet
 */

/**
 * How far ahead of ours a clock may be. A message is written after all that its author had read, so that an answer never stands
 * above its question: one whose clock is ahead takes the others along.
 */
const MAX_AHEAD_MS = 600_000;
/** What else a message costs in the count of characters. */
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

  /** When the newest was written, 0 without any. */
  get newest() {
    return this.#entries.at(-1)?.at ?? 0;
  }

  /**
   * Takes a message. One that is known stays as it is, except that its author may say that it is theirs.
   *
   * Two messages that differ in anything but the time are two, even under one id: nobody can put other words in the place of
   * what was said.
   * @param {Kept} kept
   * @param {{own?: boolean, from?: string, oldest?: number, now?: number}} how from: name of who handed it on, empty for the
   *   author; oldest: how many milliseconds ago it may have been written, as somebody could hide it among what was read long ago
   * @returns {{entry: Entry, is: "new" | "confirmed" | "known" | "too-old"}}
   */
  addMessage({ id, pid, name, at, text }, { own = false, from = "", oldest = Infinity, now = Date.now() } = {}) {
    const key = JSON.stringify([pid, id, text]);
    const known = this.#byKey.get(key);
    if (known) {
      const confirmed = known.from !== "" && from === "";
      if (confirmed) Object.assign(known, { from, name });
      return { entry: known, is: confirmed ? "confirmed" : "known" };
    }
    const order = Math.min(Math.max(at, now - oldest), now + MAX_AHEAD_MS);
    const entry = { key, id, pid, name, at: order, time: Math.min(order, now), text, own, from, waiting: new Set() };
    this.#insert(entry);
    return { entry, is: this.#trim(entry) ? "new" : "too-old" };
  }

  /** @param {Entry} entry */
  #insert(entry) {
    const { at, id } = entry;
    const after = this.#entries.findLastIndex((one) => one.at < at || (one.at === at && one.id <= id));
    this.#entries.splice(after + 1, 0, entry);
    this.#byKey.set(entry.key, entry);
    this.#characters += entry.text.length + entry.name.length + OVERHEAD;
  }

  /**
   * Lets the oldest go.
   * @param {Entry} kept
   * @returns {boolean} whether this one is still there
   */
  #trim(kept) {
    while (this.#entries.length > LIMITS.messagesKept || this.#characters > LIMITS.charactersKept) {
      const oldest = /** @type {Entry} */ (this.#entries.shift());
      this.#byKey.delete(oldest.key);
      this.#characters -= oldest.text.length + oldest.name.length + OVERHEAD;
    }
    return this.#byKey.has(kept.key);
  }
}
