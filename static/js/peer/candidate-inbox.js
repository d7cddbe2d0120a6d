/**
 * The candidates of the other side: no more of them than allowed, and none before the description they belong to.
 *
 * @module
 */

/** @typedef {RTCIceCandidateInit | null} Candidate null: there are no more */

export class CandidateInbox {
  #connection;
  #allowance;
  #open = false;
  /** @type {Candidate[]} came before their description */
  #early = [];

  /**
   * @param {RTCPeerConnection} connection
   * @param {import("./messages.js").Allowance} allowance shared by all connections to this peer
   */
  constructor(connection, allowance) {
    this.#connection = connection;
    this.#allowance = allowance;
  }

  /**
   * Takes candidates.
   *
   * @param {Candidate[]} candidates
   * @param {{drop: boolean}} options drop: count them, but they belong to an offer that is being ignored
   */
  take(candidates, { drop }) {
    const allowed = candidates.filter(() => this.#allowance.take());
    if (drop) return;
    if (this.#open) for (const candidate of allowed) this.#add(candidate);
    else this.#early.push(...allowed);
  }

  /** A remote description is being set: the browser itself puts what is added from now on behind it. */
  open() {
    this.#open = true;
    for (const candidate of this.#early.splice(0)) this.#add(candidate);
  }

  /**
   * A candidate that does not fit (of a superseded generation, of an unknown protocol) does no harm and is skipped.
   *
   * @param {Candidate} candidate
   */
  #add(candidate) {
    this.#connection.addIceCandidate(candidate ?? undefined).catch(() => {});
  }
}
