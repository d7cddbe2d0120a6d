/**
 * Covers what is behind a person, picture by picture, away from the page: it goes on while the page is hidden or busy. Each picture
 * has its own mask: one from before would show the room where the person has moved.
 */

import { Compositor } from "./compositor.js";
import { Pace } from "./pace.js";
import { Segmenter } from "./segmenter.js";

/** @import { Found } from "./compositor.js" */

/** What a cover asks for; the pictures come and go by streams, or by a port where the browser has no streams of frames.
 * @typedef {{id: number, model: string, picture: ImageBitmap | null, readable?: ReadableStream<VideoFrame>,
 *   writable?: WritableStream<VideoFrame>, port?: MessagePort}} CoverRequest */
/**
 * finds: whether it is known where the person is; broken: no more pictures come; load: of one core; costMs: a picture;
 * width, height: pixels that are sent
 * @typedef {{id: number, finds: boolean, broken: boolean, load: number, fps: number, costMs: number, width: number, height: number}} CoverReport
 */
/**
 * @typedef {{next: () => Promise<VideoFrame | ImageBitmap | null>, close: () => void,
 *   show: (canvas: OffscreenCanvas, from: VideoFrame | ImageBitmap) => Promise<void>}} Pictures
 */

/** A graphics card that was lost comes back within seconds: pictures are left out until then. */
const MAX_FAILURES = 100;
/** Those that run, by their id. @type {Map<number, Pictures>} */
const running = new Map();

/** @type {Readonly<CoverReport>} */
const NOTHING = Object.freeze({ id: 0, finds: false, broken: false, load: 0, fps: 0, costMs: 0, width: 0, height: 0 });

/** @type {Promise<Segmenter | null> | null} */
let loading = null;
/** @type {Segmenter | null} */
let segmenter = null;

addEventListener("message", async ({ data }) => {
  const { id } = data;
  if (data.ask) return data.ask.postMessage("here");
  if (data.stop) return running.get(id)?.close();
  const pictures = data.port ? byPort(data.port) : byStreams(data);
  running.set(id, pictures);
  loading ??= load(data.model);
  if (!(await cover(id, pictures, data.picture))) postMessage({ ...NOTHING, id, broken: true });
  running.delete(id);
});

/** @param {number} id @param {Pictures} pictures @param {ImageBitmap | null} picture behind the person @returns {Promise<boolean>} false: it failed */
async function cover(id, pictures, picture) {
  const compositor = new Compositor(picture);
  const pace = new Pace(performance.now());
  let last = { ...NOTHING, id };
  let failures = 0;
  for (;;) {
    const frame = await pictures.next();
    if (frame === null) return true;
    const begun = performance.now();
    const size = sizeOf(frame);
    const found = findPerson(frame, size);
    try {
      const canvas = compositor.draw(frame, size, found);
      const { width, height } = canvas;
      await pictures.show(canvas, frame);
      failures = 0;
      const now = performance.now();
      const report = { ...last, finds: found !== null, width, height, ...pace.report(now) };
      if (JSON.stringify(report) !== JSON.stringify(last)) postMessage(report);
      last = report;
    } catch {
      failures += 1;
      if (failures > MAX_FAILURES) return false;
    } finally {
      frame.close();
    }
    const pause = pace.pauseAfter(performance.now() - begun);
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** @param {string} model its address @returns {Promise<Segmenter | null>} null: the next cover tries again */
async function load(model) {
  try {
    const response = await fetch(model);
    if (!response.ok) throw new Error(String(response.status));
    segmenter = new Segmenter(await response.arrayBuffer());
  } catch {
    loading = null;
  }
  return segmenter;
}

/** @param {VideoFrame | ImageBitmap} frame @param {{width: number, height: number}} size @returns {Found | null} null: not known, or not yet */
function findPerson(frame, size) {
  if (segmenter === null) return null;
  try {
    const area = segmenter.findPerson(frame, size);
    return { mask: segmenter.mask, area };
  } catch {
    return null;
  }
}

/** @param {VideoFrame | ImageBitmap} frame */
function sizeOf(frame) {
  if ("displayWidth" in frame) return { width: frame.displayWidth, height: frame.displayHeight };
  return { width: frame.width, height: frame.height };
}

/** @param {CoverRequest} request @returns {Pictures} */
function byStreams({ readable, writable }) {
  const reader = /** @type {ReadableStream<VideoFrame>} */ (readable).getReader();
  const writer = /** @type {WritableStream<VideoFrame>} */ (writable).getWriter();
  return {
    next: async () => (await reader.read().catch(() => ({ value: undefined }))).value ?? null,
    close: () => void reader.cancel().catch(() => {}),
    show: async (canvas, from) => {
      const frame = new VideoFrame(canvas, { timestamp: /** @type {VideoFrame} */ (from).timestamp, alpha: "discard" });
      await writer.write(frame).catch(() => frame.close()); // the track was stopped
    },
  };
}

/** @param {MessagePort} port @returns {Pictures} */
function byPort(port) {
  /** @type {((frame: ImageBitmap | null) => void) | null} */
  let deliver = null;
  port.onmessage = ({ data }) => deliver?.(data);
  return {
    next: () => new Promise((resolve) => {
      deliver = resolve;
      port.postMessage("next");
    }),
    close: () => deliver?.(null),
    show: async (canvas) => {
      const bitmap = canvas.transferToImageBitmap();
      port.postMessage(bitmap, [bitmap]);
    },
  };
}
