/** Messages of people whose arrival has not been told yet: kept for a moment, within bounds. */

/** @import { PeerMessage } from "./messages.js" */

/** This many of this many people. */
const MAX_MESSAGES = 16;
const MAX_PEERS = 16;

export class EarlyMessages {
  /** @type {Map<string, PeerMessage[]>} */
  #queues = new Map();

  /** @param {string} from @param {PeerMessage} message */
  queue(from, message) {
    const kept = this.#queues.get(from) ?? [];
    if (kept.length >= MAX_MESSAGES || (kept.length === 0 && this.#queues.size >= MAX_PEERS)) return;
    if (message.bye) this.#queues.delete(from);
    else this.#queues.set(from, [...kept, message]);
  }

  /**
   * Hands out what was kept of somebody.
   * @param {string} from
   * @returns {PeerMessage[]} in the order of their coming
   */
  release(from) {
    const kept = this.#queues.get(from) ?? [];
    this.#queues.delete(from);
    return kept;
  }

  /** Forgets everything. */
  clear() {
    this.#queues.clear();
  }
}
