/**
 * One connection to one peer, for as long as the two are in a room: it negotiates, recovers, and starts over if it must.
 *
 * It knows nothing of the socket: it is handed a `send` and told what arrives. Once the control channel is open, the two
 * negotiate over it; `send` is for what comes before, and for when no packets come through. A first offer that collides
 * is not rolled back; the polite side starts over with a fresh RTCPeerConnection instead. A rollback leaves transceivers
 * behind that no later description takes over (RFC 8829 §5.10: only those of `addTrack` are).
 */

import { Emitter } from "../lib/emitter.js";
import { Transport } from "./transport.js";
import { RemoteStreams } from "./remote-streams.js";
import { NO_TRACKS } from "./transceiver-pair.js";
import { RateLimiter } from "../lib/rate-limiter.js";
import { LIMITS } from "./messages.js";
import { allFingerprintsMatch } from "./dtls-fingerprint.js";
import { Watchdog } from "./watchdog.js";

/** @import { MediaState } from "./connection-messages.js" */
/** @import { Message } from "./control-channel.js" */
/** @import { PeerMessage } from "./messages.js" */
/** @import { Kind, Tracks } from "./transceiver-pair.js" */
/** @import { PeerState } from "./watchdog.js" */

/**
 * @typedef {object} Options
 * @property {string} id the peer's pid
 * @property {boolean} polite whether this side gives way when both offer at once
 * @property {RTCIceServer[]} [iceServers]
 * @property {RTCIceTransportPolicy} [iceTransportPolicy]
 * @property {RTCCertificate} [certificate]
 * @property {string} [expectedFingerprint] the SHA-256 fingerprint of the only certificate that the peer may show
 * @property {Tracks} [tracks] what is sent at first
 * @property {Tracks} [screen] what is shared at first
 * @property {(message: PeerMessage) => void} send tells the peer on any other way than this connection's own channel
 */

/** How long we answer by the way by which the other side came. */
const DETOUR_MS = 3_000;
/** How often help leaves a first connection alone that is still looking for a way. */
const FIRST_TRIES = 2;
/** From this help on, some five seconds into an interruption, nothing is sent any more until the connection is back. */
const GIVE_UP_SENDING = 2;

/**
 * @typedef {object} PeerLinkEvents
 * @property {{state: PeerState, reason?: string}} state connecting, connected, interrupted (was connected, is being helped),
 *   failed, refused (over for good; reason: `certificate` when it is not the pinned one, `version` when the other side speaks
 *   another protocol, or what `refuse` was given) or closed (the other side has left, or `close()` was called)
 * @property {void} closed-remotely the other side has closed the connection, which is interrupted now, without a `bye`: they are
 *   gone, or have started over
 * @property {void} unresponsive nothing has come for a moment; the connection may turn out to be interrupted
 * @property {{track: MediaStreamTrack, kind: string}} track a remote track came; it is already in `remoteStream`
 * @property {{stream: MediaStream | null}} screen the other side shares its screen, or has stopped (null); always the same stream
 * @property {void} sending transceivers were made; see `transceivers`
 * @property {{stream: MediaStream}} tracks-changed the tracks of `remoteStream` came, went, fell silent or came back
 * @property {MediaState} media what the other side says it sends
 * @property {void} channel-open the control channel is open, for the first time or again; what was sent before may not have
 *   arrived
 * @property {Message} message of a topic that is not this class's own; payload is not checked
 */

/** @extends {Emitter<PeerLinkEvents>} */
export class PeerLink extends Emitter {
  #remote = new RemoteStreams();
  #options;
  /** @type {Tracks} */
  #tracks;
  /** @type {Tracks} */
  #screen;
  #transport;
  /** @type {MediaStream | null} */
  #shownScreen = null;
  /** @type {(sdp: string) => string} */
  #munge = (sdp) => sdp;
  #candidateLimiter = new RateLimiter(LIMITS.candidatesPerMinute);
  #descriptionLimiter = new RateLimiter(LIMITS.descriptionsPerMinute);
  #watchdog;
  /** When the other side last made an offer by another way than the connection that stands, ms on the page's clock. */
  #detouredAt = -Infinity;
  /** @type {PeerState} */
  #state = "connecting";
  #wasConnected = false;

