/**
 * A lane: one RTCPeerConnection with one ordered, reliable data channel, which carries only file frames. On a long or lossy path
 * an SCTP association is limited by its window and its congestion control; more channels do not help, more connections do.
 * Lanes are negotiated over the control channel, never over the server, and pin its certificate. A broken lane is replaced.
 */

import { Emitter } from "../../lib/emitter.js";
import { CandidateInbox } from "../../peer/ice/candidate-inbox.js";
import { CandidateOutbox } from "../../peer/ice/candidate-outbox.js";
import { allFingerprintsMatch, remoteFingerprint } from "../../peer/dtls-fingerprint.js";
import { isDataOnly } from "../../peer/messages.js";
import { traffic } from "../../peer/stats/traffic.js";
import { collectAfter } from "../storage/buffer-pool.js";

/** @import { PeerMessage } from "../../peer/messages.js" */
/** @typedef {{configuration: RTCConfiguration, expectedFingerprint: string}} LaneConfiguration */

/**
 * Bytes buffered in a lane: what leaves it in this many seconds. More is no faster, is lost with a broken lane, and waits in a slow
 * lane while others are free: its piece stays incomplete, and with it a part of the window.
 */
const BUFFERED_S = 0.5;
const MIN_HIGH_WATER = 150_000;
const FIRST_HIGH_WATER = 250_000;
const MAX_HIGH_WATER = 1_000_000;
/** Share of it at which more is asked for. */
const LOW_WATER = 0.4;
/** Time to connect, and time without packets, before a lane is closed. */
const OPEN_TIMEOUT_MS = 15_000;
const SILENCE_TIMEOUT_MS = 4_000;
/** Between two readings of what it has carried. */
const READING_MS = 1_000;
/** Messages (64 KB at most) buffered until the certificate is verified. */
const MAX_EARLY = 128;

/**
 * @typedef {object} LaneEvents
 * @property {void} up the certificate is verified; it takes frames
 * @property {void} room `bufferedAmount` fell below the low-water mark
 * @property {{data: unknown}} frame not checked
 * @property {{refused: boolean}} down for good, once; refused: it showed another certificate
 */

/** @extends {Emitter<LaneEvents>} */
export class Lane extends Emitter {
  /** Parts sent over it and not acknowledged; `SendQueue` keeps them. @type {Set<object>} */
  carries = new Set();
  /** Sends no more, and closes once `carries` is empty. */
  draining = false;
  #sentBytes = 0;
  #highWater = FIRST_HIGH_WATER;
  #last = { departed: 0, at: 0 };
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
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #readings;

  /**
   * @param {{number: number, configuration: LaneConfiguration, mayTakeCandidate: () => boolean, send: (message: PeerMessage) => boolean}}
   *   options number: the same on both sides; mayTakeCandidate: counts one more remote candidate; send: false: it was not sent
   */
  constructor({ number, configuration, mayTakeCandidate, send }) {
    super();
    this.#number = number;
    this.#expectedFingerprint = configuration.expectedFingerprint;
    this.#sendSignal = send;
    const connection = (this.#connection = new RTCPeerConnection(configuration.configuration));
    this.#channel = connection.createDataChannel("files", { negotiated: true, id: 0 });
    this.#channel.binaryType = "arraybuffer";
    this.#channel.bufferedAmountLowThreshold = LOW_WATER * this.#highWater;
    this.#inbox = new CandidateInbox(connection, mayTakeCandidate);
    this.#outbox = new CandidateOutbox((candidates) => this.#signal({ candidates }));
    this.#listen();
    this.#startTimeout(OPEN_TIMEOUT_MS);
  }

  /** Bytes buffered. */
  get waiting() {
    return this.#channel.bufferedAmount;
  }

  /** Bytes that have left the buffer. */
  get departed() {
    return this.#sentBytes - this.#channel.bufferedAmount;
  }

  get isUp() {
    return this.#up;
  }

  /** How full its buffer is; from 1 on it takes no more. */
  get fullness() {
    return this.#up && !this.draining ? this.#channel.bufferedAmount / this.#highWater : 1;
  }

  /** Fits the buffer to its speed. Call it about once a second. @param {number} now ms */
  fitBuffer(now) {
    const { departed } = this;
    const rate = (departed - this.#last.departed) / ((now - this.#last.at) / 1_000);
    // One second without progress is no reason to starve it.
    const fitting = Math.max(BUFFERED_S * rate, this.#highWater / 2);
    if (this.#last.at > 0) this.#highWater = Math.min(MAX_HIGH_WATER, Math.max(MIN_HIGH_WATER, fitting));
    this.#last = { departed, at: now };
    this.#channel.bufferedAmountLowThreshold = LOW_WATER * this.#highWater;
  }

  async offer() {
    try {
      await this.#connection.setLocalDescription();
      if (!this.#sendDescription()) this.close();
    } catch {
      this.close();
    }
  }

  /** @param {PeerMessage} message checked by `readPeerMessage` */
  async receive({ description, candidates, bye }) {
    if (bye) return this.close();
    try {
      if (description) await this.#takeDescription(description);
      if (candidates) this.#inbox.receive(candidates, { drop: false });
    } catch {
      this.close();
    }
  }

  /** @param {Uint8Array<ArrayBuffer>} frame @returns {boolean} false: not sent, the lane is down */
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

  close() {
    this.#end(false);
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
    // Data channels only: a lane must not negotiate media.
    if (!allFingerprintsMatch(sdp, this.#expectedFingerprint) || !isDataOnly(sdp)) return this.#end(true);
    const set = this.#connection.setRemoteDescription({ type, sdp });
    this.#inbox.open();
    await set;
    if (type !== "offer") return;
    await this.#connection.setLocalDescription();
    this.#sendDescription();
  }

  /** @param {any} data buffered until the certificate is verified: the peer may finish that first */
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
    this.#readings = setInterval(() => void traffic.read(this.#connection).catch(() => {}), READING_MS);
    this.emit("up");
    for (const data of this.#early.splice(0)) this.#onMessage(data);
  }

  /** @param {number} patience ms */
  #startTimeout(patience) {
    clearTimeout(this.#timeout);
    this.#timeout = setTimeout(() => this.close(), patience);
  }

  /** @returns {boolean} false: not sent */
  #sendDescription() {
    const { localDescription } = this.#connection;
    if (localDescription === null) return false;
    const { type, sdp } = localDescription;
    return this.#signal({ description: { type: /** @type {"offer" | "answer"} */ (type), sdp }, offer: 1 });
  }

  /** @param {Omit<PeerMessage, "attempt">} content @returns {boolean} false: not sent */
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
    clearInterval(this.#readings);
    this.#outbox.clear();
    traffic.readLast(this.#connection);
    this.#connection.close();
    this.emit("down", { refused });
  }
}
