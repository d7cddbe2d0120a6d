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
  /** µs of the same frame. */
  #timestamp = 0;

  /** @param {() => void} requestKey asks the encoder for a key frame */
  constructor(requestKey) {
    this.#requestKey = requestKey;
  }

  /** @param {EncodedFrame} frame @param {number} now ms @returns {SharedFrame} */
  receive(frame, now) {
    const { rtpTimestamp, mimeType } = frame.getMetadata();
    // The last frame of a range of RTP times is followed by the first of the next.
    if (this.#rtpTime === null) this.#timestamp = Math.round(now * 1_000);
    else this.#timestamp += Math.round((((rtpTimestamp - this.#rtpTime + RTP_RANGE) % RTP_RANGE) * 1_000) / RTP_CLOCK);
    this.#rtpTime = rtpTimestamp;
    const codec = /** @type {Codec} */ (mimeType.split("/")[1].toUpperCase());
    return { type: frame.type === "key" ? "key" : "delta", codec, data: frame.data, timestamp: this.#timestamp, at: now };
  }

  /** @param {number} now ms */
  requestKey(now) {
    if (now - this.#keyAt < KEY_INTERVAL_MS) return;
    this.#keyAt = now;
    this.#requestKey();
  }
}
