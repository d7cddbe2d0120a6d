/**
 * The connection to one peer while both are in the room: negotiates, recovers, restarts if it must. Signals go over the control
 * channel; `send` is for before it opens and for a dead path. When first offers collide, the polite side restarts: a rollback
 * would leave transceivers that no later description reuses (RFC 8829 §5.10: only those of `addTrack` are).
 */

import { MediaLink } from "./media-link.js";
import { Transport } from "./transport.js";
import { isDataOnly } from "./messages.js";
import { allFingerprintsMatch } from "./dtls-fingerprint.js";
import { traffic } from "./stats/traffic.js";
import { Watchdog } from "./watchdog.js";

/** @import { PeerGate } from "../gate/gate.js" */
/** @import { PeerMessage } from "./messages.js" */
/** @import { Munge } from "./negotiation.js" */
/** @import { Tracks } from "./transceiver-pair.js" */
/** @import { PeerState } from "./watchdog.js" */

/**
 * @typedef {object} Options
 * @property {string} id the peer's pid
 * @property {boolean} polite whether this side gives way when offers collide
 * @property {RTCIceServer[]} [iceServers]
 * @property {RTCIceTransportPolicy} [iceTransportPolicy]
 * @property {RTCCertificate} [certificate]
 * @property {string} [expectedFingerprint] SHA-256, of the only certificate that the peer may show
 * @property {Tracks} [tracks]
 * @property {Tracks} [screen]
 * @property {PeerGate} gate what the peer's messages pass
 * @property {() => boolean} [isOverloaded] whether the processor is full: late is not lost then
 * @property {boolean} [dataOnly] no media: descriptions with any are dropped
 * @property {(message: PeerMessage) => void} send reaches the peer outside this connection
 */

/** How long replies also go outside the connection after an offer came that way. */
const DETOUR_MS = 3_000;
/** How many helps leave a first connection alone while it still gathers. */
const FIRST_TRIES = 2;
/** From this help on, some five seconds into an interruption, no pictures are sent until the connection is back. */
const GIVE_UP_PICTURES = 2;

export class PeerLink extends MediaLink {
  #options;
  #transport;
  /** @type {Munge} */
  #munge = (sdp) => sdp;
  #watchdog;
  /** When an offer last came outside the open connection, ms on the page's clock. */
  #detouredAt = -Infinity;
  /** @type {PeerState} */
  #state = "connecting";
  #wasConnected = false;

  /** @param {Options} options */
  constructor(options) {
    super(options);
    this.#options = { ...options };
    this.#watchdog = new Watchdog((times) => this.#help(times), options);
    this.#transport = this.#createTransport(0);
    this.#watchdog.observe(this.#state);
  }

  get id() {
    return this.#options.id;
  }

  get hasLocalCandidate() {
    return this.#transport.hasLocalCandidate;
  }

  /** @returns {PeerState} */
  get state() {
    return this.#state;
  }

