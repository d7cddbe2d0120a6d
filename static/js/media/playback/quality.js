/** Rates a connection from the measurements and decisions of both ends. Pure; hysteresis keeps the display from flickering. */

/** @import { SendingStatus } from "../adaptation/limitation.js" */

/** @typedef {"good" | "fair" | "poor" | "none"} Level none: not connected */

/**
 * Seen from the person who looks at the tile.
 * @typedef {"" | "your-upload" | "their-upload" | "loss" | "your-processor" | "their-processor" | "your-saver" | "their-saver"
 *   | "udp-blocked" | "sound-breaks" | "delay" | "no-sound" | "no-picture" | "frozen" | "no-screen"
 *   | "lost"} Reason
 */

/** @typedef {{level: Level, reason: Reason}} Quality */

/**
 * One second with one peer. trouble: connecting takes unusually long; receiving: the peer's sending status; loss, concealed
 * (audio): 0 to 1; path: see `whyThisPath` of peer/ice/ice-path.js; missing: sent but not arriving, from stalled-media.js, "":
 * none.
 * @typedef {{connected: boolean, trouble: boolean, receiving: SendingStatus | null, loss: number, concealed: number,
 *   rttMs: number, path: string, missing: Reason}} Facts
 */

/**
 * @typedef {{shown: Quality, found: Quality, times: number, avgLoss: number, avgConcealed: number, avgRttMs: number}} Memory
 *   found: in the last second; times: in a row
 */

/** Seconds before a worse rating is shown, and before any other. */
const WORSE_AFTER = 3;
const BETTER_AFTER = 6;
/** @type {readonly Level[]} */
const LEVELS = ["none", "poor", "fair", "good"];
/** Rungs whose video is noticeably small or jerky. */
const LOW_RUNGS = ["270p", "180p"];

/** From a sender's reason to the receiver's. @type {Readonly<Record<string, Reason>>} */
const TO_RECEIVER = Object.freeze({
  "our-uplink": "their-upload",
  loss: "loss",
  "our-processor": "their-processor",
  "their-processor": "your-processor",
  saver: "their-saver",
  "their-saver": "your-saver",
});

/** Reasons for one's own tile: those of a receiver are left out. @type {Readonly<Record<string, Reason>>} */
const TO_SENDER = Object.freeze({ "our-uplink": "your-upload", loss: "loss", "our-processor": "your-processor", saver: "your-saver" });

/** @type {Quality} */
const NONE = Object.freeze({ level: "none", reason: "" });
/** @type {Quality} */
const GOOD = Object.freeze({ level: "good", reason: "" });

/** @type {Readonly<Memory>} */
export const UNKNOWN = Object.freeze({
  shown: NONE,
  found: NONE,
  times: 0,
  avgLoss: 0,
  avgConcealed: 0,
  avgRttMs: 0,
});

/** @param {Readonly<Memory>} before @param {Readonly<Facts>} facts @returns {Memory} */
export function rate(before, facts) {
  const mean = (/** @type {number} */ old, /** @type {number} */ value) => old + (value - old) * 0.3;
  const { connected } = facts;
  const memory = {
    ...before,
    avgLoss: connected ? mean(before.avgLoss, facts.loss) : 0,
    avgConcealed: connected ? mean(before.avgConcealed, facts.concealed) : 0,
    avgRttMs: connected ? mean(before.avgRttMs, facts.rttMs) : 0,
  };
  return finalize(memory, rateNow(memory, facts));
}

/** Rates one's own tile. @param {Readonly<Memory>} before @param {readonly SendingStatus[]} sending to each peer @returns {Memory} */
export function rateOwn(before, sending) {
  const found = sending.map((outcome) => ofPicture(outcome, TO_SENDER));
  return finalize({ ...before }, found.reduce(worse, sending.length > 0 ? GOOD : NONE));
}

/** @param {Memory} memory @param {Quality} found @returns {Memory} */
function finalize(memory, found) {
  const times = same(found, memory.found) ? memory.times + 1 : 1;
  const first = memory.shown.level === "none" || found.level === "none";
  const needed = rank(found) < rank(memory.shown) ? WORSE_AFTER : BETTER_AFTER;
  return { ...memory, found, times, shown: first || times >= needed ? found : memory.shown };
}

/** @param {Memory} memory @param {Readonly<Facts>} facts @returns {Quality} */
function rateNow({ avgLoss, avgConcealed, avgRttMs }, { connected, trouble, receiving, path, missing }) {
  if (!connected) return { level: "none", reason: trouble ? "lost" : "" };
  /** Causes before symptoms: of equal levels the first counts. @type {Quality[]} */
  const all = [
    missing === "" ? GOOD : { level: "poor", reason: missing },
    receiving === null ? GOOD : ofPicture(receiving, TO_RECEIVER),
    path === "udp-blocked" ? { level: "fair", reason: "udp-blocked" } : GOOD,
    graded(avgConcealed, 0.03, 0.1, "sound-breaks"),
    graded(avgLoss, 0.05, 0.15, "loss"),
    graded(avgRttMs, 400, 1_000, "delay"),
  ];
  return all.reduce(worse);
}

/** @param {SendingStatus} outcome @param {Readonly<Record<string, Reason>>} reasons @returns {Quality} */
function ofPicture({ picture, rung, why }, reasons) {
  const reason = reasons[why];
  if (reason === undefined) return GOOD;
  if (picture !== "moving") return { level: "poor", reason };
  return LOW_RUNGS.includes(rung) ? { level: "fair", reason } : GOOD;
}

/** @param {number} value @param {number} fair threshold @param {number} poor threshold @param {Reason} reason @returns {Quality} */
function graded(value, fair, poor, reason) {
  if (value <= fair) return GOOD;
  return { level: value > poor ? "poor" : "fair", reason };
}

/** @param {Quality} one @param {Quality} other */
function worse(one, other) {
  return rank(other) < rank(one) ? other : one;
}

/** @param {Quality} quality */
function rank({ level }) {
  return LEVELS.indexOf(level);
}

/** @param {Quality} one @param {Quality} other */
function same(one, other) {
  return one.level === other.level && one.reason === other.reason;
}
