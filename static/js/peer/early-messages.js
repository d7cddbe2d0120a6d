/** Queues a bounded number of messages from peers whose arrival has not been announced yet. */

/** @import { PeerMessage } from "./messages.js" */

const MAX_MESSAGES = 16;
const MAX_PEERS = 16;

export class EarlyMessages {
  #queues = /** @type {Map<string, PeerMessage[]>} */ (new Map());

  /** @param {string} from @param {PeerMessage} message */
  queue(from, message) {
    const queued = this.#queues.get(from) ?? [];
    if (queued.length >= MAX_MESSAGES || (queued.length === 0 && this.#queues.size >= MAX_PEERS)) return;
    if (message.bye) this.#queues.delete(from);
    else this.#queues.set(from, [...queued, message]);
  }

  /** Returns the queued messages of a peer, oldest first. @param {string} from @returns {PeerMessage[]} */
  release(from) {
    const queued = this.#queues.get(from) ?? [];
    this.#queues.delete(from);
    return queued;
  }

  clear() {
    this.#queues.clear();
  }
}
