/** One RTCPeerConnection with its transceivers, negotiation, control messages and heartbeat. A link may need several in turn. */

import { Emitter } from "../lib/emitter.js";
import { TransceiverPair } from "./transceiver-pair.js";
import { Negotiation } from "./negotiation.js";
import { remoteFingerprint } from "./dtls-fingerprint.js";
import { countReceivedPackets, Heartbeat } from "./heartbeat.js";
import { ConnectionMessages } from "./connection-messages.js";
import { traffic } from "./stats/traffic.js";

/** @import { PeerGate } from "../gate/gate.js" */
/** @import { MediaState } from "./connection-messages.js" */
/** @import { Message } from "./control-channel.js" */
/** @import { PeerMessage } from "./messages.js" */
/** @import { Munge } from "./negotiation.js" */
/** @import { Tracks } from "./transceiver-pair.js" */

/**
 * @typedef {object} Options
 * @property {RTCConfiguration} configuration
 * @property {string} [expectedFingerprint] SHA-256, of the only certificate that may be at the other end
 * @property {boolean} polite
 * @property {number} remoteTransportId the highest received, 0 for none
 * @property {Tracks} tracks
 * @property {Tracks} screen
 * @property {boolean} dataOnly it has a control channel and no media
 * @property {PeerGate} gate
 * @property {() => boolean} [isOverloaded] whether the processor is full
 * @property {Munge} munge changes what a remote description asks this side to send
 * @property {(message: PeerMessage) => void} send
 */

/** Shared by all connections of this tab, so that no number is used twice. */
let lastTransportId = 0;
/** How old statistics may be that show life, and by how much later than the last ones: a pause in speech has few packets. */
const SHARED_MS = 450;
const APART_MS = 100;

/**
 * @typedef {object} TransportEvents
 * @property {void} changed `connected` or `failed` may have changed
 * @property {void} unresponsive a ping was not answered at once
 * @property {void} lost no packet has come for too long
 * @property {void} certificate-mismatch it ends at another certificate than the pinned one
 * @property {RTCTrackEvent} track
 * @property {void} sending transceivers were created
 * @property {void} closed-remotely the peer closed it: it is gone, or has restarted
 * @property {void} open this and the rest: see `ConnectionMessagesEvents`
 * @property {void} version-mismatch
 * @property {void} flooding
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
  /** Whether the latest gathering has found a local candidate. */
  hasLocalCandidate = false;
  #expectedFingerprint;
  #dataOnly;
  #gate;
  #certificateVerified = false;
  #closedRemotely = false;
  #countedAt = -Infinity;
  #life = new AbortController();

  /** @param {Options} options */
  constructor({ configuration, expectedFingerprint, polite, remoteTransportId, tracks, screen, dataOnly, gate, isOverloaded, munge, send }) {
    super();
    this.#dataOnly = dataOnly;
    this.#gate = gate;
    lastTransportId += 1;
    this.#expectedFingerprint = expectedFingerprint;
    this.connection = new RTCPeerConnection(configuration);
    this.pair = new TransceiverPair(tracks, 0);
    this.screen = new TransceiverPair(screen, 1);
    const prepareAnswer = (/** @type {string} */ sdp) => this.#prepareAnswer(sdp);
    const hasBegun = () => this.messages !== null;
    const onApplied = () => this.screen.release();
    const numbers = { transportId: lastTransportId, remoteTransportId };
    this.negotiation = new Negotiation(this.connection, { polite, ...numbers, mayTakeCandidate: () => gate.spend({ candidates: 1 }), munge, prepareAnswer, onApplied, hasBegun, send });
    this.heartbeat = new Heartbeat({
      countPackets: (fresh) => this.#countPackets(fresh),
      isOverloaded,
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

  /** Aborted by `dispose`. */
  get signal() {
    return this.#life.signal;
  }

  /** Whether it ends at the right certificate, and packets come. */
  get connected() {
    return this.#certificateVerified && this.connection.connectionState === "connected" && !this.heartbeat.lost && !this.#closedRemotely;
  }

  get failed() {
    return this.connection.connectionState === "failed";
  }

  /** Whether DTLS has failed: an ICE restart does not bring that back. */
  get ended() {
    const transports = [...this.connection.getSenders().map(({ transport }) => transport), this.connection.sctp?.transport];
    const states = transports.map((transport) => transport?.state);
    return states.includes("failed") || states.includes("closed");
  }

  /** Creates the first sections, which makes the browser ask for an offer. Does nothing once there are any. */
  offer() {
    if (this.negotiation.answering || this.messages !== null || this.connection.getTransceivers().length > 0) return;
    if (!this.#dataOnly) this.pair.make(this.connection);
    this.#openMessages();
    this.emit("sending");
  }

  /** Adds the sections for screens, unless they exist or cannot be negotiated yet. */
  makeScreen() {
    if (this.screen.made || this.#dataOnly || !this.messages?.open) return;
    this.screen.make(this.connection);
    this.emit("sending");
  }

  /** @param {boolean} paused see `TransceiverPair` */
  pausePictures(paused) {
    for (const half of [this.pair, this.screen]) half.pausePicture(paused);
  }

  dispose() {
    this.#life.abort();
    this.negotiation.stop();
    this.heartbeat.stop();
    this.messages = null;
    traffic.readLast(this.connection);
    this.connection.close();
  }

  /** @param {string} sdp */
  #prepareAnswer(sdp) {
    this.pair.adopt(this.connection);
    this.screen.adopt(this.connection, { hold: mixesUpEarlyPackets(sdp) });
    if (/^m=application /m.test(sdp)) this.#openMessages();
    this.emit("sending");
  }

  #openMessages() {
    if (this.messages !== null) return;
    this.messages = new ConnectionMessages(this.connection, this.#gate, this.signal);
    const { messages, signal } = this;
    messages.on("ended", () => this.#onRemoteClose(), { signal });
    messages.on("open", () => this.emit("open"), { signal });
    messages.on("version-mismatch", () => this.emit("version-mismatch"), { signal });
    messages.on("flooding", () => this.emit("flooding"), { signal });
    messages.on("bye", () => this.emit("bye"), { signal });
    messages.on("signal", (detail) => this.emit("signal", detail), { signal });
    messages.on("media", (detail) => this.emit("media", detail), { signal });
    messages.on("screen", (detail) => this.emit("screen", detail), { signal });
    messages.on("message", (detail) => this.emit("message", detail), { signal });
  }

  /** Takes statistics that were read for something else, if they are later than those of the last look. @param {boolean} fresh */
  async #countPackets(fresh) {
    const sinceLast = performance.now() - this.#countedAt;
    const { stats, at } = await traffic.recent(this.connection, fresh ? -1 : Math.min(SHARED_MS, sinceLast - APART_MS));
    this.#countedAt = at;
    return { ...countReceivedPackets(stats), at };
  }

  #onRemoteClose() {
    // A failed transport closes its channel, too.
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

  /** Compares the certificate with the pinned one before the connection counts as connected. */
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

/**
 * Firefox takes packets of a section whose answer it has not set yet for those of the camera, and then never shows the section.
 * @param {string} sdp a description of its own
 */
function mixesUpEarlyPackets(sdp) {
  return /^o=mozilla/m.test(sdp);
}
