/**
 * The candidates of the other side: no more of them than allowed, each once, and none before the description they belong
 * to. The same candidate may come several times, by several ways.
 */

/** @import { RateLimiter } from "../../lib/rate-limiter.js" */

/** @typedef {RTCIceCandidateInit | null} Candidate null: there are no more */

const MAX_SEEN = 512;

export class CandidateInbox {
  #connection;
  #rateLimiter;
  #open = false;
  /** @type {Set<string>} those that were taken, as text */
  #seen = new Set();
  /** @type {Candidate[]} came before their description */
  #early = [];

  /**
   * @param {RTCPeerConnection} connection
   * @param {RateLimiter} limiter shared by all connections to this peer
   */
  constructor(connection, limiter) {
    this.#connection = connection;
    this.#rateLimiter = limiter;
  }

  /**
   * Takes candidates.
   * @param {Candidate[]} candidates
   * @param {{drop: boolean}} options drop: count them, but they belong to an offer that is being ignored
   */
  receive(candidates, { drop }) {
    const fresh = candidates.filter((candidate) => !this.#seen.has(words(candidate)) && this.#rateLimiter.consume());
    if (drop) return;
    if (this.#open) for (const candidate of fresh) this.#add(candidate);
    else this.#early.push(...fresh);
  }

  /** A remote description is being set: the browser itself puts what is added from now on behind it. */
  open() {
    this.#open = true;
    for (const candidate of this.#early.splice(0)) this.#add(candidate);
  }

  /**
   * A candidate that does not fit (of a superseded generation, of an unknown protocol) does no harm and is skipped.
   * @param {Candidate} candidate
   */
  #add(candidate) {
    // The limiter keeps the set small; what is forgotten only counts twice.
    if (this.#seen.size >= MAX_SEEN) this.#seen.clear();
    if (candidate) this.#seen.add(words(candidate));
    // One that has overtaken its description may come again behind it.
    const forget = () => this.#seen.delete(words(candidate));
    this.#connection.addIceCandidate(candidate ?? undefined).catch(forget);
  }
}

/** @param {Candidate} candidate */
function words(candidate) {
  return candidate ? JSON.stringify([candidate.candidate, candidate.sdpMid, candidate.usernameFragment]) : "";
}
