/**
 * Puts the frames of a shared encoder into the dummies that one sender encodes, in order: each frame has a dummy of its own, and
 * keeps that sender's numbers. What it writes, makes and asks for is given to it.
 */

/** @import { Codec } from "../adaptation/ladder.js" */

/** timestamp: of the camera, µs; at: ms @typedef {{type: "key" | "delta", codec: Codec, data: ArrayBuffer, timestamp: number, at: number}} SharedFrame */
/**
 * An encoded dummy.
 * @typedef {{type: string, data: ArrayBuffer, getMetadata: () => {rtpTimestamp?: number, mimeType?: string}}} Dummy
 */
/**
 * @typedef {object} CarrierActions
 * @property {(timestamp: number, key: boolean) => void} makeDummy gives the sender a dummy to encode; key: as a key frame
 * @property {(dummy: Dummy) => void} write sends it on
 * @property {() => void} requestKey asks the shared encoder for a key frame
 */
/**
 * Totals: carried: frames; requests: key frames that the receiver asked for; lost: frames that found no dummy in time; drifted:
 * frames whose dummy has another time than its neighbours; unasked: dummies that came without a frame; delayed: frames that waited long for
 * theirs.
 * @typedef {{carried: number, requests: number, lost: number, drifted: number, unasked: number, delayed: number}} CarrierCounts
 */

/**
 * Senders drop a frame when the next one comes before they have encoded it, so dummies are made one after the other; another after this,
 * since one may be dropped all the same.
 */
const REMAKE_MS = 120;
/** Frames that wait for longer are obsolete. */
const MAX_WAIT_MS = 600;
/** A receiver may see that. */
const DELAYED_MS = 250;
const MAX_WAITING = 12;
const MAX_SPARE = 12;
/** The limit of good lip sync. */
const MAX_DRIFT_MS = 60;
/** Frames in which a browser finds out how the times of a new track differ from its own clock; a busy one is far off at first. */
const ALIGNING_FRAMES = 30;
/** As many in a row, and the browser has found another difference: a computer that stood still is such a case. */
const REALIGNED_FRAMES = 90;
const RTP_CLOCK = 90;
const RTP_RANGE = 2 ** 32;

export class Carrier {
  #actions;
  /** Frames whose dummies are on their way. @type {SharedFrame[]} */
  #waiting = [];
  /** Dummies without a frame: the next frames use them. @type {Dummy[]} */
  #spare = [];
  /** A receiver can only start with a key frame, and after a frame was left out only go on with one. */
  #needsKey = true;
  #madeAt = 0;
  /** A dummy is with the sender. */
  #encoding = false;
  /** RTP time less the camera's, in ticks; null: not known. @type {number | null} */
  #offset = null;
  /** Frames since then. */
  #timed = 0;
  /** In a row. */
  #drifting = 0;
  /** @type {CarrierCounts} */
  counts = { carried: 0, requests: 0, lost: 0, drifted: 0, unasked: 0, delayed: 0 };

  /** @param {CarrierActions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  /** How long the oldest frame has waited, ms. @param {number} now */
  waitedMs(now) {
    return this.#waiting.length > 0 ? now - this.#waiting[0].at : 0;
  }

