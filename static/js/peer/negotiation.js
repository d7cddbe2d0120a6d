/**
 * Perfect negotiation (W3C WebRTC §10.7) on one RTCPeerConnection, over a way on which anything may get lost:
 *
 * - every RTCPeerConnection has an attempt number, and every message says which attempt speaks, and to which; what was
 *   meant for a superseded attempt is dropped;
 * - every answer says which offer it answers;
 * - a message may come several times, by several ways: an offer is taken once, and what is older than it is dropped.
 *
 * @module
 */

import { CandidateInbox } from "./candidate-inbox.js";
import { CandidateOutbox } from "./candidate-outbox.js";
import { Retuner, Turns } from "./local-renegotiation.js";

/** @typedef {import("./messages.js").PeerMessage} PeerMessage */

/** An offer that comes again this much later was repeated because its answer was lost; before that it is a double. */
const DOUBLE_WITHIN_MS = 1_000;

/**
 * @typedef {object} Options
 * @property {boolean} polite whether this side gives way when both offer at once
 * @property {number} attempt
 * @property {number} theirAttempt the highest heard of, 0 for none
 * @property {import("./messages.js").Allowance} allowance
 * @property {(sdp: string) => string} amend changes what a remote description asks this side to send
 * @property {(sdp: string) => void} prepareAnswer called when a remote offer has been set, before it is answered
 * @property {(message: PeerMessage) => void} send
 */

export class Negotiation {
  #connection;
  #options;
  #inbox;
  #outbox = new CandidateOutbox((candidates) => this.send({ candidates }));
  #life = new AbortController();
  #theirAttempt;
  /** @type {number | undefined} the attempt of theirs whose description was taken */
  #boundTo;
  #offers = 0;
  #makingOffer = false;
  #ignoringOffer = false;
  #settingAnswer = false;
  #retuner;
  /** How many offers of theirs are being taken. */
  #taking = 0;
  #turns = new Turns(() => this.#idle);
  /** @type {PeerMessage | null} the offer that is being answered; a newer one takes its place */
  #latest = null;
  /** The newest offer of `#theirAttempt` that was taken or passed over, 0 for none. */
  #theirOffer = 0;
  /** @type {{offer: number, at: number} | null} what was answered last, and when (ms on the page's clock) */
  #answered = null;

  /**
   * @param {RTCPeerConnection} connection fresh
   * @param {Options} options
   */
  constructor(connection, options) {
    this.#connection = connection;
    this.#options = options;
    this.#retuner = new Retuner(connection);
    this.#theirAttempt = options.theirAttempt;
    this.#inbox = new CandidateInbox(connection, options.allowance);
    const { signal } = this.#life;
    connection.addEventListener("negotiationneeded", () => this.#negotiate(), { signal });
    connection.addEventListener("signalingstatechange", () => this.#turns.goOn(), { signal });
    connection.addEventListener("icecandidate", ({ candidate }) => this.#found(candidate), { signal });
  }

  /** The highest attempt of theirs heard of. */
  get theirAttempt() {
    return this.#theirAttempt;
  }

  /** Nothing has been said by either side. */
  get untouched() {
    return this.#connection.remoteDescription === null && this.#connection.signalingState === "stable";
  }

  /** An offer of theirs is being taken, or has been: there is no need for a first one of ours. */
  get answering() {
    return this.#latest !== null;
  }

  /** An offer of ours is out and not answered. */
  get pending() {
    return this.#connection.signalingState === "have-local-offer" && !this.#retuner.active;
  }

  /** A description of theirs has been taken: the connection is more than a first offer. */
  get established() {
    return this.#connection.remoteDescription !== null;
  }

  /**
   * Tells whether a message is meant for this attempt and not of a superseded one.
   *
   * @param {PeerMessage} message
   */
  concerns({ attempt, to, description, bye }) {
    if (attempt < this.#theirAttempt || (to !== undefined && to !== this.#options.attempt)) return false;
    return to !== undefined || attempt === this.#theirAttempt || description?.type === "offer" || bye === true;
  }

  /**
   * Tells whether this RTCPeerConnection must be replaced before the message can be taken: the other side has begun
   * anew, or both made their first offer at once and this side is polite.
   *
   * @param {PeerMessage} message one that concerns this attempt
   */
  mustYield(message) {
    if (message.description?.type !== "offer") return false;
    return this.#beginsAnew(message) || (this.#collides() && this.#options.polite && !this.established);
  }

  /**
   * Takes a message that concerns this attempt.
   *
   * @param {PeerMessage} message
   * @returns {Promise<void>} settles when it has been acted upon
   * @throws {DOMException} when the description cannot be used
   */
  async receive(message) {
    const { description, candidates } = message;
    if (description?.type === "offer") {
      this.#taking += 1;
      await this.#takeOffer(message, description).finally(() => {
        this.#taking -= 1;
        this.#turns.goOn();
      });
    }
    if (description?.type === "answer") await this.#takeAnswer(message, description);
    if (candidates) this.#inbox.take(candidates, { drop: this.#ignoringOffer });
  }

  /** Negotiates anew; once the negotiation under way is over, if there is one. */
  renew() {
    if (this.established) this.#turns.take(() => void this.#negotiate());
  }

  /** Makes a changed `amend` heard, here alone; where that does not do, by negotiating anew. */
  retune() {
    if (!this.established || !this.#retuner.ask()) return;
    this.#turns.take(async () => {
      const done = await this.#retuner.run(this.#options.amend, () => this.#idle);
      if (this.#life.signal.aborted || done === "done") return;
      if (done === "again") this.retune();
      else this.renew();
    });
  }

  /** Sends the pending offer again, with the candidates found since. */
  repeat() {
    const { localDescription } = this.#connection;
    if (this.pending && !this.#makingOffer && localDescription) this.#describe(localDescription, this.#offers);
  }

  /**
   * Withdraws an unanswered offer and makes another, with what the network looks like now. One that adds sections is
   * repeated instead: if only its answer was lost, the other side has them already, and others in their place do not fit.
   */
  async withdraw() {
    const { currentLocalDescription, localDescription } = this.#connection;
    if (sections(localDescription) > sections(currentLocalDescription ?? localDescription)) return this.repeat();
    try {
      await this.#connection.setLocalDescription({ type: "rollback" });
      this.#connection.restartIce();
    } catch {
      // The answer came in between: there is nothing to withdraw any more.
    }
  }

  /**
   * Sends a message in the name of this attempt.
   *
   * @param {Omit<PeerMessage, "attempt" | "to">} content
   */
  send(content) {
    const to = this.#boundTo === undefined ? {} : { to: this.#boundTo };
    this.#options.send({ attempt: this.#options.attempt, ...to, ...content });
  }

  /** Stops; what is still under way comes to nothing. */
  stop() {
    this.#life.abort();
    this.#outbox.clear();
  }

  async #negotiate() {
    try {
      this.#makingOffer = true;
      await this.#connection.setLocalDescription();
      const { localDescription } = this.#connection;
      if (this.#life.signal.aborted || !this.pending || !localDescription) return;
      this.#offers += 1;
      this.#describe(localDescription, this.#offers);
    } catch {
      // Closed, or overtaken by a remote offer; in the latter case `negotiationneeded` fires again if it is still needed.
    } finally {
      this.#makingOffer = false;
      this.#turns.goOn();
    }
  }

  /** A description that is being set is not yet to be seen in the state: what is set after it would be an answer, not an offer. */
  get #idle() {
    return this.#connection.signalingState === "stable" && !this.#makingOffer && this.#taking === 0;
  }

  /** A first offer collides as soon as its transceivers are there: `negotiationneeded` fires a moment later. */
  #collides() {
    const begun = !this.established && this.#connection.getTransceivers().length > 0;
    return this.#makingOffer || ((this.pending || begun) && !this.#settingAnswer);
  }

  /**
   * @param {RTCSessionDescriptionInit} description
   * @returns {RTCSessionDescriptionInit}
   */
  #amended({ type, sdp = "" }) {
    return { type, sdp: this.#options.amend(sdp) };
  }

  /** @param {PeerMessage} message */
  #beginsAnew({ attempt }) {
    return attempt > this.#theirAttempt && this.established;
  }