  /** @param {Options} options */
  constructor(options) {
    super();
    this.#options = { ...options };
    this.#tracks = options.tracks ?? NO_TRACKS;
    this.#screen = options.screen ?? NO_TRACKS;
    this.#watchdog = new Watchdog((times) => this.#help(times), options);
    this.#transport = this.#createTransport(0);
    this.#watchdog.observe(this.#state);
  }

  /** The peer's pid. */
  get id() {
    return this.#options.id;
  }

  /** The camera and microphone of the other side: one stream for the whole life of this object. */
  get remoteStream() {
    return this.#remote.stream;
  }

  /** @returns {MediaStream | null} what the other side shares */
  get screen() {
    return this.#remote.screen;
  }

  /**
   * What media goes through; null before it is there.
   * @returns {Readonly<{audio: RTCRtpTransceiver | null, video: RTCRtpTransceiver | null, screenAudio: RTCRtpTransceiver | null, screenVideo: RTCRtpTransceiver | null}>}
   */
  get transceivers() {
    const { pair, screen } = this.#transport;
    return { ...pair.transceivers, screenAudio: screen.transceivers.audio, screenVideo: screen.transceivers.video };
  }

  /** Whether this side has an address to be reached at, as far as its latest search has come. */
  get hasLocalCandidate() {
    return this.#transport.hasLocalCandidate;
  }

  /** @returns {PeerState} */
  get state() {
    return this.#state;
  }

