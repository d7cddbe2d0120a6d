/** What comes out of a shared encoder, with the times of this worker's clock. In the worker. */

/** @import { Codec } from "../adaptation/ladder.js" */
/** @import { SharedFrame } from "./carrier.js" */
/** @typedef {{type: string, data: ArrayBuffer, getMetadata: () => {rtpTimestamp: number, mimeType: string}}} EncodedFrame */

const RTP_CLOCK = 90;
const RTP_RANGE = 2 ** 32;
/** A receiver that misses a frame asks again and again. */
const KEY_INTERVAL_MS = 300;

export class EncodedFrames {
  #requestKey;
  #keyAt = -Infinity;
  /** RTP time of the last frame. @type {number | null} */
  #rtpTime = null;
  /** µs of the same frame, since the first. */
  #time = 0;
  /** µs on this worker's clock at which the first would have come, had it been as quick as the quickest. */
  #start = Infinity;

  /** @param {() => void} requestKey asks the encoder for a key frame */
  constructor(requestKey) {
    this.#requestKey = requestKey;
  }

  /** @param {EncodedFrame} frame @param {number} now ms @returns {SharedFrame} */
  receive(frame, now) {
    const { rtpTimestamp, mimeType } = frame.getMetadata();
    // The last frame of a range of RTP times is followed by the first of the next.
    this.#time += Math.round((((rtpTimestamp - (this.#rtpTime ?? rtpTimestamp) + RTP_RANGE) % RTP_RANGE) * 1_000) / RTP_CLOCK);
    this.#rtpTime = rtpTimestamp;
    // An encoder is slow at first. All have the times of one clock, and who moves from one to another keeps lip sync.
    this.#start = Math.min(this.#start, Math.round(now * 1_000) - this.#time);
    const codec = /** @type {Codec} */ (mimeType.split("/")[1].toUpperCase());
    return { type: frame.type === "key" ? "key" : "delta", codec, data: frame.data, timestamp: this.#start + this.#time, at: now };
  }

  /** @param {number} now ms */
  requestKey(now) {
    if (now - this.#keyAt < KEY_INTERVAL_MS) return;
    this.#keyAt = now;
    this.#requestKey();
  }
}
