/** Messages from peers who have not been announced yet: a bounded number of each, from those who wrote last. */

import { RecentMap } from "./recent-map.js";

const MAX_MESSAGES = 16;
const MAX_PEERS = 64;

/** @template T */
export class EarlyMessages {
  /** Strangers who write first do not keep others out: the oldest queue gives way. @type {RecentMap<T[]>} */
  #queues = new RecentMap(MAX_PEERS);

  /** @param {string} from @param {T} message dropped when this peer has too many */
  queue(from, message) {
    const queued = this.#queues.get(from) ?? [];
    if (queued.length < MAX_MESSAGES) this.#queues.set(from, [...queued, message]);
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
