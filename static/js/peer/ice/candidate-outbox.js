/** Batches ICE candidates for about 100 ms: browsers find several at once, and a message costs the server as much as a batch. */

const GATHER_MS = 100;

/** @typedef {RTCIceCandidateInit | null} Candidate null: end of candidates */

export class CandidateOutbox {
  #waiting = /** @type {Candidate[]} */ ([]);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #send;

  /** @param {(candidates: Candidate[]) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** Sends the batch after 100 ms, or at once with the final null. @param {Candidate} candidate */
  push(candidate) {
    this.#waiting.push(candidate);
    if (candidate === null) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

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
