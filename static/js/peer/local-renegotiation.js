/**
 * Changes how we send audio (packet length, redundancy) without the other side: we answer our own offer with their last
 * description. Two descriptions of some 16 kB over 40 kbit/s would silence a call for seconds, just when the link is thin.
 */

import { receiveStereo } from "./receive-stereo.js";

export class LocalRenegotiation {
  #connection;
  /** The last remote description, turned into an answer; empty before the first. */
  #remoteAnswer = "";
  #requested = false;
  #requestedAgain = false;
  /** Whether the current offer is answered here, unknown to the other side. */
  active = false;

  /** @param {RTCPeerConnection} connection */
  constructor(connection) {
    this.#connection = connection;
  }

  /**
   * @param {string} theirs as it came @param {string} [ours] our answer to their offer: it fixes the DTLS roles (RFC 8842 §5.5)
   */
  setRemoteDescription(theirs, ours = "") {
    const role = /^a=setup:active\r?$/m.test(ours) ? "passive" : "active";
    this.#remoteAnswer = theirs.replaceAll("a=setup:actpass", `a=setup:${role}`);
  }

  /** @returns {boolean} whether to call `run`; false: a run is due or under way and will cover this request */
  request() {
    this.#requestedAgain = this.#requested;
    if (this.#requested) return false;
    this.#requested = true;
    return true;
  }

  /**
   * @param {(sdp: string) => string} munge
   * @param {() => boolean} idle whether no other negotiation is under way
   * @returns {Promise<"done" | "again" | "negotiate">} again: something came in between; negotiate: nothing has changed, because
   *   this browser does not accept it or there is more to agree on
   */
  async run(munge, idle) {
    this.#requestedAgain = false;
    const connection = this.#connection;
    try {
      const { type, sdp = "" } = await connection.createOffer();
      const offer = { type, sdp: receiveStereo(sdp) };
      if (!idle()) return "again";
      if (this.#remoteAnswer === "" || !changesNothing(offer.sdp, connection.currentLocalDescription?.sdp)) return "negotiate";
      this.active = true;
      // Both at once, so that a message from the peer is processed before or after the two (W3C WebRTC §4.4.1.2).
      const answer = { type: /** @type {const} */ ("answer"), sdp: munge(this.#remoteAnswer) };
      await Promise.all([connection.setLocalDescription(offer), connection.setRemoteDescription(answer)]);
      return this.#requestedAgain ? "again" : "done";
    } catch {
      // Roll back an offer that got no answer; a closed connection has none.
      if (connection.signalingState === "have-local-offer") await connection.setLocalDescription({ type: "rollback" });
      return "negotiate";
    } finally {
      this.active = this.#requested = false;
    }
  }
}

/** No new sections, no ICE restart. @param {string} offer @param {string | undefined} current */
function changesNothing(offer, current) {
  return current !== undefined && signature(offer) === signature(current);
}

/** @param {string} sdp */
function signature(sdp) {
  return (sdp.match(/^(?:m=\w+|a=mid:|a=ice-ufrag:|a=sendrecv|a=sendonly|a=recvonly|a=inactive).*?(?= |\r|$)/gm) ?? []).join();
}

/** Queues operations until no other is under way. */
export class OperationQueue {
  /** @type {(() => void)[]} */
  #waiting = [];
  #idle;

  /** @param {() => boolean} idle */
  constructor(idle) {
    this.#idle = idle;
  }

  /** @param {() => void} operation runs now or at a later `drain` */
  enqueue(operation) {
    this.#waiting.push(operation);
    this.drain();
  }

  /** Call whenever an operation may have ended. */
  drain() {
    while (this.#idle() && this.#waiting.length > 0) this.#waiting.shift()?.();
  }
}
