/**
 * Sends in another manner without a word to the other side. How sound goes (longer packets, each one twice) is what the
 * description of the other side asks for; to change it there, the two need not agree anew: an offer of ours is answered
 * here, with what they have said before. Two descriptions have some 16 kB: on 40 kbit/s they would silence the call for
 * seconds, and right when it has become thin.
 */

export class LocalRenegotiation {
  #connection;
  /** What they have said last, as an answer; empty: nothing yet. */
  #remoteAnswer = "";
  #requested = false;
  #requestedAgain = false;
  /** An offer is out that is answered here: no other side knows of it. */
  active = false;

  /** @param {RTCPeerConnection} connection */
  constructor(connection) {
    this.#connection = connection;
  }

  /**
   * Takes note of a description of theirs, as it came.
   * @param {string} theirs
   * @param {string} [ours] the answer to it, if it was an offer: the roles in DTLS are distributed (RFC 8842 §5.5)
   */
  setRemoteDescription(theirs, ours = "") {
    const role = /^a=setup:active\r?$/m.test(ours) ? "passive" : "active";
    this.#remoteAnswer = theirs.replaceAll("a=setup:actpass", `a=setup:${role}`);
  }

  /** @returns {boolean} whether `run` should be called; false: it will be, or is being, and hears of it */
  request() {
    this.#requestedAgain = this.#requested;
    if (this.#requested) return false;
    this.#requested = true;
    return true;
  }

  /**
   * Offers, and answers.
   * @param {(sdp: string) => string} amend
   * @param {() => boolean} free whether nothing else is under way
   * @returns {Promise<"done" | "again" | "negotiate">} again: something came in between; negotiate: nothing has
   *   changed, because this browser does not take it or there is more to agree on
   */
  async run(amend, free) {
    this.#requestedAgain = false;
    const connection = this.#connection;
    try {
      const offer = await connection.createOffer();
      if (!free()) return "again";
      if (this.#remoteAnswer === "" || !changesNothing(offer.sdp, connection.currentLocalDescription?.sdp)) return "negotiate";
      this.active = true;
      // Both at once: whatever comes from the other side is taken before or after the two (W3C WebRTC §4.4.1.2).
      const answer = { type: /** @type {const} */ ("answer"), sdp: amend(this.#remoteAnswer) };
      await Promise.all([connection.setLocalDescription(offer), connection.setRemoteDescription(answer)]);
      return this.#requestedAgain ? "again" : "done";
    } catch {
      // An offer without its answer is withdrawn; a connection that has been closed has none.
      if (connection.signalingState === "have-local-offer") await connection.setLocalDescription({ type: "rollback" });
      return "negotiate";
    } finally {
      this.active = this.#requested = false;
    }
  }
}

/**
 * Tells whether an offer asks for nothing but what is in force: no further sections, no new search for a way.
 * @param {string | undefined} offer
 * @param {string | undefined} current what was agreed last
 */
function changesNothing(offer, current) {
  return offer !== undefined && current !== undefined && marks(offer) === marks(current);
}

/** @param {string} sdp */
function marks(sdp) {
  return (sdp.match(/^(?:m=\w+|a=mid:|a=ice-ufrag:|a=sendrecv|a=sendonly|a=recvonly|a=inactive).*?(?= |\r|$)/gm) ?? []).join();
}

/** What waits until nothing else is under way. */
export class OperationQueue {
  /** @type {(() => void)[]} */
  #waiting = [];
  #idle;

  /** @param {() => boolean} idle */
  constructor(idle) {
    this.#idle = idle;
  }

  /** @param {() => void} act done now or at a later `drain` */
  enqueue(act) {
    this.#waiting.push(act);
    this.drain();
  }

  /** Something may have come to its end. */
  drain() {
    while (this.#idle() && this.#waiting.length > 0) this.#waiting.shift()?.();
  }
}
