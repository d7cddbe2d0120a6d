/**
 * Encodes each picture of a call once, and puts its frames into the senders that carry it: away from the page, so that it goes on
 * while the page is hidden or busy. `backend.js` is the page's side.
 */

import { Carrier } from "./carrier.js";
import { SharedEncoder } from "./shared-encoder.js";

/** @import { CarrierCounts, SharedFrame } from "./carrier.js" */
/** @import { SharedPicture } from "./formats.js" */
/** @import { EncoderCounts } from "./shared-encoder.js" */

/**
 * @typedef {{do: "encode", encoder: number, picture: SharedPicture, readable?: ReadableStream<VideoFrame>}} EncodeRequest readable: another source
 * @typedef {{do: "close", encoder: number}} CloseRequest
 * @typedef {{do: "join", carrier: number, encoder: number}} JoinRequest
 * @typedef {{do: "leave", carrier: number}} LeaveRequest the sender encodes the picture itself, or nothing
 * @typedef {EncodeRequest | CloseRequest | JoinRequest | LeaveRequest} WorkerRequest
 */
/**
 * Sent twice a second. failed: encoders that ended by themselves; passed: frames that the sender has encoded itself; waitedMs: of the
 * oldest frame
 * @typedef {CarrierCounts & {passed: number, waitedMs: number}} CarrierState
 * @typedef {{encoders: Record<number, EncoderCounts>, carriers: Record<number, CarrierState>, failed: number[]}} WorkerReport
 */
/** @typedef {{carrier: number, dummies: WritableStream<VideoFrame>}} TransformOptions */
/** @typedef {{carrier: Carrier, encoder: number | null, passed: number}} Carried encoder: null: none, frames pass as they are */

/** Dummies are smaller than this, every picture of the ladder is larger. */
const MAX_DUMMY_SIDE = 64;
const DUMMY_SIDES = [16, 32];
const REPORT_INTERVAL_MS = 500;
const CHECK_INTERVAL_MS = 100;

/** @type {Map<number, SharedEncoder>} */
const encoders = new Map();
/** @type {Map<number, Carried>} */
const carriers = new Map();
/** Who joined before their transform had begun. @type {Map<number, number>} */
const early = new Map();
/** @type {number[]} */
const failed = [];

addEventListener("message", ({ data }) => {
  const request = /** @type {WorkerRequest} */ (data);
  if (request.do === "encode") encode(request);
  if (request.do === "close") closeEncoder(request.encoder);
  if (request.do === "join") join(request.carrier, request.encoder);
  if (request.do === "leave") leave(request.carrier);
});
addEventListener("rtctransform", (event) => void transform(/** @type {any} */ (event).transformer));
setInterval(report, REPORT_INTERVAL_MS);
setInterval(() => {
  const now = performance.now();
  for (const { carrier, encoder } of carriers.values()) if (encoder !== null) carrier.checkWaiting(now);
}, CHECK_INTERVAL_MS);

/** @param {EncodeRequest} request */
function encode({ encoder: id, picture, readable }) {
  const known = encoders.get(id);
  const encoder = known ?? new SharedEncoder(picture, { frame: (frame) => hand(id, frame), failed: () => fail(id) });
  encoders.set(id, encoder);
  encoder.setPicture(picture);
  if (!readable) return;
  for (const { carrier, encoder: own } of carriers.values()) if (own === id) carrier.resetTime();
  void encoder.setSource(readable);
}

/** @param {number} id @param {SharedFrame} frame */
function hand(id, frame) {
  for (const { carrier, encoder } of carriers.values()) if (encoder === id) carrier.carry(frame);
}

/** @param {number} id */
function fail(id) {
  encoders.delete(id);
  failed.push(id);
  report();
}

/** @param {number} id */
function closeEncoder(id) {
  encoders.get(id)?.close();
  encoders.delete(id);
}

/** @param {number} id of a carrier @param {number} encoder */
function join(id, encoder) {
  const carried = carriers.get(id);
  if (!carried) return void early.set(id, encoder);
  carried.encoder = encoder;
  carried.carrier.restart();
}

/** @param {number} id of a carrier */
function leave(id) {
  early.delete(id);
  const carried = carriers.get(id);
  if (carried) carried.encoder = null;
}

/**
 * Whatever a sender encodes itself passes as it is, its dummies get a shared frame.
 * @param {{readable: ReadableStream<any>, writable: WritableStream<any>, options: TransformOptions}} transformer
 */
async function transform({ readable, writable, options: { carrier: id, dummies } }) {
  const [reader, writer, pump] = [readable.getReader(), writable.getWriter(), dummies.getWriter()];
  const write = (/** @type {unknown} */ frame) => void writer.write(frame).catch(() => {}); // the connection was closed
  const makeDummy = dummyMaker((frame) => void pump.write(frame).catch(() => frame.close()));
  const carried = { carrier: new Carrier({ write, makeDummy, requestKey: () => requestKey(id) }), encoder: /** @type {number | null} */ (null), passed: 0 };
  carriers.set(id, carried);
  const waiting = early.get(id);
  early.delete(id);
  if (waiting !== undefined) join(id, waiting);
  for (;;) {
    const { value: frame, done } = await reader.read().catch(() => ({ value: null, done: true }));
    if (done) break;
    const { width, height } = frame.getMetadata();
    if (Math.max(width, height) > MAX_DUMMY_SIDE) {
      carried.passed += 1;
      write(frame);
    } else if (carried.encoder !== null) {
      carried.carrier.receiveDummy(frame);
    }
  }
  carriers.delete(id);
  void pump.close().catch(() => {});
}

/** @param {number} id of a carrier */
function requestKey(id) {
  const encoder = carriers.get(id)?.encoder ?? null;
  if (encoder !== null) encoders.get(encoder)?.requestKey();
}

/**
 * A dummy of another size than the one before becomes a key frame.
 * @param {(frame: VideoFrame) => void} send @returns {(timestamp: number, key: boolean) => void}
 */
function dummyMaker(send) {
  let side = 0;
  let shade = 0;
  return (timestamp, key) => {
    if (key) side = 1 - side;
    const [codedWidth, codedHeight] = [DUMMY_SIDES[side], DUMMY_SIDES[0]];
    const pixels = new Uint8Array((codedWidth * codedHeight * 3) / 2).fill(128);
    // An encoder may leave out a picture that has not changed.
    shade = (shade + 1) % 256;
    pixels[shade] ^= 64;
    send(new VideoFrame(pixels, { format: "I420", codedWidth, codedHeight, timestamp }));
  };
}

function report() {
  const now = performance.now();
  /** @type {WorkerReport} */
  const words = { encoders: {}, carriers: {}, failed: failed.splice(0) };
  for (const [id, { counts }] of encoders) words.encoders[id] = { ...counts };
  for (const [id, { carrier, passed }] of carriers) words.carriers[id] = { ...carrier.counts, passed, waitedMs: carrier.waitedMs(now) };
  postMessage(words);
}
