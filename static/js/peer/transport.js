/**
 * One RTCPeerConnection with all that belongs to it: what it sends, how it negotiates, what the two ends tell each other
 * over it, and whether anything still comes. A connection to a peer may need several of these, one after the other.
 */

import { Emitter } from "../lib/emitter.js";
import { TransceiverPair } from "./transceiver-pair.js";
import { Negotiation } from "./negotiation.js";
import { remoteFingerprint } from "./dtls-fingerprint.js";
import { countReceivedPackets, Heartbeat } from "./heartbeat.js";
import { ConnectionMessages } from "./connection-messages.js";

/** @import { RateLimiter } from "../lib/rate-limiter.js" */
/** @import { MediaState } from "./connection-messages.js" */
/** @import { Message } from "./control-channel.js" */
/** @import { PeerMessage } from "./messages.js" */
/** @import { Tracks } from "./transceiver-pair.js" */

/**
 * @typedef {object} Options
 * @property {RTCConfiguration} configuration
 * @property {string} [expectedFingerprint] the SHA-256 fingerprint of the only certificate that may be at the other end
 * @property {boolean} polite
 * @property {number} remoteTransportId the highest heard of, 0 for none
 * @property {Tracks} tracks what is sent at first
 * @property {Tracks} screen what is shared at first
 * @property {RateLimiter} rateLimiter of candidates
 * @property {(sdp: string) => string} munge changes what a remote description asks this side to send
 * @property {(message: PeerMessage) => void} send
 */

/** Attempt numbers of this tab; shared by all connections, so none is ever used twice. */
let lastTransportId = 0;

/**
 * @typedef {object} TransportEvents
 * @property {void} changed `connected` or `failed` may have changed
 * @property {void} unresponsive a ping was not answered at once
 * @property {void} lost no packet has come for too long
 * @property {void} certificate-mismatch it ends at another certificate than the pinned one
 * @property {RTCTrackEvent} track a remote track came
 * @property {void} sending transceivers were made
 * @property {void} closed-remotely the other side has closed it: they are gone, or have started over
 * @property {void} open this and the rest: see `ConnectionMessagesEvents`
 * @property {void} version-mismatch
 * @property {void} bye
 * @property {{message: PeerMessage}} signal
 * @property {MediaState} media
 * @property {{shares: boolean}} screen
 * @property {Message} message
 */

/** @extends {Emitter<TransportEvents>} */
export class Transport extends Emitter {
  connection;
  negotiation;
  pair;
  screen;
  heartbeat;
  /** @type {ConnectionMessages | null} */
  messages = null;
  /** Whether an address of this side was found since it last began to look for some. */
  hasLocalCandidate = false;
  #expectedFingerprint;
  #certificateVerified = false;
  /** Whether the other side has closed it. */
  #closedRemotely = false;
  #life = new AbortController();

