/**
 * One connection to one peer: perfect negotiation (W3C WebRTC §10.7), recovery, and one pair of transceivers.
 *
 * It knows nothing of the socket: it is handed a `send` and told what arrives. Messages may be lost at any point, so:
 * - every RTCPeerConnection has an attempt number, and every message says which attempt speaks, and to which. What was
 *   meant for a superseded attempt is dropped; an offer of a new attempt to a connection that already stood begins anew;
 * - every answer says which offer it answers;
 * - a first offer that collides is not rolled back, the polite side starts over with a fresh RTCPeerConnection: a
 *   rollback leaves transceivers behind that no later description takes over (RFC 8829 §5.10: only those of `addTrack`).
 *
 * @module
 */

import { CandidateOutbox } from "./candidate-outbox.js";
import { ControlChannel } from "./control-channel.js";
import { MediaPair } from "./media-pair.js";
import { Allowance } from "./messages.js";
import { Watchdog } from "./watchdog.js";

/** @typedef {import("./messages.js").PeerMessage} PeerMessage */
/** @typedef {import("./media-pair.js").Tracks} Tracks */
/** @typedef {import("./watchdog.js").PeerState} PeerState */

/**
 * @typedef {object} Options
 * @property {string} id the peer's pid
 * @property {boolean} polite whether this side gives way when both offer at once
 * @property {RTCIceServer[]} [iceServers]
 * @property {RTCIceTransportPolicy} [iceTransportPolicy]
 * @property {RTCCertificate} [certificate]
 * @property {Tracks} [tracks] what is sent at first
 * @property {(message: PeerMessage) => void} send
 */

/** How often help may find a first connection still negotiating before it starts over. */
const FIRST_TRIES = 2;

/** Attempt numbers of this tab; shared by all connections, so none is ever used twice. */
let attempts = 0;

/**
 * Events, all `CustomEvent`:
 * - `state` {state}: connecting | connected | interrupted (was connected, is being helped) | failed | closed (the other
 *   side has left, or `close()` was called)
 * - `track` {track, streams, kind}: a remote track came; it is already in `remoteStream`
 * - `tracks-changed` {stream}: the tracks of `remoteStream` came, went, fell silent or came back
 * - `media` {audio, video}: the other side says what it sends
 */
export class PeerConnection extends EventTarget {
  #options;
  /** @type {RTCPeerConnection} */
  #connection;
  #life = new AbortController();
  /** @type {MediaPair} */
  #pair;
  /** @type {ControlChannel | null} */
  #control = null;
  /** @type {Tracks} */
  #tracks;
  #outbox = new CandidateOutbox((candidates) => this.#send({ candidates }));
  #allowance = new Allowance();
  #watchdog;
  /** @type {PeerState} */
  #state = "connecting";
  #stood = false;

  #attempt = 0;
  #theirAttempt = 0;
  /** @type {number | undefined} the attempt of theirs whose description was taken */
  #boundTo;
  #offers = 0;
  #makingOffer = false;
  #ignoringOffer = false;
  #settingAnswer = false;
  /** @type {PeerMessage | null} */
  #latest = null;
  #described = false;
  /** @type {(RTCIceCandidateInit | null)[]} candidates that came before their description */
  #early = [];

