/**
 * A camera with what is behind the person covered: a track for everyone that never shows the room. The pictures are computed by a
 * worker of this page (`worker.js`).
 */

import { SCRIPTS } from "../../lib/script-folder.js";
import { scriptUrl } from "../../lib/script-url.js";

/** @import { CoverReport } from "./worker.js" */

const MODEL = new URL("../vendor/selfie-segmentation/selfie_segmentation_landscape.tflite", SCRIPTS).href;
/** Chromium's streams of frames. @type {any} */
const { MediaStreamTrackProcessor, MediaStreamTrackGenerator } = /** @type {any} */ (globalThis);
/** A worker answers between two pictures. */
const ANSWER_MS = 2_000;
/** Until the first picture is there. */
const NOTHING = Object.freeze({ id: 0, finds: false, broken: false, load: 0, fps: 0, costMs: 0, width: 0, height: 0 });

/** The page's only worker for it, which has loaded the network once. @type {Worker | null} */
let worker = null;
let covers = 0;

/** @returns {Worker} */
function startWorker() {
  if (worker) return worker;
  const started = new Worker(scriptUrl(new URL("media/background/worker.js", SCRIPTS)), { type: "module" });
  // It could not be loaded: the next camera tries again.
  started.addEventListener("error", () => worker === started && (worker = null));
  worker = started;
  return started;
}

/** Ends a worker that does not answer: a system that is short of memory ends them without a word. @returns {Promise<void>} */
export async function checkWorker() {
  const asked = worker;
  if (asked === null || (await answers(asked))) return;
  asked.terminate();
  if (worker === asked) worker = null;
}

/** @param {Worker} asked @returns {Promise<boolean>} */
function answers(asked) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => resolve(true);
    setTimeout(() => resolve(false), ANSWER_MS);
    asked.postMessage({ ask: port2 }, [port2]);
  });
}

export class CoveredCamera {
  camera;
  track;
  /** @type {CoverReport} */
  report = NOTHING;
  #life = new AbortController();

  /**
   * @param {MediaStreamTrack} camera @param {ImageBitmap | null} picture behind the person; null: the room, blurred
   * @param {{changed: () => void, failed: () => void}} listener changed: `report`; failed: there will be no picture
   */
  constructor(camera, picture, { changed, failed }) {
    const { signal } = this.#life;
    const worker = startWorker();
    covers += 1;
    const id = covers;
    worker.addEventListener("message", ({ data }) => {
      if (data.id !== id) return;
      this.report = data;
      if (data.broken) failed();
      else changed();
    }, { signal });
    worker.addEventListener("error", failed, { signal });
    this.camera = camera;
    const { track, request } = MediaStreamTrackGenerator && MediaStreamTrackProcessor ? byStreams(camera) : byCanvas(camera, signal);
    this.track = this.#presentAs(camera, track);
    const transfer = [...request.transfer, ...(picture ? [picture] : [])];
    worker.postMessage({ id, model: MODEL, picture, ...request.parts }, transfer);
    signal.addEventListener("abort", () => worker.postMessage({ id, stop: true }));
  }

  stop() {
    this.#life.abort();
    this.track.stop();
  }

  /** The track says of itself what the camera would, and the size that is sent. @param {MediaStreamTrack} camera @param {MediaStreamTrack} track */
  #presentAs(camera, track) {
    track.contentHint = camera.contentHint;
    const settings = () => {
      const { width, height } = this.report;
      return { ...camera.getSettings(), ...(width > 0 ? { width, height } : {}) };
    };
    return Object.defineProperties(track, {
      label: { get: () => camera.label },
      muted: { get: () => camera.muted },
      getSettings: { value: settings },
    });
  }
}

/** @param {MediaStreamTrack} camera */
function byStreams(camera) {
  const { readable } = new MediaStreamTrackProcessor({ track: camera, maxBufferSize: 1 });
  const track = new MediaStreamTrackGenerator({ kind: "video" });
  const { writable } = track;
  return { track: /** @type {MediaStreamTrack} */ (track), request: { parts: { readable, writable }, transfer: [readable, writable] } };
}

/**
 * By an element that plays and a canvas that is captured. The worker asks for each picture: its messages come on a hidden page too.
 * @param {MediaStreamTrack} camera @param {AbortSignal} signal
 */
function byCanvas(camera, signal) {
  const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
  video.srcObject = new MediaStream([camera]);
  void video.play().catch(() => {});
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const { port1: port, port2 } = new MessageChannel();
  const grab = async () => {
    while (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 50));
    if (signal.aborted) return port.postMessage(null);
    const bitmap = await createImageBitmap(video);
    port.postMessage(bitmap, [bitmap]);
  };
  port.onmessage = ({ data }) => {
    if (data === "next") return void grab().catch(() => setTimeout(() => port.onmessage?.(new MessageEvent("message", { data: "next" })), 200));
    if (canvas.width !== data.width) canvas.width = data.width;
    if (canvas.height !== data.height) canvas.height = data.height;
    context?.drawImage(data, 0, 0);
    data.close();
  };
  signal.addEventListener("abort", () => {
    video.srcObject = null;
    port.postMessage(null);
  });
  const [track] = canvas.captureStream(30).getVideoTracks();
  return { track, request: { parts: { port: port2 }, transfer: [port2] } };
}
