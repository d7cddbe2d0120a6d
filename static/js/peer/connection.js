/**
 * One connection to one peer, for as long as the two are in a room: it negotiates, recovers, and starts over if it must.
 *
 * It knows nothing of the socket: it is handed a `send` and told what arrives. Once the control channel is open, the two
 * negotiate over it; `send` is for what comes before, and for when no packets come through. A first offer that collides
 * is not rolled back; the polite side starts over with a fresh RTCPeerConnection instead. A rollback leaves transceivers
 * behind that no later description takes over (RFC 8829 §5.10: only those of `addTrack` are).
 *
 * @module
 */

import { Attempt } from "./transport.js";
import { Inbound } from "./remote-streams.js";
import { NOTHING } from "./transceiver-pair.js";
import { Allowance, LIMITS } from "./messages.js";
import { namesOnly } from "./dtls-fingerprint.js";
import { Watchdog } from "./watchdog.js";

/** @typedef {import("./messages.js").PeerMessage} PeerMessage */
/** @typedef {import("./transceiver-pair.js").Tracks} Tracks */
/** @typedef {import("./watchdog.js").PeerState} PeerState */

/**
 * @typedef {object} Options
 * @property {string} id the peer's pid
 * @property {boolean} polite whether this side gives way when both offer at once
 * @property {RTCIceServer[]} [iceServers]
 * @property {RTCIceTransportPolicy} [iceTransportPolicy]
 * @property {RTCCertificate} [certificate]
 * @property {string} [pin] the SHA-256 fingerprint of the only certificate that the peer may show
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
 * Events, all `CustomEvent`:
 * - `state` {state, reason}: connecting | connected | interrupted (was connected, is being helped) | failed | refused
 *   (over for good; reason: `certificate` when it is not the pinned one, `version` when the other side speaks another
 *   protocol, or what `refuse` was given) | closed (the other side has left, or `close()` was called)
 * - `left` {}: the other side has closed the connection without a word, which is interrupted now: they are gone, or have begun anew
 * - `doubt` {}: nothing has come for a moment; the connection may turn out to be interrupted
 * - `track` {track, kind}: a remote track came; it is already in `remoteStream`
 * - `screen` {stream}: the other side shares its screen, or has stopped (null); always the same stream
 * - `sending` {}: transceivers were made; see `transceivers`
 * - `tracks-changed` {stream}: the tracks of `remoteStream` came, went, fell silent or came back
 * - `media` {audio, video}: the other side says what it sends
 * - `reachable`: the control channel is open, for the first time or again; what was told before may not have arrived
 * - `told` {topic, payload}: the other side tells something on a topic that is not this class's own; not checked
 */
export class PeerConnection extends EventTarget {
  #inbound = new Inbound();
  #options;
  /** @type {Tracks} */
  #tracks;
  /** @type {Tracks} */
  #screen;
  #current;
  /** @type {MediaStream | null} */
  #shownScreen = null;
  /** @type {(sdp: string) => string} */
  #amend = (sdp) => sdp;
  #candidates = new Allowance(LIMITS.candidatesPerMinute);
  #descriptions = new Allowance(LIMITS.descriptionsPerMinute);
  #watchdog;
  /** When the other side last made an offer by another way than the connection that stands, ms on the page's clock. */
  #detouredAt = -Infinity;
  /** @type {PeerState} */
  #state = "connecting";
  #stood = false;

  /** @param {Options} options */
  constructor(options) {
    super();
    this.#options = { ...options };
    this.#tracks = options.tracks ?? NOTHING;
    this.#screen = options.screen ?? NOTHING;
    this.#watchdog = new Watchdog((times) => this.#help(times), options);
    this.#current = this.#begin(0);
    this.#watchdog.observe(this.#state);
  }

  /** The peer's pid. */
  get id() {
    return this.#options.id;
  }

  /** The camera and microphone of the other side: one stream for the whole life of this object. */
  get remoteStream() {
    return this.#inbound.stream;
  }

  /** @returns {MediaStream | null} what the other side shares */
  get screen() {
    return this.#inbound.screen;
  }

