/** Encodes a camera once, for all senders that carry it. In the worker. */

import { encodedSize, encoderConfig } from "./formats.js";

/** @import { Codec } from "../adaptation/ladder.js" */
/** @import { SharedPicture } from "./formats.js" */
/** @import { SharedFrame } from "./carrier.js" */

/**
 * Totals, and the last size: late: frames left out because the processor was busy; busyMs: of encoding.
 * @typedef {{frames: number, keyFrames: number, late: number, busyMs: number, width: number, height: number}} EncoderCounts
 */

/** A receiver that misses a frame asks again and again. */
const KEY_INTERVAL_MS = 300;
/** Frames of a camera come a little early or late. */
const EARLY = 0.25;
/** A smaller change of the bitrate is not worth it. */
const NEARLY = 0.08;
const RATE_INTERVAL_MS = 1_000;
const MAX_QUEUE = 2;

export class SharedEncoder {
  /** @type {EncoderCounts} */
  counts = { frames: 0, keyFrames: 0, late: 0, busyMs: 0, width: 0, height: 0 };
  #picture;
  #onFrame;
  #onError;
  /** @type {VideoEncoder} */
  #encoder;
  /** @type {ReadableStreamDefaultReader<VideoFrame> | null} */
  #reader = null;
  #configured = "";
  #kbps = 0;
  #ratedAt = -Infinity;
  #wantsKey = true;
  #keyAt = -Infinity;
  /** µs of the camera's clock. */
  #next = -Infinity;
  /** Of each frame that is being encoded, by its time. @type {Map<number, {begun: number, codec: Codec}>} */
  #encoding = new Map();
  #closed = false;

  /** @param {SharedPicture} picture @param {{frame: (frame: SharedFrame) => void, failed: (error: unknown) => void}} listener failed: for good */
  constructor(picture, { frame, failed }) {
    this.#picture = picture;
    this.#onFrame = frame;
    this.#onError = failed;
    this.#encoder = new VideoEncoder({ output: (chunk) => this.#onChunk(chunk), error: (error) => this.#fail(error) });
  }

  /** @param {SharedPicture} picture */
  setPicture(picture) {
    if (picture.codec !== this.#picture.codec) this.#configured = "";
    this.#picture = picture;
  }

  /** Encodes what comes from here on, in place of what came before. @param {ReadableStream<VideoFrame>} readable */
  async setSource(readable) {
    void this.#reader?.cancel().catch(() => {});
    const reader = readable.getReader();
    this.#reader = reader;
    this.#next = -Infinity;
    for (;;) {
      const { value: frame, done } = await reader.read().catch(() => ({ value: undefined, done: true }));
      if (done || frame === undefined) return;
      if (this.#reader === reader && !this.#closed) this.#take(frame);
      frame.close();
    }
  }

  requestKey() {
    this.#wantsKey = true;
  }

  close() {
    this.#closed = true;
    void this.#reader?.cancel().catch(() => {});
    if (this.#encoder.state !== "closed") this.#encoder.close();
  }

  /** @param {VideoFrame} frame */
  #take(frame) {
    const interval = 1_000_000 / this.#picture.fps;
    const early = this.#next - frame.timestamp;
    if (early > EARLY * interval && early <= 2 * interval) return;
    this.#next = Math.abs(early) > interval ? frame.timestamp + interval : this.#next + interval;
    this.#encode(frame);
  }

  /** @param {VideoFrame} frame */
  #encode(frame) {
    if (this.#encoder.state === "closed") return;
    if (this.#encoder.encodeQueueSize >= MAX_QUEUE) {
      this.counts.late += 1;
      return;
    }
    const now = performance.now();
    this.#configure({ width: frame.displayWidth, height: frame.displayHeight }, now);
    const keyFrame = this.#wantsKey && now - this.#keyAt >= KEY_INTERVAL_MS;
    if (keyFrame) [this.#wantsKey, this.#keyAt] = [false, now];
    this.#encoding.set(frame.timestamp, { begun: now, codec: this.#picture.codec });
    try {
      this.#encoder.encode(frame, { keyFrame });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {{width: number, height: number}} source @param {number} now */
  #configure(source, now) {
    const size = encodedSize(this.#picture, source);
    const { codec, fps, kbps } = this.#picture;
    const words = `${codec} ${size.width} ${size.height} ${fps}`;
    const rated = Math.abs(kbps - this.#kbps) > NEARLY * this.#kbps && (now - this.#ratedAt > RATE_INTERVAL_MS || kbps < this.#kbps);
    if (words === this.#configured && !rated) return;
    if (words !== this.#configured) [this.#wantsKey, this.#keyAt] = [true, -Infinity];
    [this.#configured, this.#kbps, this.#ratedAt] = [words, kbps, now];
    Object.assign(this.counts, size);
    try {
      this.#encoder.configure(encoderConfig(this.#picture, size));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {EncodedVideoChunk} chunk */
  #onChunk(chunk) {
    const now = performance.now();
    const { begun, codec } = this.#encoding.get(chunk.timestamp) ?? { begun: now, codec: this.#picture.codec };
    this.counts.busyMs += now - begun;
    for (const timestamp of this.#encoding.keys()) if (timestamp <= chunk.timestamp) this.#encoding.delete(timestamp);
    this.counts.frames += 1;
    if (chunk.type === "key") this.counts.keyFrames += 1;
    const data = new ArrayBuffer(chunk.byteLength);
    chunk.copyTo(data);
    this.#onFrame({ type: chunk.type, codec, data, timestamp: chunk.timestamp, at: now });
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.#closed) return;
    this.close();
    this.#onError(error);
  }
}
