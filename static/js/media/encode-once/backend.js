/**
 * What encodes once, from the page: a worker with the encoders, and a transform of each sender that carries their frames. Another
 * backend (`sender.createEncodedSource`, when browsers have it) would have the same methods.
 *
 * Chromium takes a transform only in the task that made the sender: senders are prepared then, and go on as they were until they
 * join an encoder.
 */

import { SCRIPTS } from "../../lib/script-folder.js";
import { scriptUrl } from "../../lib/script-url.js";

/** @import { SharedPicture } from "./formats.js" */
/** @import { WorkerReport, WorkerRequest } from "./worker.js" */

/** track: what the sender sends while it carries @typedef {{id: number, track: MediaStreamTrack}} PreparedSender */
/** failed: the worker has ended @typedef {{report: (report: WorkerReport) => void, failed: () => void}} BackendListener */

/** Chromium's streams of frames, and transforms in a worker. @type {any} */
const { MediaStreamTrackProcessor, MediaStreamTrackGenerator, RTCRtpScriptTransform } = /** @type {any} */ (globalThis);

/** Shared by the backends of this page. */
let lastId = 0;

export class CarrierBackend {
  /** @type {BackendListener} */
  listener = { report: () => {}, failed: () => {} };
  #worker = this.#startWorker();
  /** @type {Map<number, MediaStreamTrack>} */
  #sources = new Map();
  /** @type {Map<RTCRtpSender, PreparedSender>} */
  #prepared = new Map();
  #stopped = false;

  /** Starts an encoder, or changes what it encodes. @param {number} encoder @param {MediaStreamTrack} track @param {SharedPicture} picture */
  encode(encoder, track, picture) {
    if (this.#sources.get(encoder) === track) return this.#post({ do: "encode", encoder, picture });
    this.#sources.set(encoder, track);
    const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: 2 });
    this.#post({ do: "encode", encoder, picture, readable }, [readable]);
  }

  /** @param {number} encoder */
  close(encoder) {
    this.#sources.delete(encoder);
    this.#post({ do: "close", encoder });
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
    this.#sources.clear();
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
    this.#sources.clear();
    this.#worker.terminate();
  }

  /** @returns {Worker} */
  #startWorker() {
    const worker = new Worker(scriptUrl(new URL("media/encode-once/worker.js", SCRIPTS)), { type: "module" });
    worker.addEventListener("message", ({ data }) => this.#worker === worker && this.listener.report(data));
    worker.addEventListener("error", () => this.#worker === worker && this.listener.failed());
    return worker;
  }

  /** @param {RTCRtpSender} sender */
  #attach(sender) {
    lastId += 1;
    const track = new MediaStreamTrackGenerator({ kind: "video" });
    const { writable: dummies } = track;
    Object.assign(sender, { transform: new RTCRtpScriptTransform(this.#worker, { carrier: lastId, dummies }, [dummies]) });
    this.#prepared.set(sender, { id: lastId, track: /** @type {MediaStreamTrack} */ (track) });
  }

  /** @param {WorkerRequest} request @param {Transferable[]} [transfer] */
  #post(request, transfer = []) {
    this.#worker.postMessage(request, transfer);
  }
}
