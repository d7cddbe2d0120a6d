/**
 * How good a connection is, in one word and one reason, from what both ends have measured and decided. A pure function:
 * no clock, no browser. The word changes only when what it rests on has lasted, so that nobody is made nervous.
 */

/** @import { SendingStatus } from "../adaptation/limitation.js" */

/** @typedef {"good" | "fair" | "poor" | "none"} Level none: there is no connection */

/**
 * What it is laid to, seen from the person who looks at the tile.
 * @typedef {"" | "your-upload" | "their-upload" | "loss" | "your-processor" | "their-processor" | "your-saver" | "their-saver"
 *   | "udp-blocked" | "sound-breaks" | "delay" | "no-sound" | "no-picture" | "frozen" | "lost"} Reason
 */

/** @typedef {{level: Level, reason: Reason}} Quality */

/**
 * @typedef {object} Facts of one second with one person
 * @property {boolean} connected
 * @property {boolean} trouble whether the person waits for a connection for longer than usual
 * @property {SendingStatus | null} receiving what they say they send
 * @property {number} loss 0 to 1, of what came
 * @property {number} concealed 0 to 1, of the sound that came
 * @property {number} rttMs
 * @property {string} path see `whyThisPath` of peer/ice/ice-path.js
 * @property {Reason} missing what does not arrive although it is sent, as the watchdog found for good; "" for nothing
 */

/**
 * @typedef {object} Memory
 * @property {Quality} shown
 * @property {Quality} found in the last second
 * @property {number} times in a row that it was found
 * @property {number} avgLoss a running mean
 * @property {number} avgConcealed a running mean
 * @property {number} avgRttMs a running mean of the round trip, ms
 */

/** How often something worse, or something else or better, must be found in a row. */
const WORSE_AFTER = 3;
const BETTER_AFTER = 6;
/** @type {readonly Level[]} */
const LEVELS = ["none", "poor", "fair", "good"];
/** Names of rungs on which a picture is small or jerky enough to be noticed. */
const LOW_RUNGS = ["270p", "180p"];

/** What a sender's reason is to the receiver. @type {Readonly<Record<string, Reason>>} */
const TO_RECEIVER = Object.freeze({
  "our-uplink": "their-upload",
  loss: "loss",
  "our-processor": "their-processor",
  "their-processor": "your-processor",
  saver: "their-saver",
  "their-saver": "your-saver",
});

/** What one's own reason is to oneself; what holds back others is theirs to see. @type {Readonly<Record<string, Reason>>} */
const TO_SENDER = Object.freeze({ "our-uplink": "your-upload", loss: "loss", "our-processor": "your-processor", saver: "your-saver" });

/** @type {Quality} */
const NONE = Object.freeze({ level: "none", reason: "" });
/** @type {Quality} */
const GOOD = Object.freeze({ level: "good", reason: "" });

/** Before anything was measured. @type {Readonly<Memory>} */
export const UNKNOWN = Object.freeze({
  shown: NONE,
  found: NONE,
  times: 0,
  avgLoss: 0,
  avgConcealed: 0,
  avgRttMs: 0,
});

/** Takes note of another second. @param {Readonly<Memory>} before @param {Readonly<Facts>} facts @returns {Memory} */
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

/**
 * Sums up what is sent to everybody, for one's own tile.
 * @param {Readonly<Memory>} before
 * @param {readonly SendingStatus[]} sending to each person who is connected
 * @returns {Memory}
 */
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
  /** @type {Quality[]} causes before symptoms: of equals, the first is named */
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

/**
 * @param {number} value
 * @param {number} fair above this
 * @param {number} poor above this
 * @param {Reason} reason
 * @returns {Quality}
 */
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
