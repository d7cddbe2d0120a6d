/** Batches ICE candidates: browsers find several at once, and a message costs the server as much as a batch. */

const GATHER_MS = 100;
/** What the machine itself has is found within milliseconds, one after the other. */
const COLLECT = { quietMs: 5, longestMs: 25 };

/** @typedef {RTCIceCandidateInit | null} Candidate null: end of candidates */

export class CandidateOutbox {
  #waiting = /** @type {Candidate[]} */ ([]);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {(() => void) | null} */
  #collected = null;
  #send;

  /** @param {(candidates: Candidate[]) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** Sends the batch after 100 ms, or at once with the final null. @param {Candidate} candidate */
  push(candidate) {
    this.#waiting.push(candidate);
    if (this.#collected) {
      if (candidate === null || isHidden()) this.#collected();
      else this.#wait(COLLECT.quietMs, this.#collected);
    } else if (candidate === null) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  /**
   * Returns what is found in the next moments, for the message that goes out then. While the page is hidden, its timers are late: then
   * the first candidate ends these moments.
   * @returns {Promise<Candidate[]>} empty after `clear`
   */
  collect() {
    return new Promise((resolve) => {
      this.#collected = () => {
        const batch = this.#waiting;
        this.#collected = null;
        this.clear();
        resolve(batch);
      };
      const enough = isHidden() ? this.#waiting.length > 0 : this.#waiting.includes(null);
      if (enough) this.#collected();
      else this.#wait(this.#waiting.length > 0 ? COLLECT.quietMs : COLLECT.longestMs, this.#collected);
    });
  }

  clear() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
    this.#collected?.();
  }

  /** @param {number} ms @param {() => void} then */
  #wait(ms, then) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }

  #flush() {
    const batch = this.#waiting;
    this.clear();
    this.#send(batch);
  }
}

/** @returns {boolean} */
function isHidden() {
  return globalThis.document?.visibilityState === "hidden";
}