  /**
   * What media goes through; null before it is there.
   *
   * @returns {Readonly<{audio: RTCRtpTransceiver | null, video: RTCRtpTransceiver | null, screenAudio: RTCRtpTransceiver | null, screenVideo: RTCRtpTransceiver | null}>}
   */
  get transceivers() {
    const { pair, screen } = this.#current;
    return { ...pair.transceivers, screenAudio: screen.transceivers.audio, screenVideo: screen.transceivers.video };
  }

  /** Whether this side has an address to be reached at, as far as its latest search has come. */
  get addressed() {
    return this.#current.addressed;
  }

  /** @returns {PeerState} */
  get state() {
    return this.#state;
  }

  /** Begins: makes the transceivers and offers. Does nothing once there are any. */
  offer() {
    if (!this.#over) this.#current.offer();
  }

  /**
   * Takes a message of the peer, checked by `readPeerMessage`.
   *
   * @param {PeerMessage} message
   * @param {{direct?: boolean}} [options] direct: it came over the connection itself
   * @returns {Promise<void>} settles when it has been acted upon; never rejects
   */
  async receive(message, { direct = false } = {}) {
    if (this.#over) return;
    const detour = !direct && message.description?.type === "offer" && this.#state === "connected";
    if (detour) this.#detouredAt = performance.now();
    if (!this.#current.negotiation.concerns(message)) return this.#answerStranger(message);
    if (message.bye) return this.#end();
    const { pin } = this.#options;
    const { description } = message;
    if (description && !this.#descriptions.take()) return;
    if (pin !== undefined && description && !namesOnly(description.sdp, pin)) return this.refuse("certificate");
    if (this.#current.negotiation.mustYield(message)) this.#renew();
    // A description that cannot be used, or a connection that was replaced while using it: the watchdog tries again.
    await this.#current.negotiation.receive(message).catch(() => {});
  }

  /**
   * Changes what is sent; never negotiates.
   *
   * @param {Tracks} tracks a track that is disabled counts as muted
   */
  setTracks(tracks) {
    this.#tracks = tracks;
    this.#current.pair.setTracks(tracks);
    this.#current.talk?.tellMedia(tracks);
  }

  /**
   * Shares a screen, with its sound if it has one, or stops. Negotiates the first time only.
   *
   * @param {Tracks} screen both null: nothing
   */
  setScreen(screen) {
    this.#screen = screen;
    this.#current.screen.setTracks(screen);
    this.#makeScreen();
    this.#current.talk?.tellScreen(screen);
  }

  /**
   * Sends in another manner than the other side asks for in its descriptions, such as longer packets of sound.
   *
   * @param {(sdp: string) => string} amend changes a description of theirs, within what they have said they take
   * @returns {void} what was negotiated before is amended in place, without a word to the other side where that does
   */
  tune(amend) {
    this.#amend = amend;
    if (!this.#over) this.#current.negotiation.retune();
  }

  /**
   * The other side gets nothing of the microphone or the camera, or cannot show it: begins to send it anew.
   *
   * @param {import("./transceiver-pair.js").Kind} kind
   */
  async sendAgain(kind) {
    if (!this.#over) await this.#current.pair.again(kind);
  }

  /** Makes changed preferences of codecs heard. */
  renegotiate() {
    if (!this.#over) this.#current.negotiation.renew();
  }

  /**
   * Tells the other side something without the server.
   *
   * @param {string} topic lower-case letters and hyphens; those that `Talk` itself uses are taken
   * @param {unknown} payload a JSON value
   * @returns {boolean} false when it was not sent: there is no open channel, or it is longer than 65,536 characters
   */
  tell(topic, payload) {
    return this.#current.talk?.tell(topic, payload) ?? false;
  }

  /** On what terms a further connection to this peer is made; null when no certificate is pinned. */
  get laneTerms() {
    const { pin } = this.#options;
    return pin === undefined ? null : { configuration: this.#configuration(), pin };
  }

  /** Something may have happened to the network: finds out at once whether the peer is still there. */
  suspect() {
    this.#current.pulse.suspect();
  }

  /** Looks for a new way to the peer. */
  restartIce() {
    if (this.#current.negotiation.pending) this.resend();
    else if (!this.#over && this.#current.negotiation.established) this.#current.connection.restartIce();
  }

  /**
   * Makes up for messages that may have been lost with the signaling connection: a first offer is made afresh, a later
   * one is repeated, or withdrawn and made again when the way to the peer is lost.
   */
  resend() {
    const { connection, negotiation } = this.#current;
    if (this.#over || negotiation.untouched) return;
    if (negotiation.pending && !negotiation.established) this.#startOver();
    else if (this.#state === "connected") negotiation.repeat();
    else if (negotiation.pending) void negotiation.withdraw();
    else connection.restartIce();
  }

  /** @param {RTCIceServer[]} iceServers for the next search for a way */
  setIceServers(iceServers) {
    this.#options.iceServers = iceServers;
    if (!this.#over) this.#current.connection.setConfiguration(this.#configuration());
  }

  /**
   * Says over which candidates the connection may go. To hide an address it begins anew: an ICE restart would keep the
   * sockets that are open, and with them a direct way (Chromium).
   *
   * @param {RTCIceTransportPolicy} policy
   */
  setIceTransportPolicy(policy) {
    this.#options.iceTransportPolicy = policy;
    if (this.#over) return;
    if (policy === "relay") return this.#startOver();
    this.#current.connection.setConfiguration(this.#configuration());
    this.restartIce();
  }

  /** @returns {Promise<RTCStatsReport>} */
  getStats() {
    return this.#current.connection.getStats();
  }

  /**
   * Ends for good, and says nothing more: whoever is at the other end is not who they should be.
   *
   * @param {string} reason
   */
  refuse(reason) {
    if (this.#over) return;
    this.#dispose();
    this.#enter("refused", reason);
  }

  /** Leaves: tells the other side, and ends. */
  close() {
    if (!this.#over) this.#current.negotiation.send({ bye: true });
    this.#end();
  }

  /**
   * @param {number} theirAttempt the highest heard of
   * @returns {Attempt}
   */
  #begin(theirAttempt) {
    const { polite, pin } = this.#options;
    const attempt = new Attempt({
      configuration: this.#configuration(),
      pin,
      polite,
      theirAttempt,
      tracks: this.#tracks,
      screen: this.#screen,
      allowance: this.#candidates,
      amend: (sdp) => this.#amend(sdp),
      send: (message) => this.#say(message),
    });
    /** @type {(type: string, act: (detail: any) => void) => void} */
    const on = (type, act) => attempt.addEventListener(type, (event) => act(/** @type {CustomEvent} */ (event).detail));
    on("changed", () => this.#observe());
    on("silent", () => this.#fellSilent());
    on("doubt", () => this.#emit("doubt", {}));
    on("impostor", () => this.refuse("certificate"));
    on("foreign", () => this.refuse("version"));
    on("track", (event) => this.#gained(event));
    on("sending", () => this.#emit("sending", {}));
    on("open", () => this.#opened());
    on("left", () => this.#emit("left", {}));
    on("bye", () => this.#end());
    on("signal", ({ message }) => void this.receive(message, { direct: true }));
    on("media", (media) => this.#emit("media", media));
    on("screen", ({ shares }) => this.#heardOfScreen(shares));
    on("told", (told) => this.#emit("told", told));
    return attempt;
  }

  /**
   * A channel on a path that died takes everything and delivers nothing: it is the only way as long as packets come, and
   * as long as the other side uses it, too: they may know of the death before we do.
   *
   * @param {PeerMessage} message
   */
  #say(message) {
    const told = this.tell(message.bye ? "bye" : "signal", message.bye ?? message);
    const detoured = performance.now() - this.#detouredAt < DETOUR_MS;
    if (!told || detoured || this.#state === "interrupted" || this.#state === "failed") this.#options.send(message);
  }

  /** @returns {RTCConfiguration} */
  #configuration() {
    const { iceServers = [], iceTransportPolicy = "all", certificate } = this.#options;
    const certificates = certificate ? { certificates: [certificate] } : {};
    return { iceServers, iceTransportPolicy, bundlePolicy: "max-bundle", ...certificates };
  }

  /** Replaces the RTCPeerConnection; everything said to or by the old one is void. */
  #renew() {
    this.#dispose();
    this.#current = this.#begin(this.#current.negotiation.theirAttempt);
    this.#observe();
  }

  #startOver() {
    this.#renew();
    this.offer();
  }

  #dispose() {
    this.#current.dispose();
    this.#inbound.clear();
    this.#showScreen();
  }

  /**
   * An offer to a connection that this side no longer has, from somebody who still has theirs: a new offer tells them.
   *
   * @param {PeerMessage} message
   */
  #answerStranger({ attempt, description }) {
    const { negotiation } = this.#current;
    if (description?.type === "offer" && attempt >= negotiation.theirAttempt && negotiation.untouched) this.offer();
  }

  /** @param {number} times */
  #help(times) {
    const { connection, negotiation } = this.#current;
    if (this.#stood && times >= GIVE_UP_SENDING) this.#current.pause(true);
    if (negotiation.pending) this.resend();
    else if (negotiation.untouched && times >= FIRST_TRIES) this.offer();
    else if (this.#current.ended) this.#startOver();
    else if (negotiation.established && (this.#state !== "connecting" || times > FIRST_TRIES)) connection.restartIce();
  }

  #fellSilent() {
    this.#observe();
    if (this.#state === "interrupted") this.#watchdog.hurry();
  }

  #opened() {
    this.#makeScreen();
    const { talk, negotiation } = this.#current;
    talk?.tellMedia(this.#tracks);
    talk?.tellScreen(this.#screen);
    negotiation.repeat();
    this.#emit("reachable", {});
  }

  /**
   * Adds the sections for screens, which both sides then use. Only the side that does not give way ever adds any, when
   * either shares for the first time: so there is no collision in which they would be added twice.
   */
  #makeScreen() {
    const wanted = this.#screen.video !== null || this.#inbound.screenTold;
    if (wanted && !this.#options.polite) this.#current.makeScreen();
  }

  /** @param {boolean} shares */
  #heardOfScreen(shares) {
    this.#inbound.screenTold = shares;
    this.#makeScreen();
    this.#showScreen();
  }

  #showScreen() {
    const { screen } = this.#inbound;
    if (screen === this.#shownScreen) return;
    this.#shownScreen = screen;
    this.#emit("screen", { stream: screen });
  }

  /** @param {RTCTrackEvent} event */
  #gained(event) {
    const { track } = event;
    const stream = this.#inbound.take(this.#current.connection, event);
    if (stream !== this.remoteStream) return this.#showScreen();
    const changed = () => this.#emit("tracks-changed", { stream: this.remoteStream });
    const { signal } = this.#current;
    for (const type of ["mute", "unmute", "ended"]) track.addEventListener(type, changed, { signal });
    this.#emit("track", { track, kind: track.kind });
    changed();
  }

  #observe() {
    if (this.#current.failed) this.#enter("failed");
    else if (this.#current.standing) this.#enter("connected");
    else this.#enter(this.#stood ? "interrupted" : "connecting");
  }

  /** Whatever comes or happens now changes nothing any more. */
  get #over() {
    return this.#state === "closed" || this.#state === "refused";
  }

  #end() {
    if (this.#state === "closed") return;
    if (!this.#over) this.#dispose();
    this.#enter("closed");
  }

  #stand() {
    this.#stood = true;
    this.#current.pause(false);
    this.#current.pulse.start();
  }

  /**
   * @param {PeerState} state
   * @param {string} [reason]
   */
  #enter(state, reason) {
    if (state === this.#state) return;
    this.#state = state;
    if (state === "connected") this.#stand();
    this.#watchdog.observe(state);
    this.#emit("state", { state, reason });
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
