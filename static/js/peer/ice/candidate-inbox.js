/** Remote candidates: rate-limited, each added once (several paths may bring it), none before its description. */

/** @typedef {RTCIceCandidateInit | null} Candidate null: end of candidates */

const MAX_SEEN = 512;

export class CandidateInbox {
  #connection;
  #mayTake;
  #open = false;
  #seen = new Set();
  /** @type {Candidate[]} received before their description */
  #early = [];

  /** @param {RTCPeerConnection} connection @param {() => boolean} mayTake counts one more, if the peer may have it */
  constructor(connection, mayTake) {
    this.#connection = connection;
    this.#mayTake = mayTake;
  }

  /** @param {Candidate[]} candidates @param {{drop: boolean}} options drop: they belong to an ignored offer and only count */
  receive(candidates, { drop }) {
    const fresh = candidates.filter((candidate) => !this.#seen.has(identityOf(candidate)) && this.#mayTake());
    if (drop) return;
    if (this.#open) for (const candidate of fresh) this.#add(candidate);
    else this.#early.push(...fresh);
  }

  /** A remote description is being set: from now on the browser queues candidates behind it. */
  open() {
    this.#open = true;
    for (const candidate of this.#early.splice(0)) this.#add(candidate);
  }

  /** Skips candidates that do not fit (an old generation, an unknown protocol). @param {Candidate} candidate */
  #add(candidate) {
    // The limiter keeps the set small; clearing it only lets a candidate count twice.
    if (this.#seen.size >= MAX_SEEN) this.#seen.clear();
    if (candidate) this.#seen.add(identityOf(candidate));
    // A candidate that overtook its description may come again after it.
    const forget = () => this.#seen.delete(identityOf(candidate));
    this.#connection.addIceCandidate(candidate ?? undefined).catch(forget);
  }
}

/** @param {Candidate} candidate */
function identityOf(candidate) {
  return candidate ? JSON.stringify([candidate.candidate, candidate.sdpMid, candidate.usernameFragment]) : "";
}