  /** Makes the first offer. Does nothing once there are transceivers. */
  offer() {
    if (!this.#over) this.#transport.offer();
  }

  /**
   * Never rejects. @param {PeerMessage} message from the gate @param {{direct?: boolean}} [options] direct: over the connection itself
   */
  async receive(message, { direct = false } = {}) {
    if (this.#over) return;
    const detour = !direct && message.description?.type === "offer" && this.#state === "connected";
    if (detour) this.#detouredAt = performance.now();
    if (!this.#transport.negotiation.isForThisTransport(message)) return this.#offerToUnknown(message);
    if (message.bye) return this.#end();
    const { expectedFingerprint } = this.#options;
    const { description } = message;
    if (expectedFingerprint !== undefined && description && !allFingerprintsMatch(description.sdp, expectedFingerprint)) return this.refuse("certificate");
    if (this.#options.dataOnly && description && !isDataOnly(description.sdp)) return;
    if (this.#transport.negotiation.mustRestart(message)) {
      if (!this.#options.gate.spend({ connections: 1 })) return;
      this.#replaceTransport();
    }
    // An unusable description, or a connection that was replaced meanwhile: the watchdog tries again.
    await this.#transport.negotiation.receive(message).catch(() => {});
  }

  /**
   * Changes how we send by munging remote descriptions, without signaling where possible. @param {Munge} munge
   */
  setSdpMunging(munge) {
    this.#munge = munge;
    if (!this.#over) this.#transport.negotiation.reapply();
  }

  /** Negotiates changed codec preferences. */
  renegotiate() {
    if (!this.#over) this.#transport.negotiation.renegotiate();
  }

  /**
   * @param {string} topic lower-case letters and hyphens, none of `ConnectionMessages`' @param {unknown} payload a JSON value
   * @param {boolean} [patient] see `ControlChannel` @returns {boolean} false when it was not sent: no open channel, or more than 65,536 characters
   */
  send(topic, payload, patient) {
    return this.#transport.messages?.send(topic, payload, patient) ?? false;
  }

  /** How to configure a further connection to this peer; null when no certificate is pinned. */
  get laneConfiguration() {
    const { expectedFingerprint } = this.#options;
    return expectedFingerprint === undefined ? null : { configuration: this.#configuration(), expectedFingerprint };
  }

  /** The network may have changed: finds out at once whether the peer is still reachable. */
  probeNow() {
    this.#transport.heartbeat.probeNow();
  }

  restartIce() {
    if (this.#transport.negotiation.pending) this.resend();
    else if (!this.#over && this.#transport.negotiation.established) this.#transport.connection.restartIce();
  }

  /** Makes up for lost messages: restarts a first offer, repeats a later one, or replaces it on a lost connection. */
  resend() {
    const { connection, negotiation } = this.#transport;
    if (this.#over || negotiation.untouched) return;
    if (negotiation.pending && !negotiation.established) this.startOver();
    else if (this.#state === "connected") negotiation.repeat();
    else if (negotiation.pending) void negotiation.withdraw();
    else connection.restartIce();
  }

  /** @param {RTCIceServer[]} iceServers for the next ICE restart */
  setIceServers(iceServers) {
    this.#options.iceServers = iceServers;
    if (!this.#over) this.#transport.connection.setConfiguration(this.#configuration());
  }

  /** Restarts to hide an address: an ICE restart keeps direct paths open (Chromium). @param {RTCIceTransportPolicy} policy */
  setIceTransportPolicy(policy) {
    this.#options.iceTransportPolicy = policy;
    if (this.#over) return;
    if (policy === "relay") return this.startOver();
    this.#transport.connection.setConfiguration(this.#configuration());
    this.restartIce();
  }

  /** @returns {Promise<Map<string, any>>} */
  getStats() {
    return traffic.read(this.#transport.connection);
  }

  /** Ends for good without a message: the other end is not who it should be. @param {string} reason */
  refuse(reason) {
    if (this.#over) return;
    this.#dispose();
    this.#setState("refused", reason);
  }

  close() {
    if (!this.#over) this.#transport.negotiation.send({ bye: true });
    this.#end();
  }

  /** @param {number} remoteTransportId */
  #createTransport(remoteTransportId) {
    const { polite, expectedFingerprint, gate, isOverloaded, dataOnly = false } = this.#options;
    const transport = new Transport({
      dataOnly,
      configuration: this.#configuration(),
      expectedFingerprint,
      polite,
      remoteTransportId,
      ...this.outgoingTracks,
      gate,
      isOverloaded,
      munge: (sdp, first) => this.#munge(sdp, first),
      send: (message) => this.#sendSignal(message),
    });
    this.attachMedia(transport);
    transport.on("changed", () => this.#updateState());
    transport.on("lost", () => this.#onLost());
    transport.on("unresponsive", () => this.emit("unresponsive"));
    transport.on("certificate-mismatch", () => this.refuse("certificate"));
    transport.on("version-mismatch", () => this.refuse("version"));
    transport.on("flooding", () => this.refuse("flooding"));
    transport.on("sending", () => this.emit("sending"));
    transport.on("open", () => this.#onChannelOpen());
    transport.on("closed-remotely", () => this.emit("closed-remotely"));
    transport.on("bye", () => this.#end());
    transport.on("signal", ({ message }) => void this.receive(message, { direct: true }));
    transport.on("media", (media) => this.emit("media", media));
    transport.on("message", (message) => this.emit("message", message));
    return transport;
  }

  /**
   * A channel on a dead path accepts everything and delivers nothing. Messages use it alone only while packets come and the other
   * side uses it, too: they may notice the dead path first.
   * @param {PeerMessage} message
   */
  #sendSignal(message) {
    const sent = this.send(message.bye ? "bye" : "signal", message.bye ?? message);
    const detoured = performance.now() - this.#detouredAt < DETOUR_MS;
    if (!sent || detoured || this.#state === "interrupted" || this.#state === "failed") this.#options.send(message);
  }

  /** @returns {RTCConfiguration} */
  #configuration() {
    const { iceServers = [], iceTransportPolicy = "all", certificate } = this.#options;
    const certificates = certificate ? { certificates: [certificate] } : {};
    return { iceServers, iceTransportPolicy, bundlePolicy: "max-bundle", ...certificates };
  }

  /** Replaces the RTCPeerConnection; messages to and from the old one are void. */
  #replaceTransport() {
    this.#dispose();
    this.#transport = this.#createTransport(this.#transport.negotiation.remoteTransportId);
    this.#updateState();
  }

  /** Connects again, by another connection. */
  startOver() {
    if (this.#over) return;
    this.#replaceTransport();
    this.offer();
  }

  #dispose() {
    this.#transport.dispose();
    this.clearMedia();
  }

  /** The peer offers to a connection that we no longer have: a new offer makes it restart. @param {PeerMessage} message */
  #offerToUnknown({ attempt, description }) {
    const { negotiation } = this.#transport;
    if (description?.type === "offer" && attempt >= negotiation.remoteTransportId && negotiation.untouched) this.offer();
  }

  /** @param {number} times */
  #help(times) {
    const { connection, negotiation } = this.#transport;
    if (this.#wasConnected && times >= GIVE_UP_PICTURES) this.#transport.pausePictures(true);
    if (negotiation.pending) this.resend();
    else if (negotiation.untouched && times >= FIRST_TRIES) this.offer();
    else if (this.#transport.ended) this.startOver();
    else if (negotiation.established && (this.#state !== "connecting" || times > FIRST_TRIES)) connection.restartIce();
  }

  #onLost() {
    this.#updateState();
    if (this.#state === "interrupted") this.#watchdog.hurry();
  }

  #onChannelOpen() {
    this.#transport.negotiation.repeat();
    this.emit("channel-open");
  }

  #updateState() {
    if (this.#transport.failed) this.#setState("failed");
    else if (this.#transport.connected) this.#setState("connected");
    else this.#setState(this.#wasConnected ? "interrupted" : "connecting");
  }

  get #over() {
    return this.#state === "closed" || this.#state === "refused";
  }

  #end() {
    if (this.#state === "closed") return;
    if (!this.#over) this.#dispose();
    this.#setState("closed");
  }

  #onConnected() {
    this.#wasConnected = true;
    this.#transport.pausePictures(false);
    this.#transport.heartbeat.start();
  }

  /** @param {PeerState} state @param {string} [reason] */
  #setState(state, reason) {
    if (state === this.#state) return;
    this.#state = state;
    if (state === "connected") this.#onConnected();
    this.#watchdog.observe(state);
    this.emit("state", { state, reason });
  }
}
