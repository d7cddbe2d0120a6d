/**
 * Perfect negotiation (W3C WebRTC §10.7) on one RTCPeerConnection, over a path that may lose or repeat messages: each names its
 * RTCPeerConnection at both ends, and is dropped for a replaced one; each answer names its offer; an offer is taken once.
 */

import { CandidateInbox } from "./ice/candidate-inbox.js";
import { CandidateOutbox } from "./ice/candidate-outbox.js";
import { LocalRenegotiation, OperationQueue } from "./local-renegotiation.js";
import { receiveStereo } from "./receive-stereo.js";

/** @import { PeerMessage } from "./messages.js" */
/** first: whether it is the first remote description of its connection @typedef {(sdp: string, first: boolean) => string} Munge */

/** A repeated offer is a duplicate for this long; later, it was repeated because our answer was lost. */
const DUPLICATE_WITHIN_MS = 1_000;
/** After the first, an offer without an answer is made again after this long, then after twice as long each time. */
const UNANSWERED_MS = 5_000;

/**
 * @typedef {object} Options
 * @property {boolean} polite whether this side gives way when offers collide
 * @property {number} transportId
 * @property {number} remoteTransportId the highest received, 0 for none
 * @property {() => boolean} mayTakeCandidate counts one more remote candidate, if the peer may have it
 * @property {Munge} munge changes what a remote description asks this side to send
 * @property {(sdp: string) => void} prepareAnswer called when a remote offer has been set, before it is answered
 * @property {() => void} onApplied the other side has set our answer to the newest offer, which added sections
 * @property {() => boolean} hasBegun whether the sections of a first offer exist
 * @property {(message: PeerMessage) => void} send
 */

export class Negotiation {
  #connection;
  #options;
  #inbox;
  #outbox = new CandidateOutbox((candidates) => this.send({ candidates }));
  #life = new AbortController();
  #remoteTransportId;
  /** @type {number | undefined} the remote transport whose description was set */
  #boundTo;
  #offers = 0;
  #makingOffer = false;
  #ignoringOffer = false;
  #settingAnswer = false;
  #localRenegotiation;
  #offersInProgress = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #unanswered;
  #operations = new OperationQueue(() => this.#idle);
  /** @type {PeerMessage | null} the offer that is being answered; a newer one takes its place */
  #latestOffer = null;
  /** The newest offer of `#remoteTransportId` that was taken or ignored, 0 for none. */
  #remoteOffer = 0;
  /** @type {{offer: number, at: number} | null} ms on the page's clock */
  #answered = null;

