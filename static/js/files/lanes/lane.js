/**
 * A lane: one RTCPeerConnection with one ordered, reliable data channel, for bytes of files alone.
 *
 * On a long or lossy way one SCTP association is bound by its window and by its answer to loss; more data channels on it change
 * nothing, more connections do. A lane is introduced over the control channel of the connection that stands, never over the
 * server, and must end at the same certificate as that one. A lane that breaks is not mended but replaced.
 */

import { Emitter } from "../../lib/emitter.js";
import { CandidateInbox } from "../../peer/ice/candidate-inbox.js";
import { CandidateOutbox } from "../../peer/ice/candidate-outbox.js";
import { allFingerprintsMatch, remoteFingerprint } from "../../peer/dtls-fingerprint.js";
import { collectAfter } from "../storage/buffer-pool.js";

/** @import { RateLimiter } from "../../lib/rate-limiter.js" */
/** @import { PeerMessage } from "../../peer/messages.js" */
/** @typedef {{configuration: RTCConfiguration, expectedFingerprint: string}} LaneConfiguration expectedFingerprint: of the fingerprint of the only certificate it may end at */

/** Bytes that may wait in a lane; more gains no speed, and makes a lane that is given up lose more. */
export const HIGH_WATER = 1_000_000;
const LOW_WATER = 400_000;
/** A lane that cannot be made, or whose packets stop, is given up after this many milliseconds. */
const OPEN_TIMEOUT_MS = 15_000;
const SILENCE_TIMEOUT_MS = 4_000;
/** Messages (of 64 KB at most) that may come before it is known whose they are. */
const MAX_EARLY = 128;

/**
 * @typedef {object} LaneEvents
 * @property {void} up it leads to the pinned certificate and takes frames
 * @property {void} room less waits in it than the low-water mark
 * @property {{data: unknown}} frame a message came, not checked
 * @property {{refused: boolean}} down over for good, fires once; refused: it led to another certificate
 */

/** @extends {Emitter<LaneEvents>} */
export class Lane extends Emitter {
  /** What was sent over it and is not confirmed; kept by whoever sends. @type {Set<object>} */
  carries = new Set();
  /** No more is to be sent over it. */
  draining = false;
  /** Bytes handed to it. */
  #sentBytes = 0;
  #number;
  #expectedFingerprint;
  #connection;
  #channel;
  #sendSignal;
  #inbox;
  #outbox;
  #life = new AbortController();
  /** @type {unknown[]} */
  #early = [];
  #certificateVerified = false;
  #up = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timeout;

