/**
 * Gathers ICE candidates for about 100 ms and sends them in one message: a browser finds several at once, and each
 * message costs the server as much as a whole batch.
 */

const GATHER_MS = 100;

/** @typedef {RTCIceCandidateInit | null} Candidate null: there are no more */

export class CandidateOutbox {
  /** @type {Candidate[]} */
  #waiting = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #send;

  /** @param {(candidates: Candidate[]) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** Takes one candidate. The last word (null) sends the batch at once. @param {Candidate} candidate */
  push(candidate) {
    this.#waiting.push(candidate);
    if (candidate === null) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  /** Forgets what waits: the connection it belongs to is gone. */
  clear() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }

  #flush() {
    const batch = this.#waiting;
    this.clear();
    this.#send(batch);
  }
}
