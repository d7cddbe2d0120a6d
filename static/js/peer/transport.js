/**
 * One RTCPeerConnection with all that belongs to it: what it sends, how it negotiates, what the two ends tell each other
 * over it, and whether anything still comes. A connection to a peer may need several of these, one after the other.
 *
 * @module
 */

import { MediaPair } from "./transceiver-pair.js";
import { Negotiation } from "./negotiation.js";
import { remoteFingerprint } from "./dtls-fingerprint.js";
import { packetsHeard, Pulse } from "./heartbeat.js";
import { Talk } from "./connection-messages.js";

/** @typedef {import("./messages.js").PeerMessage} PeerMessage */
/** @typedef {import("./transceiver-pair.js").Tracks} Tracks */

/**
 * @typedef {object} Options
 * @property {RTCConfiguration} configuration
 * @property {string} [pin] the SHA-256 fingerprint of the only certificate that may be at the other end
 * @property {boolean} polite
 * @property {number} theirAttempt the highest heard of, 0 for none
 * @property {Tracks} tracks what is sent at first
 * @property {Tracks} screen what is shared at first
 * @property {import("./messages.js").Allowance} allowance of candidates
 * @property {(sdp: string) => string} amend changes what a remote description asks this side to send
 * @property {(message: PeerMessage) => void} send
 */

/** Attempt numbers of this tab; shared by all connections, so none is ever used twice. */
let attempts = 0;

/**
 * Events, all `CustomEvent`, none after `dispose`:
 * - `changed`: `standing` or `failed` may be another now
 * - `doubt`: a question has not been answered at once
 * - `silent`: no packet has come for too long
 * - `impostor`: it ends at another certificate than the pinned one
 * - `track`: `detail` is the RTCTrackEvent
 * - `sending`: transceivers were made
 * - `left`: the other side has closed it: they are gone, or have begun anew
 * - those of `Talk`
 */
export class Attempt extends EventTarget {
  connection;
  negotiation;
  pair;
  screen;
  pulse;
  /** @type {Talk | null} */
  talk = null;
  /** Whether an address of this side was found since it last began to look for some. */
  addressed = false;
  #pin;
  #proved = false;
  /** Whether the other side has closed it. */
  #left = false;
  #life = new AbortController();

  /** @param {Options} options */
  constructor({ configuration, pin, polite, theirAttempt, tracks, screen, allowance, amend, send }) {
    super();
    attempts += 1;
    this.#pin = pin;
    this.connection = new RTCPeerConnection(configuration);
    this.pair = new MediaPair(tracks, 0);
    this.screen = new MediaPair(screen, 1);
    const prepareAnswer = (/** @type {string} */ sdp) => this.#prepareAnswer(sdp);
    const numbers = { attempt: attempts, theirAttempt };
    this.negotiation = new Negotiation(this.connection, { polite, ...numbers, allowance, amend, prepareAnswer, send });
    this.pulse = new Pulse({
      count: async () => packetsHeard(await this.connection.getStats()),
      ask: () => this.talk?.ask(),
      doubt: () => this.#emit("doubt"),
      changed: (silent) => this.#emit(silent ? "silent" : "changed"),
    });
    const { signal } = this;
    this.connection.addEventListener("track", (event) => this.#emit("track", event), { signal });
    this.connection.addEventListener("icegatheringstatechange", () => this.#gathering(), { signal });
    this.connection.addEventListener("icecandidate", ({ candidate }) => (this.addressed ||= !!candidate?.candidate), { signal });
    this.connection.addEventListener("connectionstatechange", () => this.#observe(), { signal });
  }

  /** Aborted when this attempt is over. */
  get signal() {
    return this.#life.signal;
  }

  /** It leads to whom it should, and something comes. */
  get standing() {
    return this.#proved && this.connection.connectionState === "connected" && !this.pulse.silent && !this.#left;
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
    this.#openTalk();
    this.#emit("sending");
  }

  /** Adds the sections for screens. Does nothing once they are there, or while they cannot be negotiated. */
  makeScreen() {
    if (this.screen.made || !this.talk?.open) return;
    this.screen.make(this.connection);
    this.#emit("sending");
  }

  /** @param {boolean} paused nothing is sent, whatever the tracks are */
  pause(paused) {
    for (const half of [this.pair, this.screen]) half.pause(paused);
  }

  /** Ends it without a word. */
  dispose() {
    this.#life.abort();
    this.negotiation.stop();
    this.pulse.stop();
    this.talk = null;
    this.connection.close();
  }

  /** @param {string} sdp */
  #prepareAnswer(sdp) {
    for (const half of [this.pair, this.screen]) half.adopt(this.connection);
    if (/^m=application /m.test(sdp)) this.#openTalk();
    this.#emit("sending");
  }

  #openTalk() {
    if (this.talk !== null) return;
    this.talk = new Talk(this.connection, this.signal);
    this.talk.addEventListener("ended", () => this.#closedThere(), { signal: this.signal });
    for (const type of ["open", "foreign", "bye", "signal", "media", "screen", "told"]) {
      const hand = (/** @type {Event} */ event) => this.#emit(type, /** @type {CustomEvent} */ (event).detail);
      this.talk.addEventListener(type, hand, { signal: this.signal });
    }
  }

  #closedThere() {
    // One whose transport has failed here closes its channel, too.
    if (this.connection.connectionState !== "connected") return;
    this.#left = true;
    this.#emit("changed");
    this.#emit("left");
  }

  #gathering() {
    if (this.connection.iceGatheringState === "gathering") this.addressed = false;
  }

  #observe() {
    if (this.connection.connectionState === "connected" && !this.#proved) void this.#prove();
    else this.#emit("changed");
  }

  /** Compares the certificate at the other end with the pinned one before the connection counts for anything. */
  async #prove() {
    const shown = this.#pin === undefined ? null : await remoteFingerprint(this.connection);
    this.#proved = shown === null || shown === this.#pin;
    this.#emit(this.#proved ? "changed" : "impostor");
  }

  /**
   * @param {string} type
   * @param {unknown} [detail]
   */
  #emit(type, detail) {
    if (!this.signal.aborted) this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
