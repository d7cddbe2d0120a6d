/** The evidence and the state from which each decision about sending to a peer is made. */

import { FIRST, TOP } from "./ladder.js";

/** @import { Coded, CodingDelays } from "./coding-delay.js" */
/** @import { Codec } from "./ladder.js" */

/**
 * The reason for not sending more, seen from the sender; `our-uplink`: also the path to this peer alone.
 * @typedef {"full" | "small-tile" | "hidden" | "no-camera" | "our-uplink" | "loss" | "our-processor" | "their-processor" | "saver"
 *   | "their-saver" | "many-people" | "starting"} LimitationReason
 */

/**
 * @typedef {object} Evidence
 * @property {number} now ms, monotonic
 * @property {number | null} available estimated bandwidth to this peer, kbit/s, audio included; null: the browser has no estimate
 * @property {number} [taken] kbit/s of the estimate that are for the screen and for music, and not in `available`
 * @property {number} used media bitrate, kbit/s
 * @property {number} share kbit/s of the uplink that this peer's video may use; Infinity: no limit
 * @property {boolean} saving whether a data saver limits the share
 * @property {boolean} [asked] whether it is the receiver's
 * @property {boolean} [crowded] whether the share is smaller because people are many
 * @property {number} loss packet loss, 0 to 1
 * @property {number} rttMs 0: not measured
 * @property {number} concealed concealed audio at the receiver, 0 to 1
 * @property {boolean} hasFrozen whether video froze at the receiver since the last decision
 * @property {boolean} limited CPU quality limitation of the encoder
 * @property {number} cpuLoad of media on this machine, 1: all cores
 * @property {number} remoteCpuLoad the receiver's
 * @property {number} [full] how full the processor is, in a large call: see `ComputePressure.level`
 * @property {boolean} [fewPackets] whether audio should take as few packets as it can
 * @property {{height: number, visible: boolean} | null} tile at the receiver; null: unknown
 * @property {{height: number} | null} source the camera; null: off
 * @property {readonly Codec[]} codecs in common, the best first
 * @property {number} cores for this encoder
 * @property {Coded | null} [coded] null: nothing was measured
 * @property {Codec | null} [common] of the connections that may share an encoder; null: each has its own
 */

/**
 * @typedef {object} LinkState what the bandwidth allows; times in ms
 * @property {number} begunAt @property {number} climbedAt @property {number} fellAt @property {number} probedAt
 * @property {number} avgLoss @property {number} avgConcealed
 * @property {number} linkRung the rung that the link carries
 * @property {number} wait headroom needed before the next climb to `failed` or above
 * @property {number} failed the lowest rung that recently failed
 * @property {boolean} quick fast start: nothing has failed yet
 * @property {boolean} fresh the bandwidth has collapsed: queued packets are obsolete
 * @property {number} estimate kbit/s, all of it, at the last decision; 0: none
 * @property {boolean} probe whether to probe for more bandwidth
 * @property {number} at the last decision
 * @property {number} freezes decaying count
 * @property {number | null} minRttMs null: not measured
 * @property {number} queueMs queueing delay: the round trip above the minimum
 */

/**
 * @typedef {object} OwnState times in ms
 * @property {Codec} codec @property {LimitationReason} why @property {number} steppedAt @property {number} codecAt
 * @property {number} wideAt
 * @property {number} processor the rung that the CPUs carry
 * @property {number} rung what is sent: the lowest that link, CPU, tile and source allow
 * @property {boolean} active whether video is sent
 * @property {number} step codecs skipped for cheaper ones
 * @property {Codec} thrifty the codec of a link without room
 * @property {boolean} hasRoom whether the link carries any codec at its best: then the quickest is used
 * @property {CodingDelays} delays of the codecs that were used at this rung
 * @property {{rung: number, at: number}} delaysOf the rung, and since when
 * @property {boolean} longPackets audio in packets of 60 ms, at a lower bitrate
 * @property {boolean} redundant audio with redundancy (RED)
 * @property {number} easeWait without CPU strain before the CPU gets more work
 * @property {Marks} since when each condition holds; null: it does not
 * @property {number} strainedAt the last CPU overload
 * @property {number} wideWait without queueing before audio alone gets short packets
 * @property {number} redAfter no redundancy before
 */

/** @typedef {OwnState & LinkState} State */
/** @typedef {Record<"low" | "high" | "bad" | "strained" | "easy" | "wide" | "lossless" | "roomy" | "tight", number | null>} Marks */

/** Without video nothing shows the headroom: short packets are tried after this, and twice as late after each failure. */
export const ALONE_MS = 30_000;
/** Headroom before a rung that failed is tried again. */
export const AGAIN_MS = 30_000;
const EASE_MS = 30_000;

/** @param {number} now ms @returns {State} before anything was measured */
export function initialState(now) {
  const since = { low: null, high: null, bad: null, strained: null, easy: null, wide: null, lossless: null, roomy: null, tight: null };
  const rungs = { processor: TOP, rung: FIRST, active: true, codec: /** @type {const} */ ("VP8"), thrifty: /** @type {const} */ ("VP8"), step: 0, hasRoom: false, delays: {}, delaysOf: { rung: FIRST, at: now } };
  // Long packets first: they cost 40 ms, and short ones may cost a thin link the first seconds of the call.
  const sound = { longPackets: true, redundant: false };
  const times = { easeWait: EASE_MS, steppedAt: -Infinity, strainedAt: -Infinity, codecAt: now };
  const ofSound = { wideWait: ALONE_MS, wideAt: -Infinity, redAfter: -Infinity };
  return { ...rungs, ...sound, ...times, ...ofSound, why: "starting", since, ...initialLinkState(now) };
}

/** @param {number} now ms @returns {LinkState} before anything was measured */
function initialLinkState(now) {
  const times = { begunAt: now, climbedAt: -Infinity, fellAt: -Infinity, probedAt: now, at: now };
  const means = { avgLoss: 0, avgConcealed: 0, freezes: 0, minRttMs: null, queueMs: 0 };
  return { linkRung: FIRST, wait: AGAIN_MS, failed: Infinity, quick: true, fresh: false, estimate: 0, probe: false, ...times, ...means };
}