  /** Begins: makes the transceivers and offers. Does nothing once there are any. */
  offer() {
    if (!this.#over) this.#transport.offer();
  }

  /**
   * Takes a message of the peer, checked by `readPeerMessage`.
   * @param {PeerMessage} message
   * @param {{direct?: boolean}} [options] direct: it came over the connection itself
   * @returns {Promise<void>} settles when it has been acted upon; never rejects
   */
  async receive(message, { direct = false } = {}) {
    if (this.#over) return;
    const detour = !direct && message.description?.type === "offer" && this.#state === "connected";
    if (detour) this.#detouredAt = performance.now();
    if (!this.#transport.negotiation.isForThisTransport(message)) return this.#offerToUnknown(message);
    if (message.bye) return this.#end();
    const { expectedFingerprint } = this.#options;
    const { description } = message;
    if (description && !this.#descriptionLimiter.consume()) return;
    if (expectedFingerprint !== undefined && description && !allFingerprintsMatch(description.sdp, expectedFingerprint)) return this.refuse("certificate");
    if (this.#transport.negotiation.mustRestart(message)) this.#replaceTransport();
    // A description that cannot be used, or a connection that was replaced while using it: the watchdog tries again.
    await this.#transport.negotiation.receive(message).catch(() => {});
  }

  /**
   * Changes what is sent; never negotiates.
   * @param {Tracks} tracks a track that is disabled counts as muted
   */
  setTracks(tracks) {
    this.#tracks = tracks;
    this.#transport.pair.setTracks(tracks);
    this.#transport.messages?.sendMediaState(tracks);
  }

  /**
   * Shares a screen, with its sound if it has one, or stops. Negotiates the first time only.
   * @param {Tracks} screen both null: nothing
   */
  setScreen(screen) {
    this.#screen = screen;
    this.#transport.screen.setTracks(screen);
    this.#makeScreen();
    this.#transport.messages?.sendScreenState(screen);
  }

  /**
   * Sends in another manner than the other side asks for in its descriptions, such as longer packets of sound.
   * @param {(sdp: string) => string} amend changes a description of theirs, within what they have said they take
   * @returns {void} what was negotiated before is amended in place, without a word to the other side where that does
   */
  setSdpMunging(amend) {
    this.#munge = amend;
    if (!this.#over) this.#transport.negotiation.reapply();
  }

  /** The other side gets nothing of the microphone or the camera, or cannot show it: begins to send it anew. @param {Kind} kind */
  async refreshTrack(kind) {
    if (!this.#over) await this.#transport.pair.refreshTrack(kind);
  }

  /** Makes changed preferences of codecs heard. */
  renegotiate() {
    if (!this.#over) this.#transport.negotiation.renegotiate();
  }

  /**
   * Tells the other side something without the server.
   * @param {string} topic lower-case letters and hyphens; those that `ConnectionMessages` itself uses are taken
   * @param {unknown} payload a JSON value
   * @returns {boolean} false when it was not sent: there is no open channel, or it is longer than 65,536 characters
   */
  send(topic, payload) {
    return this.#transport.messages?.send(topic, payload) ?? false;
  }

  /** On what terms a further connection to this peer is made; null when no certificate is pinned. */
  get laneConfiguration() {
    const { expectedFingerprint } = this.#options;
    return expectedFingerprint === undefined ? null : { configuration: this.#configuration(), expectedFingerprint };
  }

  /** Something may have happened to the network: finds out at once whether the peer is still there. */
  probeNow() {
    this.#transport.heartbeat.probeNow();
  }

  /** Looks for a new way to the peer. */
  restartIce() {
    if (this.#transport.negotiation.pending) this.resend();
    else if (!this.#over && this.#transport.negotiation.established) this.#transport.connection.restartIce();
  }

  /**
   * Makes up for messages that may have been lost with the signaling connection: a first offer is made afresh, a later
   * one is repeated, or withdrawn and made again when the way to the peer is lost.
   */
  resend() {
    const { connection, negotiation } = this.#transport;
    if (this.#over || negotiation.untouched) return;
    if (negotiation.pending && !negotiation.established) this.#startOver();
    else if (this.#state === "connected") negotiation.repeat();
    else if (negotiation.pending) void negotiation.withdraw();
    else connection.restartIce();
  }

  /** @param {RTCIceServer[]} iceServers for the next search for a way */
  setIceServers(iceServers) {
    this.#options.iceServers = iceServers;
    if (!this.#over) this.#transport.connection.setConfiguration(this.#configuration());
  }

  /**
   * Says over which candidates the connection may go. To hide an address it begins anew: an ICE restart would keep the
   * sockets that are open, and with them a direct way (Chromium).
   * @param {RTCIceTransportPolicy} policy
   */
  setIceTransportPolicy(policy) {
    this.#options.iceTransportPolicy = policy;
    if (this.#over) return;
    if (policy === "relay") return this.#startOver();
    this.#transport.connection.setConfiguration(this.#configuration());
    this.restartIce();
  }

  /** @returns {Promise<RTCStatsReport>} */
  getStats() {
    return this.#transport.connection.getStats();
  }

  /** Ends for good, and says nothing more: whoever is at the other end is not who they should be. @param {string} reason */
  refuse(reason) {
    if (this.#over) return;
    this.#dispose();
    this.#setState("refused", reason);
  }

  /** Leaves: tells the other side, and ends. */
  close() {
    if (!this.#over) this.#transport.negotiation.send({ bye: true });
    this.#end();
  }

  /**
   * @param {number} remoteTransportId the highest heard of
   */
  #createTransport(remoteTransportId) {
    const { polite, expectedFingerprint } = this.#options;
    const transport = new Transport({
      configuration: this.#configuration(),
      expectedFingerprint,
      polite,
      remoteTransportId,
      tracks: this.#tracks,
      screen: this.#screen,
      rateLimiter: this.#candidateLimiter,
      munge: (sdp) => this.#munge(sdp),
      send: (message) => this.#sendSignal(message),
    });
    transport.on("changed", () => this.#updateState());
    transport.on("lost", () => this.#onLost());
    transport.on("unresponsive", () => this.emit("unresponsive"));
    transport.on("certificate-mismatch", () => this.refuse("certificate"));
    transport.on("version-mismatch", () => this.refuse("version"));
    transport.on("track", (event) => this.#onTrack(event));
    transport.on("sending", () => this.emit("sending"));
    transport.on("open", () => this.#onChannelOpen());
    transport.on("closed-remotely", () => this.emit("closed-remotely"));
    transport.on("bye", () => this.#end());
    transport.on("signal", ({ message }) => void this.receive(message, { direct: true }));
    transport.on("media", (media) => this.emit("media", media));
    transport.on("screen", ({ shares }) => this.#onScreenState(shares));
    transport.on("message", (message) => this.emit("message", message));
    return transport;
  }

  /**
   * A channel on a path that died takes everything and delivers nothing: it is the only way as long as packets come, and
   * as long as the other side uses it, too: they may know of the death before we do.
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

  /** Replaces the RTCPeerConnection; everything said to or by the old one is void. */
  #replaceTransport() {
    this.#dispose();
    this.#transport = this.#createTransport(this.#transport.negotiation.remoteTransportId);
    this.#updateState();
  }

  #startOver() {
    this.#replaceTransport();
    this.offer();
  }

  #dispose() {
    this.#transport.dispose();
    this.#remote.clear();
    this.#showScreen();
  }

  /**
   * An offer to a connection that this side no longer has, from somebody who still has theirs: a new offer tells them.
   * @param {PeerMessage} message
   */
  #offerToUnknown({ attempt, description }) {
    const { negotiation } = this.#transport;
    if (description?.type === "offer" && attempt >= negotiation.remoteTransportId && negotiation.untouched) this.offer();
  }

  /** @param {number} times */
  #help(times) {
    const { connection, negotiation } = this.#transport;
    if (this.#wasConnected && times >= GIVE_UP_SENDING) this.#transport.pause(true);
    if (negotiation.pending) this.resend();
    else if (negotiation.untouched && times >= FIRST_TRIES) this.offer();
    else if (this.#transport.ended) this.#startOver();
    else if (negotiation.established && (this.#state !== "connecting" || times > FIRST_TRIES)) connection.restartIce();
  }

  #onLost() {
    this.#updateState();
    if (this.#state === "interrupted") this.#watchdog.hurry();
  }

  #onChannelOpen() {
    this.#makeScreen();
    const { messages, negotiation } = this.#transport;
    messages?.sendMediaState(this.#tracks);
    messages?.sendScreenState(this.#screen);
    negotiation.repeat();
    this.emit("channel-open");
  }

  /**
   * Adds the sections for screens, which both sides then use. Only the side that does not give way ever adds any, when
   * either shares for the first time: so there is no collision in which they would be added twice.
   */
  #makeScreen() {
    const wanted = this.#screen.video !== null || this.#remote.sharesScreen;
    if (wanted && !this.#options.polite) this.#transport.makeScreen();
  }

  /** @param {boolean} shares */
  #onScreenState(shares) {
    this.#remote.sharesScreen = shares;
    this.#makeScreen();
    this.#showScreen();
  }

  #showScreen() {
    const { screen } = this.#remote;
    if (screen === this.#shownScreen) return;
    this.#shownScreen = screen;
    this.emit("screen", { stream: screen });
  }

  /** @param {RTCTrackEvent} event */
  #onTrack(event) {
    const { track } = event;
    const stream = this.#remote.addTrack(this.#transport.connection, event);
    if (stream !== this.remoteStream) return this.#showScreen();
    const changed = () => this.emit("tracks-changed", { stream: this.remoteStream });
    const { signal } = this.#transport;
    for (const type of ["mute", "unmute", "ended"]) track.addEventListener(type, changed, { signal });
    this.emit("track", { track, kind: track.kind });
    changed();
  }

  #updateState() {
    if (this.#transport.failed) this.#setState("failed");
    else if (this.#transport.connected) this.#setState("connected");
    else this.#setState(this.#wasConnected ? "interrupted" : "connecting");
  }

  /** Whatever comes or happens now changes nothing any more. */
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
    this.#transport.pause(false);
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