  /** @param {RTCPeerConnection} connection @param {Options} options */
  constructor(connection, options) {
    this.#connection = connection;
    this.#options = options;
    this.#localRenegotiation = new LocalRenegotiation(connection);
    this.#remoteTransportId = options.remoteTransportId;
    this.#inbox = new CandidateInbox(connection, options.mayTakeCandidate);
    const { signal } = this.#life;
    connection.addEventListener("negotiationneeded", () => this.#negotiate(), { signal });
    connection.addEventListener("signalingstatechange", () => this.#operations.drain(), { signal });
    connection.addEventListener("icecandidate", ({ candidate }) => this.#onCandidate(candidate), { signal });
  }

  get remoteTransportId() {
    return this.#remoteTransportId;
  }

  /** Neither side has sent a description. */
  get untouched() {
    return this.#connection.remoteDescription === null && this.#connection.signalingState === "stable";
  }

  /** A remote offer is being, or was, processed: this side need not make the first one. */
  get answering() {
    return this.#latestOffer !== null;
  }

  /** Our offer has no answer yet. */
  get pending() {
    return this.#connection.signalingState === "have-local-offer" && !this.#localRenegotiation.active;
  }

  /** A remote description was set. */
  get established() {
    return this.#connection.remoteDescription !== null;
  }

  /** @param {PeerMessage} message */
  isForThisTransport({ attempt, to, description, bye }) {
    if (attempt < this.#remoteTransportId || (to !== undefined && to !== this.#options.transportId)) return false;
    return to !== undefined || attempt === this.#remoteTransportId || description?.type === "offer" || bye === true;
  }

  /** The other side has restarted, or first offers collided and this side is polite. @param {PeerMessage} message */
  mustRestart(message) {
    if (message.description?.type !== "offer") return false;
    return this.isRestart(message) || (this.#collides() && this.#options.polite && !this.established);
  }

  /**
   * Settles when processed. @param {PeerMessage} message for this transport @returns {Promise<void>}
   * @throws {DOMException} when the description cannot be used
   */
  async receive(message) {
    const { description, candidates, applied } = message;
    // Not `#answered`: this may come before our own answer counts as set.
    if (applied !== undefined && applied === this.#remoteOffer) this.#options.onApplied();
    if (description?.type === "offer") {
      this.#offersInProgress += 1;
      await this.#takeOffer(message, description).finally(() => {
        this.#offersInProgress -= 1;
        this.#operations.drain();
      });
    }
    if (description?.type === "answer") await this.#takeAnswer(message, description);
    if (candidates && description?.type !== "offer") this.#inbox.receive(candidates, { drop: this.#ignoringOffer });
  }

  /** Negotiates again, after the current negotiation if there is one. */
  renegotiate() {
    if (this.established) this.#operations.enqueue(() => void this.#negotiate());
  }

  /** Applies a changed `munge`, locally if possible, otherwise by renegotiating. */
  reapply() {
    if (!this.established || !this.#localRenegotiation.request()) return;
    this.#operations.enqueue(async () => {
      const done = await this.#localRenegotiation.run((sdp) => this.#options.munge(sdp, false), () => this.#idle);
      if (this.#life.signal.aborted || done === "done") return;
      if (done === "again") this.reapply();
      else this.renegotiate();
    });
  }

  /** Sends the pending offer again, with the candidates found since. */
  repeat() {
    const { localDescription } = this.#connection;
    if (this.pending && !this.#makingOffer && localDescription) this.#sendDescription(localDescription, this.#offers);
  }

  /**
   * Rolls back an unanswered offer and makes another for the current network. An offer that adds sections is repeated instead: if
   * only its answer was lost, the other side has those sections already, and others would not fit.
   */
  async withdraw() {
    if (this.#addsSections) return this.repeat();
    try {
      await this.#connection.setLocalDescription({ type: "rollback" });
      this.#connection.restartIce();
    } catch {
      // The answer came in between: there is nothing left to roll back.
    }
  }

  /** @param {Omit<PeerMessage, "attempt" | "to">} content */
  send(content) {
    const to = this.#boundTo === undefined ? {} : { to: this.#boundTo };
    this.#options.send({ attempt: this.#options.transportId, ...to, ...content });
  }

  stop() {
    this.#life.abort();
    clearTimeout(this.#unanswered);
    this.#outbox.clear();
  }

  async #negotiate() {
    try {
      this.#makingOffer = true;
      const { type, sdp = "" } = await this.#connection.createOffer();
      if (this.#life.signal.aborted || this.#connection.signalingState !== "stable") return;
      await this.#connection.setLocalDescription({ type, sdp: receiveStereo(sdp) });
      const { localDescription } = this.#connection;
      // The other side looks for a path as soon as it has a candidate. A relay has to be asked for one, which takes longer.
      const isFirst = !this.established && this.#connection.getConfiguration().iceTransportPolicy !== "relay";
      const candidates = isFirst ? await this.#outbox.collect() : [];
      if (this.#life.signal.aborted || !this.pending || !localDescription) return;
      this.#offers += 1;
      this.#sendDescription(localDescription, this.#offers, candidates);
      this.#expectAnswer(UNANSWERED_MS);
    } catch {
      // Closed, or overtaken by a remote offer; then `negotiationneeded` fires again if it is still needed.
    } finally {
      this.#makingOffer = false;
      this.#operations.drain();
    }
  }

  /**
   * Offers the same again if there is no answer. The other side may have failed to take the offer, or ignored it for one that it then did
   * not make; a new number makes it judge again. First offers are left to the watchdog. @param {number} wait ms
   */
  #expectAnswer(wait) {
    clearTimeout(this.#unanswered);
    this.#unanswered = setTimeout(() => {
      const { localDescription } = this.#connection;
      if (!this.pending || !this.established || this.#makingOffer || this.#settingAnswer || !localDescription) return;
      this.#offers += 1;
      this.#sendDescription(localDescription, this.#offers);
      this.#expectAnswer(2 * wait);
    }, wait);
  }

  /** Whether the pending offer, which is not the first, adds sections. */
  get #addsSections() {
    const { currentLocalDescription, localDescription } = this.#connection;
    return sections(localDescription) > sections(currentLocalDescription ?? localDescription);
  }

  /** `signalingState` does not show a description that is being set, but what is set next would be an answer. */
  get #idle() {
    return this.#connection.signalingState === "stable" && !this.#makingOffer && this.#offersInProgress === 0;
  }

  /** A first offer collides once its sections exist: `negotiationneeded` fires a moment later. */
  #collides() {
    const begun = !this.established && this.#options.hasBegun();
    return this.#makingOffer || ((this.pending || begun) && !this.#settingAnswer);
  }

  /** @param {RTCSessionDescriptionInit} description @returns {RTCSessionDescriptionInit} */
  #munged({ type, sdp = "" }) {
    return { type, sdp: this.#options.munge(sdp, this.#connection.currentRemoteDescription === null) };
  }

  /** @param {PeerMessage} message */
  isRestart({ attempt }) {
    return attempt > this.#remoteTransportId && this.established;
  }

  /** @param {PeerMessage} message @param {RTCSessionDescriptionInit} description */
  async #takeOffer(message, description) {
    const { attempt, offer = 0, candidates = [] } = message;
    if (attempt === this.#remoteTransportId && offer <= this.#remoteOffer) return this.#repeatAnswer(offer);
    this.#remoteTransportId = attempt;
    this.#remoteOffer = offer;
    this.#ignoringOffer = this.#collides() && !this.#options.polite;
    if (this.#ignoringOffer) return this.#inbox.receive(candidates, { drop: true });
    const connection = this.#connection;
    this.#latestOffer = message;
    const set = connection.setRemoteDescription(this.#munged(description));
    this.#inbox.open();
    this.#inbox.receive(candidates, { drop: false });
    await set.catch((error) => {
      this.#latestOffer = null;
      throw error;
    });
    if (this.#life.signal.aborted || message !== this.#latestOffer) return;
    this.#boundTo = message.attempt;
    this.#options.prepareAnswer(description.sdp ?? "");
    // Send the answer before setting it. Firefox switches to the new path as soon as that carries packets, which may be before
    // `setLocalDescription` resolves: messages would then use a path that the other side cannot receive on yet.
    const { type, sdp = "" } = await connection.createAnswer();
    const answer = { type, sdp: receiveStereo(sdp) };
    if (this.#life.signal.aborted || message !== this.#latestOffer) return;
    this.#sendDescription(answer, offer);
    await connection.setLocalDescription(answer);
    if (this.#life.signal.aborted) return;
    this.#localRenegotiation.setRemoteDescription(description.sdp ?? "", connection.localDescription?.sdp);
    this.#answered = { offer, at: performance.now() };
  }

  /** @param {number} offer */
  #repeatAnswer(offer) {
    const { signalingState, localDescription } = this.#connection;
    const answered = this.#answered;
    if (offer !== answered?.offer || signalingState !== "stable" || localDescription?.type !== "answer") return;
    if (performance.now() - answered.at < DUPLICATE_WITHIN_MS) return;
    answered.at = performance.now();
    this.#sendDescription(localDescription, offer);
  }

  /** @param {PeerMessage} message @param {RTCSessionDescriptionInit} description */
  async #takeAnswer(message, description) {
    if (!this.pending || message.offer !== this.#offers) return;
    const addsSections = this.#addsSections;
    try {
      this.#settingAnswer = true;
      const set = this.#connection.setRemoteDescription(this.#munged(description));
      this.#ignoringOffer = false;
      this.#inbox.open();
      await set;
      this.#localRenegotiation.setRemoteDescription(description.sdp ?? "");
      if (message.attempt !== this.#remoteTransportId) this.#remoteOffer = 0;
      this.#remoteTransportId = this.#boundTo = message.attempt;
      if (addsSections) this.send({ applied: message.offer });
    } finally {
      this.#settingAnswer = false;
    }
  }

  /** @param {RTCIceCandidate | null} candidate */
  #onCandidate(candidate) {
    // An empty candidate ends one generation of one section; every browser sends a final null.
    if (candidate?.candidate !== "") this.#outbox.push(candidate?.toJSON() ?? null);
  }

  /** @param {RTCSessionDescriptionInit} description @param {number} offer @param {(RTCIceCandidateInit | null)[]} [found] */
  #sendDescription({ type, sdp = "" }, offer, found = []) {
    const candidates = found.length > 0 ? { candidates: found } : {};
    this.send({ description: { type: /** @type {"offer" | "answer"} */ (type), sdp }, offer, ...candidates });
  }
}

/** @param {RTCSessionDescription | null} description */
function sections(description) {
  return description?.sdp.match(/^m=/gm)?.length ?? 0;
}