  /** The sender's track has been replaced: it starts from the beginning. */
  restart() {
    [this.#waiting, this.#spare, this.#needsKey] = [[], [], true];
    this.resetTime();
    this.#actions.requestKey();
  }

  /** The camera has been replaced by one with another clock. */
  resetTime() {
    [this.#offset, this.#timed, this.#drifting] = [null, 0, 0];
  }

  /** The next frame of the shared encoder. @param {SharedFrame} frame */
  carry(frame) {
    const key = frame.type === "key";
    if (this.#needsKey && !key) return this.#actions.requestKey();
    if (key) this.#spare = this.#spare.filter(({ type }) => type === "key");
    this.#needsKey = false;
    this.#waiting.push(frame);
    const dummy = this.#spare.shift();
    if (dummy) this.#pair(dummy, frame.at);
    this.#makeDummy(frame.at);
    if (this.#waiting.length > MAX_WAITING) this.#dropWaiting();
  }

  /** A dummy that the sender has encoded. @param {Dummy} dummy @param {number} [now] ms */
  receiveDummy(dummy, now = 0) {
    this.#encoding = false;
    this.#pair(dummy, now);
    this.#makeDummy(now);
  }

  /** @param {Dummy} dummy @param {number} now ms */
  #pair(dummy, now) {
    const frame = this.#waiting[0];
    if (frame === undefined) return this.#keep(dummy);
    // The receiver has asked for a key frame: this dummy waits for one of the shared encoder.
    if (dummy.type === "key" && frame.type !== "key") {
      this.#waiting = [];
      return this.#keep(dummy);
    }
    // Left over from what was left out. Before a key frame nothing is missed.
    if (frame.type === "key" && dummy.type !== "key") return;
    this.#waiting.shift();
    const { rtpTimestamp, mimeType } = dummy.getMetadata();
    if (mimeType !== undefined && mimeType.toUpperCase() !== `VIDEO/${frame.codec}`) return this.#skip();
    if (rtpTimestamp !== undefined) this.#checkTime(frame, rtpTimestamp);
    dummy.data = frame.data.slice(0);
    this.#actions.write(dummy);
    this.counts.carried += 1;
    if (now - frame.at > DELAYED_MS) this.counts.delayed += 1;
  }

  /** Every tenth of a second or so. @param {number} now ms */
  checkWaiting(now) {
    if (this.waitedMs(now) > MAX_WAIT_MS) this.#dropWaiting();
    else this.#makeDummy(now);
  }

  /** For the frame that has waited longest. @param {number} now ms */
  #makeDummy(now) {
    if (this.#waiting.length === 0 || (this.#encoding && now - this.#madeAt < REMAKE_MS)) return;
    [this.#encoding, this.#madeAt] = [true, now];
    const { timestamp, type } = this.#waiting[0];
    this.#actions.makeDummy(timestamp, type === "key");
  }

  /** @param {Dummy} dummy */
  #keep(dummy) {
    this.#spare.push(dummy);
    if (dummy.type === "key") {
      this.counts.requests += 1;
      this.#skip();
    } else {
      this.counts.unasked += 1;
    }
    if (this.#spare.length > MAX_SPARE) this.#spare.shift();
  }

  #dropWaiting() {
    this.counts.lost += this.#waiting.length;
    this.#waiting = [];
    this.#skip();
  }

  /** A frame was left out; while the codec changes, the sender is a little earlier or later than the encoder. */
  #skip() {
    this.#needsKey = true;
    this.#actions.requestKey();
  }

  /** Whether the picture keeps its time: what the receiver aligns with the voice. @param {SharedFrame} frame @param {number} rtpTimestamp */
  #checkTime(frame, rtpTimestamp) {
    const offset = rtpTimestamp - (frame.timestamp * RTP_CLOCK) / 1_000;
    this.#timed += 1;
    if (this.#timed <= ALIGNING_FRAMES || this.#offset === null) this.#offset = offset;
    const drift = wrapped(offset - this.#offset) / RTP_CLOCK;
    if (Math.abs(drift) > MAX_DRIFT_MS) {
      this.counts.drifted += 1;
      this.#drifting += 1;
      if (this.#drifting >= REALIGNED_FRAMES) this.resetTime();
      return;
    }
    this.#drifting = 0;
    // Clocks of cameras run a little faster or slower than the computer's.
    this.#offset += (drift * RTP_CLOCK) / 100;
  }
}

/** @param {number} ticks @returns {number} the same within the range of RTP timestamps, nearest to 0 */
function wrapped(ticks) {
  return ((((ticks + RTP_RANGE / 2) % RTP_RANGE) + RTP_RANGE) % RTP_RANGE) - RTP_RANGE / 2;
}
