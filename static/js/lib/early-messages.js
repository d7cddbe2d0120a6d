/** Messages from peers who have not been announced yet: a bounded number of each, from a bounded number of peers. */

const MAX_MESSAGES = 16;
const MAX_PEERS = 16;

/** @template T */
export class EarlyMessages {
  #queues = /** @type {Map<string, T[]>} */ (new Map());

  /** @param {string} from @param {T} message dropped when a limit is reached */
  queue(from, message) {
    const queued = this.#queues.get(from) ?? [];
    if (queued.length >= MAX_MESSAGES || (queued.length === 0 && this.#queues.size >= MAX_PEERS)) return;
    this.#queues.set(from, [...queued, message]);
  }

  /** Returns the queued messages of a peer, oldest first, and forgets them. @param {string} from @returns {T[]} */
  release(from) {
    const queued = this.#queues.get(from) ?? [];
    this.#queues.delete(from);
    return queued;
  }

  clear() {
    this.#queues.clear();
  }
}
