/**
 * What encodes once, from the page: encoders, and a transform of each sender that carries their frames, in a worker. Another
 * backend (`sender.createEncodedSource`, when browsers have it) would have the same methods.
 *
 * Chromium takes a transform only in the task that made the sender: senders are prepared then, and go on as they were until they
 * join an encoder.
 */

import { SCRIPTS } from "../../lib/script-folder.js";
import { scriptUrl } from "../../lib/script-url.js";

/** @import { EncoderCounts, SharedEncoder, SharedPicture } from "./shared-encoder.js" */
/** @import { CarrierState, TransformOptions, WorkerMessage, WorkerRequest } from "./worker.js" */

/** Twice a second. failed: encoders that ended by themselves; lateMs: of the worker's timer @typedef {{encoders: Record<number, EncoderCounts>, carriers: Record<number, CarrierState>, failed: number[], lateMs: number}} BackendReport */

/** track: what the sender sends while it carries @typedef {{id: number, track: MediaStreamTrack}} PreparedSender */
/** failed: the worker has ended @typedef {{report: (report: BackendReport) => void, failed: () => void}} BackendListener */

/** Chromium's streams of frames, and transforms in a worker. @type {any} */
const { MediaStreamTrackGenerator, RTCRtpScriptTransform } = /** @type {any} */ (globalThis);

/** Shared by the backends of this page. */
let lastId = 0;

export class CarrierBackend {
  /** @type {BackendListener} */
  listener = { report: () => {}, failed: () => {} };
  /** Makes an encoder; its sender gets a transform from `attach`. Set by what is loaded with the first group. @type {((attach: (sender: RTCRtpSender) => void) => SharedEncoder) | null} */
  makeEncoder = null;
  #worker = this.#startWorker();
  /** @type {Map<number, {encoder: SharedEncoder, track: MediaStreamTrack}>} */
  #encoders = new Map();
  /** @type {Map<RTCRtpSender, PreparedSender>} */
  #prepared = new Map();
  #stopped = false;

  /** Starts an encoder, or changes what it encodes. @param {number} id @param {MediaStreamTrack} track @param {SharedPicture} picture */
  encode(id, track, picture) {
    const known = this.#encoders.get(id);
    if (known && known.track !== track) this.#post({ do: "start-clock", encoder: id });
    const encoder = known?.encoder ?? this.makeEncoder?.((sender) => this.#transform(sender, { encoder: id }));
    if (!encoder) return;
    this.#encoders.set(id, { encoder, track });
    void encoder.encode(track, picture);
  }

  /** @param {number} id of an encoder */
  close(id) {
    this.#encoders.get(id)?.encoder.close();
    this.#encoders.delete(id);
  }

  /** Prepares a sender that has just been made. @param {RTCRtpSender} sender */
  prepare(sender) {
    if (!this.#prepared.has(sender) && !this.#stopped) this.#attach(sender);
  }

  /** @param {RTCRtpSender} sender @returns {PreparedSender | null} null: it was not prepared */
  preparedOf(sender) {
    return this.#prepared.get(sender) ?? null;
  }

  /** The sender sends its own dummies from now on. @param {PreparedSender} prepared @param {number} encoder */
  join({ id }, encoder) {
    this.#post({ do: "join", carrier: id, encoder });
  }

  /** The sender sends the picture itself from now on. @param {PreparedSender} prepared */
  leave({ id }) {
    this.#post({ do: "leave", carrier: id });
  }

  /** Connections that were closed need nothing any more. @param {ReadonlySet<RTCRtpSender>} senders that are left */
  keepOnly(senders) {
    for (const [sender, { track }] of this.#prepared) {
      if (senders.has(sender)) continue;
      this.#prepared.delete(sender);
      track.stop();
    }
  }

  /** Begins with another worker, which encodes nothing: what senders encode themselves passes it. */
  restart() {
    this.#worker.terminate();
    this.#closeAll();
    this.#worker = this.#startWorker();
    for (const [sender, { track }] of [...this.#prepared]) {
      track.stop();
      this.#attach(sender);
    }
  }

  stop() {
    this.#stopped = true;
    for (const { track } of this.#prepared.values()) track.stop();
    this.#prepared.clear();
    this.#closeAll();
    this.#worker.terminate();
  }

  #closeAll() {
    for (const id of [...this.#encoders.keys()]) this.close(id);
  }

  /** @returns {Worker} */
  #startWorker() {
    const worker = new Worker(scriptUrl(new URL("media/encode-once/worker.js", SCRIPTS)), { type: "module" });
    worker.addEventListener("message", ({ data }) => this.#worker === worker && this.#onMessage(data));
    worker.addEventListener("error", () => this.#worker === worker && this.listener.failed());
    return worker;
  }

  /** @param {WorkerMessage} message */
  #onMessage(message) {
    if ("wantsKey" in message) void this.#encoders.get(message.wantsKey)?.encoder.requestKey();
    else void this.#report(message);
  }

  /** @param {{carriers: Record<number, CarrierState>, lateMs: number}} message */
  async #report({ carriers, lateMs }) {
    const counted = await Promise.all([...this.#encoders].map(async ([id, { encoder }]) => /** @type {const} */ ([id, await encoder.count()])));
    const failed = [...this.#encoders].filter(([, { encoder }]) => encoder.failed).map(([id]) => id);
    if (!this.#stopped) this.listener.report({ encoders: Object.fromEntries(counted), carriers, failed, lateMs });
  }

  /** @param {RTCRtpSender} sender */
  #attach(sender) {
    lastId += 1;
    const track = new MediaStreamTrackGenerator({ kind: "video" });
    const { writable: dummies } = track;
    this.#transform(sender, { carrier: lastId, dummies }, [dummies]);
    this.#prepared.set(sender, { id: lastId, track: /** @type {MediaStreamTrack} */ (track) });
  }

  /** @param {RTCRtpSender} sender @param {TransformOptions} options @param {Transferable[]} [transfer] */
  #transform(sender, options, transfer = []) {
    Object.assign(sender, { transform: new RTCRtpScriptTransform(this.#worker, options, transfer) });
  }

  /** @param {WorkerRequest} request */
  #post(request) {
    this.#worker.postMessage(request);
  }
}