  /** @param {Options} options */
  constructor(options) {
    super();
    this.#options = { ...options };
    this.#tracks = options.tracks ?? { audio: null, video: null };
    this.remoteStream = new MediaStream();
    this.#watchdog = new Watchdog((times) => this.#help(times), options);
    [this.#connection, this.#pair] = this.#build();
    this.#watchdog.observe(this.#state);
  }

  /** The peer's pid. */
  get id() {
    return this.#options.id;
  }

  get state() {
    return this.#state;
  }

  /** Begins: makes the transceivers and offers. Does nothing once there are any. */
  offer() {
    if (this.#state === "closed" || this.#connection.getTransceivers().length > 0) return;
    this.#pair.make(this.#connection);
    this.#openControl();
  }

  /**
   * Takes a message of the peer, checked by `readPeerMessage`.
   *
   * @param {PeerMessage} message
   * @returns {Promise<void>} settles when it has been acted upon; never rejects
   */
  async receive(message) {
    if (this.#state === "closed") return;
    if (!this.#concernsUs(message)) return this.#answerStranger(message);
    if (message.bye) return this.#end();
    try {
      if (message.description?.type === "offer") await this.#takeOffer(message, message.description);
      else if (message.description) await this.#takeAnswer(message, message.description);
    } catch {
      // A description that cannot be used, or a connection that was replaced while using it: the watchdog tries again.
      return;
    }
    if (message.candidates) await this.#takeCandidates(message.candidates);
  }

  /**
   * Changes what is sent; never negotiates.
   *
   * @param {Tracks} tracks a track that is disabled counts as muted
   */
  setTracks(tracks) {
    this.#tracks = tracks;
    this.#pair.setTracks(tracks);
    this.#control?.setMedia(this.#mediaState());
  }

  /** Looks for a new way to the peer. */
  restartIce() {
    if (this.#connection.signalingState !== "stable") this.resend();
    else if (this.#connection.remoteDescription !== null) this.#connection.restartIce();
  }

  /**
   * Makes up for messages that may have been lost with the signaling connection: a first offer is made afresh, a later
   * one is withdrawn and made again if the way is lost and else repeated as it is.
   */
  resend() {
    const { signalingState, remoteDescription, localDescription } = this.#connection;
    if (this.#state === "closed" || this.#makingOffer) return;
    if (signalingState === "have-local-offer" && remoteDescription === null) {
      this.#renew();
      this.offer();
    } else if (signalingState === "have-local-offer" && this.#state === "connected" && localDescription) {
      this.#sendDescription(localDescription, this.#offers);
    } else if (signalingState === "have-local-offer") {
      this.#withdraw();
    } else if (this.#state !== "connected" && remoteDescription !== null) {
      this.#connection.restartIce();
    }
  }

  /** @param {RTCIceServer[]} iceServers for the next search for a way */
  setIceServers(iceServers) {
    this.#options.iceServers = iceServers;
    if (this.#state !== "closed") this.#connection.setConfiguration(this.#configuration());
  }

  /** @returns {Promise<RTCStatsReport>} */
  getStats() {
    return this.#connection.getStats();
  }

  /** Leaves: tells the other side on every way there is, and ends. */
  close() {
    if (this.#state === "closed") return;
    this.#control?.leave();
    this.#send({ bye: true });
    this.#end();
  }

  /** @returns {[RTCPeerConnection, MediaPair]} */
  #build() {
    attempts += 1;
    this.#attempt = attempts;
    const connection = new RTCPeerConnection(this.#configuration());
    const { signal } = this.#life;
    connection.addEventListener("negotiationneeded", () => this.#negotiate(), { signal });
    connection.addEventListener("icecandidate", ({ candidate }) => this.#found(candidate), { signal });
    connection.addEventListener("track", (event) => this.#gained(event), { signal });
    connection.addEventListener("connectionstatechange", () => this.#observe(), { signal });
    return [connection, new MediaPair(this.#tracks)];
  }

  /** @returns {RTCConfiguration} */
  #configuration() {
    const { iceServers = [], iceTransportPolicy = "all", certificate } = this.#options;
    const certificates = certificate ? { certificates: [certificate] } : {};
    return { iceServers, iceTransportPolicy, bundlePolicy: "max-bundle", ...certificates };
  }

  /** Starts over with a fresh RTCPeerConnection; everything said to or by the old one is void. */
  #renew() {
    this.#dispose();
    this.#life = new AbortController();
    this.#boundTo = undefined;
    this.#makingOffer = this.#ignoringOffer = this.#settingAnswer = this.#described = false;
    this.#latest = null;
    this.#early = [];
    [this.#connection, this.#pair] = this.#build();
    this.#observe();
  }

  #dispose() {
    this.#life.abort();
    this.#control?.detach();
    this.#control = null;
    this.#outbox.clear();
    for (const track of this.remoteStream.getTracks()) this.remoteStream.removeTrack(track);
    this.#connection.close();
  }

  async #negotiate() {
    const connection = this.#connection;
    try {
      this.#makingOffer = true;
      await connection.setLocalDescription();
      const { signalingState, localDescription } = connection;
      if (connection !== this.#connection || signalingState !== "have-local-offer" || !localDescription) return;
      this.#offers += 1;
      this.#sendDescription(localDescription, this.#offers);
    } catch {
      // Closed, or overtaken by a remote offer; in the latter case `negotiationneeded` fires again if it is still needed.
    } finally {
      if (connection === this.#connection) this.#makingOffer = false;
    }
  }

  /**
   * @param {PeerMessage} message
   * @param {RTCSessionDescriptionInit} description
   */
  async #takeOffer(message, description) {
    const { signalingState, remoteDescription } = this.#connection;
    const anew = message.attempt > this.#theirAttempt && remoteDescription !== null;
    const free = signalingState !== "have-local-offer" || this.#settingAnswer;
    const collides = this.#makingOffer || !free;
    this.#theirAttempt = message.attempt;
    this.#ignoringOffer = collides && !anew && !this.#options.polite;
    if (this.#ignoringOffer) return;
    if (anew || (collides && remoteDescription === null)) this.#renew();

    const connection = this.#connection;
    this.#latest = message;
    this.#described = true;
    await connection.setRemoteDescription(description);
    if (connection !== this.#connection || message !== this.#latest) return;
    this.#boundTo = message.attempt;
    this.#pair.adopt(connection);
    if (/^m=application /m.test(description.sdp ?? "")) this.#openControl();
    this.#addEarly(connection);
    await connection.setLocalDescription();
    const { localDescription } = connection;
    if (connection !== this.#connection || localDescription?.type !== "answer") return;
    this.#sendDescription(localDescription, message.offer ?? 0);
  }

  /**
   * @param {PeerMessage} message
   * @param {RTCSessionDescriptionInit} description
   */
  async #takeAnswer(message, description) {
    const connection = this.#connection;
    if (connection.signalingState !== "have-local-offer" || message.offer !== this.#offers) return;
    try {
      this.#settingAnswer = true;
      this.#described = true;
      await connection.setRemoteDescription(description);
    } finally {
      if (connection === this.#connection) this.#settingAnswer = false;
    }
    if (connection !== this.#connection) return;
    this.#theirAttempt = this.#boundTo = message.attempt;
    this.#ignoringOffer = false;
    this.#addEarly(connection);
  }

  /** @param {(RTCIceCandidateInit | null)[]} candidates */
  async #takeCandidates(candidates) {
    const allowed = candidates.filter(() => this.#allowance.take());
    if (this.#ignoringOffer) return;
    if (this.#described) await Promise.all(allowed.map((candidate) => this.#add(this.#connection, candidate)));
    else this.#early.push(...allowed);
  }

  /** @param {RTCPeerConnection} connection */
  #addEarly(connection) {
    for (const candidate of this.#early.splice(0)) void this.#add(connection, candidate);
  }

  /**
   * A candidate that does not fit (of a superseded generation, of an unknown protocol) does no harm and is skipped.
   *
   * @param {RTCPeerConnection} connection
   * @param {RTCIceCandidateInit | null} candidate
   */
  async #add(connection, candidate) {
    await connection.addIceCandidate(candidate ?? undefined).catch(() => {});
  }

  /**
   * Tells whether a message is meant for this attempt and not of a superseded one.
   *
   * @param {PeerMessage} message
   */
  #concernsUs({ attempt, to, description, bye }) {
    if (attempt < this.#theirAttempt || (to !== undefined && to !== this.#attempt)) return false;
    return to !== undefined || attempt === this.#theirAttempt || description?.type === "offer" || bye === true;
  }

  /**
   * An offer to a connection that this side no longer has, from somebody who still has theirs: a new offer tells them.
   *
   * @param {PeerMessage} message
   */
  #answerStranger({ attempt, description }) {
    if (description?.type === "offer" && attempt > this.#theirAttempt) this.offer();
  }

  /** Withdraws an unanswered offer and makes another, with what the network looks like now. */
  async #withdraw() {
    const connection = this.#connection;
    try {
      await connection.setLocalDescription({ type: "rollback" });
      if (connection === this.#connection) connection.restartIce();
    } catch {
      // The answer came in between: there is nothing to withdraw any more.
    }
  }

  /** @param {number} times */
  #help(times) {
    const { signalingState, remoteDescription } = this.#connection;
    if (remoteDescription === null && signalingState === "stable") {
      if (times >= FIRST_TRIES) this.offer();
    } else if (signalingState === "have-local-offer") {
      this.resend();
    } else if (this.#transportEnded()) {
      this.#renew();
      this.offer();
    } else if (this.#state !== "connecting" || times > FIRST_TRIES) {
      this.#connection.restartIce();
    }
  }

  /** A DTLS transport that failed does not come back by an ICE restart. */
  #transportEnded() {
    const states = this.#connection.getSenders().map(({ transport }) => transport?.state);
    return states.includes("failed") || states.includes("closed");
  }

  #openControl() {
    if (this.#control !== null) return;
    const control = new ControlChannel(this.#connection, this.#mediaState());
    const { signal } = this.#life;
    control.addEventListener("bye", () => this.#end(), { signal });
    control.addEventListener("ended", () => this.#connection.connectionState === "connected" && this.#end(), { signal });
    control.addEventListener(
      "media",
      (event) => this.#emit("media", /** @type {CustomEvent} */ (event).detail),
      { signal },
    );
    this.#control = control;
  }

  #mediaState() {
    const { audio, video } = this.#tracks;
    return { audio: audio?.enabled ?? false, video: video?.enabled ?? false };
  }

  /** @param {RTCIceCandidate | null} candidate */
  #found(candidate) {
    // An empty candidate ends one generation of one section; the final null, which every browser sends, says it all.
    if (candidate?.candidate !== "") this.#outbox.push(candidate?.toJSON() ?? null);
  }

  /** @param {RTCTrackEvent} event */
  #gained({ track, streams }) {
    for (const other of this.remoteStream.getTracks()) {
      if (other.kind === track.kind) this.remoteStream.removeTrack(other);
    }
    this.remoteStream.addTrack(track);
    const changed = () => this.#emit("tracks-changed", { stream: this.remoteStream });
    for (const type of ["mute", "unmute", "ended"]) track.addEventListener(type, changed, { signal: this.#life.signal });
    this.#emit("track", { track, streams, kind: track.kind });
    changed();
  }

  #observe() {
    const { connectionState } = this.#connection;
    if (connectionState === "connected") this.#enter("connected");
    else if (connectionState === "failed") this.#enter("failed");
    else this.#enter(this.#stood ? "interrupted" : "connecting");
  }

  #end() {
    if (this.#state === "closed") return;
    this.#watchdog.stop();
    this.#dispose();
    this.#enter("closed");
  }

  /** @param {PeerState} state */
  #enter(state) {
    this.#stood ||= state === "connected";
    if (state === this.#state) return;
    this.#state = state;
    this.#watchdog.observe(state);
    this.#emit("state", { state });
  }

  /**
   * @param {RTCSessionDescription} description
   * @param {number} offer
   */
  #sendDescription({ type, sdp }, offer) {
    this.#send({ description: { type: /** @type {"offer" | "answer"} */ (type), sdp }, offer });
  }

  /** @param {Omit<PeerMessage, "attempt" | "to">} content */
  #send(content) {
    const to = this.#boundTo === undefined ? {} : { to: this.#boundTo };
    this.#options.send({ attempt: this.#attempt, ...to, ...content });
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