  /** @param {Options} options */
  constructor({ configuration, expectedFingerprint, polite, remoteTransportId, tracks, screen, rateLimiter, munge, send }) {
    super();
    lastTransportId += 1;
    this.#expectedFingerprint = expectedFingerprint;
    this.connection = new RTCPeerConnection(configuration);
    this.pair = new TransceiverPair(tracks, 0);
    this.screen = new TransceiverPair(screen, 1);
    const prepareAnswer = (/** @type {string} */ sdp) => this.#prepareAnswer(sdp);
    const numbers = { transportId: lastTransportId, remoteTransportId };
    this.negotiation = new Negotiation(this.connection, { polite, ...numbers, rateLimiter, munge, prepareAnswer, send });
    this.heartbeat = new Heartbeat({
      countPackets: async () => countReceivedPackets(await this.connection.getStats()),
      ping: () => this.messages?.ping(),
      onUnresponsive: () => this.emit("unresponsive"),
      onChange: (lost) => this.emit(lost ? "lost" : "changed"),
    });
    const { signal } = this;
    this.connection.addEventListener("track", (event) => this.emit("track", event), { signal });
    this.connection.addEventListener("icegatheringstatechange", () => this.#onGatheringState(), { signal });
    this.connection.addEventListener("icecandidate", ({ candidate }) => (this.hasLocalCandidate ||= !!candidate?.candidate), { signal });
    this.connection.addEventListener("connectionstatechange", () => this.#onConnectionState(), { signal });
  }

  /** Aborted when this attempt is over. */
  get signal() {
    return this.#life.signal;
  }

  /** It leads to whom it should, and something comes. */
  get connected() {
    return this.#certificateVerified && this.connection.connectionState === "connected" && !this.heartbeat.lost && !this.#closedRemotely;
  }

  /** The browser has given up. */
  get failed() {
    return this.connection.connectionState === "failed";
  }

  /** Its DTLS transport has failed: that does not come back by an ICE restart. */
  get ended() {
    const states = this.connection.getSenders().map(({ transport }) => transport?.state);
    return states.includes("failed") || states.includes("closed");
  }

  /** Makes the first transceivers, and thereby offers. Does nothing once there are any. */
  offer() {
    if (this.negotiation.answering || this.connection.getTransceivers().length > 0) return;
    this.pair.make(this.connection);
    this.#openMessages();
    this.emit("sending");
  }

  /** Adds the sections for screens. Does nothing once they are there, or while they cannot be negotiated. */
  makeScreen() {
    if (this.screen.made || !this.messages?.open) return;
    this.screen.make(this.connection);
    this.emit("sending");
  }

  /** @param {boolean} paused nothing is sent, whatever the tracks are */
  pause(paused) {
    for (const half of [this.pair, this.screen]) half.pause(paused);
  }

  /** Ends it without a word. */
  dispose() {
    this.#life.abort();
    this.negotiation.stop();
    this.heartbeat.stop();
    this.messages = null;
    this.connection.close();
  }

  /** @param {string} sdp */
  #prepareAnswer(sdp) {
    for (const half of [this.pair, this.screen]) half.adopt(this.connection);
    if (/^m=application /m.test(sdp)) this.#openMessages();
    this.emit("sending");
  }

  #openMessages() {
    if (this.messages !== null) return;
    this.messages = new ConnectionMessages(this.connection, this.signal);
    const { messages, signal } = this;
    messages.on("ended", () => this.#onRemoteClose(), { signal });
    messages.on("open", () => this.emit("open"), { signal });
    messages.on("version-mismatch", () => this.emit("version-mismatch"), { signal });
    messages.on("bye", () => this.emit("bye"), { signal });
    messages.on("signal", (detail) => this.emit("signal", detail), { signal });
    messages.on("media", (detail) => this.emit("media", detail), { signal });
    messages.on("screen", (detail) => this.emit("screen", detail), { signal });
    messages.on("message", (detail) => this.emit("message", detail), { signal });
  }

  #onRemoteClose() {
    // One whose transport has failed here closes its channel, too.
    if (this.connection.connectionState !== "connected") return;
    this.#closedRemotely = true;
    this.emit("changed");
    this.emit("closed-remotely");
  }

  #onGatheringState() {
    if (this.connection.iceGatheringState === "gathering") this.hasLocalCandidate = false;
  }

  #onConnectionState() {
    if (this.connection.connectionState === "connected" && !this.#certificateVerified) void this.#verifyCertificate();
    else this.emit("changed");
  }

  /** Compares the certificate at the other end with the pinned one before the connection counts for anything. */
  async #verifyCertificate() {
    const shown = this.#expectedFingerprint === undefined ? null : await remoteFingerprint(this.connection);
    this.#certificateVerified = shown === null || shown === this.#expectedFingerprint;
    this.emit(this.#certificateVerified ? "changed" : "certificate-mismatch");
  }

  /** Emits nothing after `dispose`. @override @type {Emitter<TransportEvents>["emit"]} */
  emit(type, ...detail) {
    if (!this.signal.aborted) super.emit(type, ...detail);
  }
}