  /**
   * @param {PeerMessage} message
   * @param {RTCSessionDescriptionInit} description
   */
  async #takeOffer(message, description) {
    const { attempt, offer = 0 } = message;
    if (attempt === this.#theirAttempt && offer <= this.#theirOffer) return this.#answerAgain(offer);
    this.#theirAttempt = attempt;
    this.#theirOffer = offer;
    this.#ignoringOffer = this.#collides() && !this.#options.polite;
    if (this.#ignoringOffer) return;
    const connection = this.#connection;
    this.#latest = message;
    const set = connection.setRemoteDescription(this.#amended(description));
    this.#inbox.open();
    await set.catch((error) => {
      this.#latest = null;
      throw error;
    });
    if (this.#life.signal.aborted || message !== this.#latest) return;
    this.#boundTo = message.attempt;
    this.#options.prepareAnswer(description.sdp ?? "");
    // The answer goes out before it is set. Firefox moves to the new way as soon as that carries packets, which may be
    // before this page hears that the answer is set: what is sent then comes by a way that the other side cannot take yet.
    const answer = await connection.createAnswer();
    if (this.#life.signal.aborted || message !== this.#latest) return;
    this.#describe(answer, offer);
    await connection.setLocalDescription(answer);
    if (this.#life.signal.aborted) return;
    this.#retuner.heard(description.sdp ?? "", connection.localDescription?.sdp);
    this.#answered = { offer, at: performance.now() };
  }

  /** @param {number} offer one that was taken before */
  #answerAgain(offer) {
    const { signalingState, localDescription } = this.#connection;
    const answered = this.#answered;
    if (offer !== answered?.offer || signalingState !== "stable" || localDescription?.type !== "answer") return;
    if (performance.now() - answered.at < DOUBLE_WITHIN_MS) return;
    answered.at = performance.now();
    this.#describe(localDescription, offer);
  }

  /**
   * @param {PeerMessage} message
   * @param {RTCSessionDescriptionInit} description
   */
  async #takeAnswer(message, description) {
    if (!this.pending || message.offer !== this.#offers) return;
    try {
      this.#settingAnswer = true;
      const set = this.#connection.setRemoteDescription(this.#amended(description));
      this.#ignoringOffer = false;
      this.#inbox.open();
      await set;
      this.#retuner.heard(description.sdp ?? "");
      if (message.attempt !== this.#theirAttempt) this.#theirOffer = 0;
      this.#theirAttempt = this.#boundTo = message.attempt;
    } finally {
      this.#settingAnswer = false;
    }
  }

  /** @param {RTCIceCandidate | null} candidate */
  #found(candidate) {
    // An empty candidate ends one generation of one section; the final null, which every browser sends, says it all.
    if (candidate?.candidate !== "") this.#outbox.push(candidate?.toJSON() ?? null);
  }

  /**
   * @param {RTCSessionDescriptionInit} description
   * @param {number} offer
   */
  #describe({ type, sdp = "" }, offer) {
    this.send({ description: { type: /** @type {"offer" | "answer"} */ (type), sdp }, offer });
  }
}

/** @param {RTCSessionDescription | null} description */
function sections(description) {
  return description?.sdp.match(/^m=/gm)?.length ?? 0;
}