  /**
   * @param {object} options
   * @param {number} options.number its own number on both sides
   * @param {LaneConfiguration} options.configuration
   * @param {RateLimiter} options.limiter candidates that the peer may send
   * @param {(message: PeerMessage) => boolean} options.send false: the peer cannot be told anything now
   */
  constructor({ number, configuration, limiter, send }) {
    super();
    this.#number = number;
    this.#expectedFingerprint = configuration.expectedFingerprint;
    this.#sendSignal = send;
    const connection = (this.#connection = new RTCPeerConnection(configuration.configuration));
    this.#channel = connection.createDataChannel("files", { negotiated: true, id: 0 });
    this.#channel.binaryType = "arraybuffer";
    this.#channel.bufferedAmountLowThreshold = LOW_WATER;
    this.#inbox = new CandidateInbox(connection, limiter);
    this.#outbox = new CandidateOutbox((candidates) => this.#signal({ candidates }));
    this.#listen();
    this.#startTimeout(OPEN_TIMEOUT_MS);
  }

  /** Bytes that wait in it. */
  get waiting() {
    return this.#channel.bufferedAmount;
  }

  /** Bytes that have left it. */
  get departed() {
    return this.#sentBytes - this.#channel.bufferedAmount;
  }

  /** Whether it takes frames. */
  get isUp() {
    return this.#up;
  }

  /** Whether it takes another frame now. */
  get hasRoom() {
    return this.#up && !this.draining && this.#channel.bufferedAmount < HIGH_WATER;
  }

  /** Begins: the sender of files offers. */
  async offer() {
    try {
      await this.#connection.setLocalDescription();
      if (!this.#sendDescription()) this.close();
    } catch {
      this.close();
    }
  }

  /** Takes a message of the peer, checked by `readPeerMessage`. @param {PeerMessage} message */
  async receive({ description, candidates, bye }) {
    if (bye) return this.close();
    try {
      if (description) await this.#takeDescription(description);
      if (candidates) this.#inbox.receive(candidates, { drop: false });
    } catch {
      this.close();
    }
  }

  /**
   * Sends a frame.
   * @param {Uint8Array<ArrayBuffer>} frame
   * @returns {boolean} false when it was not sent: the lane is not up any more
   */
  send(frame) {
    if (!this.#up) return false;
    try {
      this.#channel.send(frame);
      this.#sentBytes += frame.length;
      collectAfter(frame.length);
      return true;
    } catch {
      this.close();
      return false;
    }
  }

  /** Ends it. */
  close() {
    this.#end(false);
  }

  /** @returns {Promise<RTCStatsReport>} */
  getStats() {
    return this.#connection.getStats();
  }

  #listen() {
    const { signal } = this.#life;
    const connection = this.#connection;
    const channel = this.#channel;
    connection.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate?.candidate !== "") this.#outbox.push(candidate?.toJSON() ?? null);
    }, { signal });
    connection.addEventListener("connectionstatechange", () => this.#onConnectionState(), { signal });
    channel.addEventListener("open", () => this.#open(), { signal });
    channel.addEventListener("close", () => this.close(), { signal });
    channel.addEventListener("bufferedamountlow", () => this.emit("room"), { signal });
    channel.addEventListener("message", ({ data }) => this.#onMessage(data), { signal });
  }

  /** @param {{type: "offer" | "answer", sdp: string}} description */
  async #takeDescription({ type, sdp }) {
    // A lane carries bytes: nobody gets to open a microphone through it.
    if (!allFingerprintsMatch(sdp, this.#expectedFingerprint) || sdp.match(/^m=/gm)?.length !== 1 || !/^m=application /m.test(sdp)) return this.#end(true);
    const set = this.#connection.setRemoteDescription({ type, sdp });
    this.#inbox.open();
    await set;
    if (type !== "offer") return;
    await this.#connection.setLocalDescription();
    this.#sendDescription();
  }

  /** @param {any} data kept until the certificate has been compared: the other side may be done with that sooner */
  #onMessage(data) {
    collectAfter(data.byteLength ?? 0);
    if (this.#up) this.emit("frame", { data });
    else if (this.#early.push(data) > MAX_EARLY) this.close();
  }

  #onConnectionState() {
    const { connectionState } = this.#connection;
    if (connectionState === "failed") this.close();
    else if (connectionState === "disconnected") this.#startTimeout(SILENCE_TIMEOUT_MS);
    else if (connectionState === "connected") this.#open();
  }

  /** It is up once the channel is open and the other end has shown the pinned certificate. */
  async #open() {
    if (!this.#certificateVerified) {
      const shown = await remoteFingerprint(this.#connection);
      if (shown !== null && shown !== this.#expectedFingerprint) return this.#end(true);
      if (this.#connection.connectionState !== "connected") return;
      this.#certificateVerified = true;
    }
    if (this.#channel.readyState !== "open" || this.#life.signal.aborted) return;
    clearTimeout(this.#timeout);
    if (this.#up) return;
    this.#up = true;
    this.emit("up");
    for (const data of this.#early.splice(0)) this.#onMessage(data);
  }

  /** @param {number} patience milliseconds */
  #startTimeout(patience) {
    clearTimeout(this.#timeout);
    this.#timeout = setTimeout(() => this.close(), patience);
  }

  /** @returns {boolean} whether the peer was told */
  #sendDescription() {
    const { localDescription } = this.#connection;
    if (localDescription === null) return false;
    const { type, sdp } = localDescription;
    return this.#signal({ description: { type: /** @type {"offer" | "answer"} */ (type), sdp }, offer: 1 });
  }

  /**
   * @param {Omit<PeerMessage, "attempt">} content
   * @returns {boolean} whether the peer was told
   */
  #signal(content) {
    return !this.#life.signal.aborted && this.#sendSignal({ attempt: this.#number, ...content });
  }

  /** @param {boolean} refused */
  #end(refused) {
    if (this.#life.signal.aborted) return;
    this.#signal({ bye: true });
    this.#life.abort();
    this.#up = false;
    clearTimeout(this.#timeout);
    this.#outbox.clear();
    this.#connection.close();
    this.emit("down", { refused });
  }
}
