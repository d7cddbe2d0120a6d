/**
 * Puts the frames of shared encoders into the senders that carry them: away from the page, so that it goes on while the page is hidden
 * or busy. `backend.js` is the page's side.
 */

import { Carrier } from "./carrier.js";
import { EncodedFrames } from "./encoded-frames.js";

/** @import { CarrierCounts } from "./carrier.js" */

/**
 * @typedef {{do: "join", carrier: number, encoder: number}} JoinRequest
 * @typedef {{do: "leave", carrier: number}} LeaveRequest the sender encodes the picture itself, or nothing
 * @typedef {{do: "start-clock", encoder: number}} ClockRequest the encoder has got a camera with another clock
 * @typedef {JoinRequest | LeaveRequest | ClockRequest} WorkerRequest
 */
/**
 * carriers: twice a second, and at the first frame of each; wantsKey: an encoder. passed: frames that the sender has encoded itself; waitedMs: of the oldest frame;
 * lateMs: of this worker's timer, at most, since the last report
 * @typedef {CarrierCounts & {passed: number, waitedMs: number}} CarrierState
 * @typedef {{carriers: Record<number, CarrierState>, lateMs: number} | {wantsKey: number}} WorkerMessage
 */
/** @typedef {{encoder: number} | {carrier: number, dummies: WritableStream<VideoFrame>}} TransformOptions */
/** @typedef {{readable: ReadableStream<any>, writable: WritableStream<any>, options: any}} Transformer its options: `TransformOptions` */
/** @typedef {{carrier: Carrier, encoder: number | null, passed: number}} Carried encoder: null: none, frames pass as they are */

/** Dummies are smaller than this, every picture of the ladder is larger. */
const MAX_DUMMY_SIDE = 64;
const DUMMY_SIDES = [16, 32];
const REPORT_INTERVAL_MS = 500;
const CHECK_INTERVAL_MS = 100;

/** @type {Map<number, EncodedFrames>} */
const encoders = new Map();
/** Those that have made a frame. @type {Set<number>} */
const working = new Set();
/** @type {Map<number, Carried>} */
const carriers = new Map();
let checkedAt = performance.now();
let lateMs = 0;
/** Who joined before their transform had begun. @type {Map<number, number>} */
const early = new Map();

addEventListener("message", ({ data }) => {
  const request = /** @type {WorkerRequest} */ (data);
  if (request.do === "join") join(request.carrier, request.encoder);
  if (request.do === "leave") leave(request.carrier);
  if (request.do === "start-clock") for (const { carrier } of carriedBy(request.encoder)) carrier.resetTime();
});
addEventListener("rtctransform", (event) => {
  const { transformer } = /** @type {any} */ (event);
  if (transformer.options.encoder !== undefined) void takeFrames(transformer);
  else void carryFrames(transformer);
});
setInterval(report, REPORT_INTERVAL_MS);
setInterval(() => {
  const now = performance.now();
  lateMs = Math.max(lateMs, now - checkedAt - CHECK_INTERVAL_MS);
  checkedAt = now;
  for (const { carrier, encoder } of carriers.values()) if (encoder !== null) carrier.checkWaiting(now);
}, CHECK_INTERVAL_MS);

/** @param {number} id of an encoder */
function carriedBy(id) {
  return [...carriers.values()].filter(({ encoder }) => encoder === id);
}

/** Nothing of a shared encoder's own sender is sent. @param {Transformer} transformer */
async function takeFrames({ readable, options: { encoder: id } }) {
  const frames = new EncodedFrames(() => postMessage({ wantsKey: id }));
  encoders.set(id, frames);
  for await (const encoded of framesOf(readable)) {
    const frame = frames.receive(encoded, performance.now());
    for (const { carrier } of carriedBy(id)) carrier.carry(frame);
    if (!working.has(id)) report();
    working.add(id);
  }
  encoders.delete(id);
  working.delete(id);
}

/** @param {ReadableStream<any>} readable @returns {AsyncGenerator<any>} until the connection is closed */
async function* framesOf(readable) {
  const reader = readable.getReader();
  for (;;) {
    const { value, done } = await reader.read().catch(() => ({ value: null, done: true }));
    if (done) return;
    yield value;
  }
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
 * @param {Transformer} transformer
 */
async function carryFrames({ readable, writable, options: { carrier: id, dummies } }) {
  const [writer, pump] = [writable.getWriter(), dummies.getWriter()];
  const write = (/** @type {unknown} */ frame) => void writer.write(frame).catch(() => {}); // the connection was closed
  const makeDummy = dummyMaker((frame) => void pump.write(frame).catch(() => frame.close()));
  const carried = { carrier: new Carrier({ write, makeDummy, requestKey: () => requestKey(id) }), encoder: /** @type {number | null} */ (null), passed: 0 };
  carriers.set(id, carried);
  const waiting = early.get(id);
  early.delete(id);
  if (waiting !== undefined) join(id, waiting);
  for await (const frame of framesOf(readable)) {
    const { width, height } = frame.getMetadata();
    if (Math.max(width, height) > MAX_DUMMY_SIDE) {
      carried.passed += 1;
      write(frame);
      if (carried.passed === 1) report();
    } else if (carried.encoder !== null) {
      carried.carrier.receiveDummy(frame, performance.now());
    }
  }
  carriers.delete(id);
  void pump.close().catch(() => {});
}

/** @param {number} id of a carrier */
function requestKey(id) {
  const encoder = carriers.get(id)?.encoder ?? null;
  if (encoder !== null) encoders.get(encoder)?.requestKey(performance.now());
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
  /** @type {Record<number, CarrierState>} */
  const states = {};
  for (const [id, { carrier, passed }] of carriers) states[id] = { ...carrier.counts, passed, waitedMs: carrier.waitedMs(now) };
  postMessage({ carriers: states, lateMs });
  lateMs = 0;
}
