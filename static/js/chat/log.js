/** The messages of a chat, in order, bounded, each one once no matter how many peers send it. */

import { LIMITS } from "./messages.js";

/** @import { ChatMessage, Kept, Picture } from "./messages.js" */

/** @typedef {{pid: string, name: string}} Recipient of a private message */

/**
 * @typedef {object} Entry
 * @property {string} key @property {string} id @property {string} text @property {boolean} own
 * @property {readonly Picture[]} pictures
 * @property {string} pid of the author
 * @property {string} name of the author
 * @property {number} at gives the order: milliseconds since 1970, close to when it arrived
 * @property {number} time the time to show: `at`, but never in the future
 * @property {string} from the name of the person who forwarded it; empty when the author sent it
 * @property {Recipient | null} to null: everyone
 * @property {string} reply the id of the message that it answers; empty: none
 * @property {number} version how often its author has changed it
 * @property {boolean} deleted by its author
 * @property {Set<string>} waiting pids that have not confirmed our own message, in this version
 */

/** How far a clock may be ahead of ours: an answer is dated after all its author had read, so a fast clock takes others along. */
const MAX_AHEAD_MS = 600_000;
/** Characters that each message, and each picture, counts in addition. */
const OVERHEAD = 128;

export class ChatLog {
  /** @type {Entry[]} oldest first */
  #entries = [];
  #characters = 0;
  #added = 0;

  /** @returns {readonly Entry[]} oldest first */
  get entries() {
    return this.#entries;
  }

  /** The time of the newest message; 0 without any. */
  get newest() {
    return this.#entries.at(-1)?.at ?? 0;
  }

  /** What the author says goes before what others forward. @param {string} id @returns {Entry | undefined} */
  find(id) {
    const same = this.#entries.filter((one) => one.id === id);
    return same.find(({ from }) => from === "") ?? same[0];
  }

  /**
   * A known message stays as it is, except that its author may confirm it, and change it by a higher version. What others forward
   * replaces nothing: two messages that differ in text or pictures are two, even under one id.
   * @param {Kept} kept
   * @param {{own?: boolean, from?: string, to?: Recipient | null, oldest?: number, now?: number}} how from: the name of the person who
   *   forwarded it; oldest: how many milliseconds ago it may have been written, so that no one hides it among messages that were read
   * @returns {{entry: Entry, is: "new" | "confirmed" | "edited" | "known" | "too-old", dropped: Entry[]}} dropped: the oldest, for lack of room
   */
  addMessage(kept, { own = false, from = "", to = null, oldest = Infinity, now = Date.now() } = {}) {
    const { id, pid, name, at, text, pictures = [], reply = "", version = 0 } = kept;
    const known = this.#knownOf(kept, from, to);
    if (known) {
      const is = this.#onKnown(known, kept, from);
      return { entry: known, is, dropped: this.#trim() };
    }
    this.#added += 1;
    const order = Math.min(Math.max(at, now - oldest), now + MAX_AHEAD_MS);
    const deleted = isDeleted(kept);
    const entry = { key: String(this.#added), id, pid, name, at: order, time: Math.min(order, now), text, pictures, own, from, to, reply, version, deleted, waiting: new Set() };
    this.#insert(entry);
    const dropped = this.#trim();
    return { entry, is: dropped.includes(entry) ? "too-old" : "new", dropped };
  }

  /** @param {Kept} kept @param {string} from @param {Recipient | null} to */
  #knownOf({ id, pid, text, pictures = [], version = 0 }, from, to) {
    const same = this.#entries.filter((one) => one.pid === pid && one.id === id && (one.to === null) === (to === null));
    const authored = same.find((one) => one.from === "");
    const equal = same.find((one) => one.text === text && samePictures(one.pictures, pictures));
    if (from !== "") return equal ?? (authored && version < authored.version ? authored : undefined);
    return authored ?? equal ?? same.find((one) => one.version < version && (pictures.length === 0 || samePictures(one.pictures, pictures)));
  }

  /** @param {Entry} known @param {Kept} kept @param {string} from @returns {"confirmed" | "edited" | "known"} */
  #onKnown(known, kept, from) {
    if (from !== "") return "known";
    const { version = 0, name } = kept;
    const [confirmed, edited] = [known.from !== "", version > known.version];
    if (confirmed) Object.assign(known, { from: "", name });
    if (edited) this.change(known, kept);
    return edited ? "edited" : confirmed ? "confirmed" : "known";
  }

  /** A newer version of a message. Its pictures stay, unless it is deleted. @param {Entry} entry @param {Pick<ChatMessage, "text" | "pictures" | "version">} change */
  change(entry, change) {
    this.#characters -= sizeOf(entry);
    const deleted = isDeleted(change);
    Object.assign(entry, { text: change.text, version: change.version, deleted, pictures: deleted ? [] : entry.pictures });
    this.#characters += sizeOf(entry);
  }

  /** @param {Entry} entry */
  #insert(entry) {
    const { at, id } = entry;
    const after = this.#entries.findLastIndex((one) => one.at < at || (one.at === at && one.id <= id));
    this.#entries.splice(after + 1, 0, entry);
    this.#characters += sizeOf(entry);
  }

  /** Drops the oldest messages. */
  #trim() {
    const dropped = [];
    while (this.#entries.length > LIMITS.messagesKept || this.#characters > LIMITS.charactersKept) {
      const oldest = /** @type {Entry} */ (this.#entries.shift());
      this.#characters -= sizeOf(oldest);
      dropped.push(oldest);
    }
    return dropped;
  }
}

/** @param {Pick<ChatMessage, "text" | "pictures" | "version">} message */
export function isDeleted({ text, pictures = [], version = 0 }) {
  return version > 0 && text === "" && pictures.length === 0;
}

/** @param {readonly Picture[]} some @param {readonly Picture[]} others */
function samePictures(some, others) {
  return JSON.stringify(some) === JSON.stringify(others);
}

/** @param {Entry} entry @returns {number} characters */
function sizeOf({ text, name, pictures }) {
  return pictures.reduce((sum, picture) => sum + picture.name.length + OVERHEAD, text.length + name.length + OVERHEAD);
}
