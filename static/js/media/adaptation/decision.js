/**
 * What to send to a peer, decided once or twice a second from what both ends have measured. A pure function: the same
 * evidence after the same state gives the same decision, with no clock and no browser in it.
 *
 * Bandwidth moves the rung (`bandwidth.js`); the processor moves the codec, and only when there is no cheaper one the rung.
 */

import { pickCodec } from "./codecs.js";
import { initialLinkState, adjustToBandwidth } from "./bandwidth.js";
import { updateAverages, durationOf } from "./link-averages.js";
import { FIRST, LOWEST_VIDEO, rungForTile, SNAPSHOTS, TOP } from "./ladder.js";

/** @import { LinkState } from "./bandwidth.js" */
/** @import { Codec } from "./ladder.js" */
/** @import { LimitationReason } from "./limitation.js" */

/**
 * @typedef {object} Evidence
 * @property {number} now ms on a clock that only rises
 * @property {number | null} available kbit/s that the line to this peer carries, sound included; null: this browser does not say
 * @property {number} used kbit/s that media takes of it now
 * @property {number} share kbit/s that this peer's picture may have of the whole uplink; Infinity: no limit
 * @property {boolean} saving whether the share comes from a data saver
 * @property {boolean} [asked] whether it is the receiver's
 * @property {number} loss 0 to 1, of what was sent last
 * @property {number} rttMs 0: not measured
 * @property {number} concealed 0 to 1, of the sound at the receiver
 * @property {boolean} hasFrozen whether the picture froze at the receiver since the last decision
 * @property {boolean} limited whether the browser says that the processor limits the encoder
 * @property {number} cpuLoad share of this processor that media takes
 * @property {number} remoteCpuLoad of the receiver's
 * @property {{height: number, visible: boolean} | null} tile how the receiver shows it; null: not told
 * @property {{height: number} | null} source the camera; null: off
 * @property {readonly Codec[]} codecs that both ends have, the best first
 * @property {number} cores for the encoder of this one picture
 */

/**
 * @typedef {object} OwnState
 * @property {number} processor the rung that the processors carry
 * @property {number} rung what is sent: the least of line, processor, tile and source
 * @property {boolean} active whether there is a moving picture
 * @property {Codec} codec
 * @property {number} step how many codecs were given up for cheaper ones
 * @property {boolean} longPackets sound in long packets, at a lower rate
 * @property {boolean} redundant sound sent twice
 * @property {LimitationReason} why
 * @property {number} easeWait ms without strain before the processor is given more
 * @property {Marks} since when each condition has held, ms; null: it does not
 * @property {number} steppedAt
 * @property {number} strainedAt when the processor did not keep up last
 * @property {number} codecAt
 * @property {number} wideWait ms of calm before sound alone goes in short packets
 * @property {number} wideAt when it went in short packets last
 * @property {number} redAfter not before, sound is sent twice
 */

/** @typedef {OwnState & LinkState} State */

/** @typedef {Record<"low" | "high" | "bad" | "strained" | "easy" | "wide" | "lossless", number | null>} Marks */

/** Strain this soon after the processor was given more means that it was too much. */
const TRIAL_MS = 15_000;
const STRAINED_MS = 2_500;
/** One slow picture is none. */
const BLIND_AFTER_MS = 500;
const EASE_MS = 30_000;
const MAX_EASE_MS = 160_000;
/** How long a line must be wide before sound goes in short packets. */
const WIDE_MS = 4_000;
/** Without a picture nothing shows how wide it is: they are tried after this, and after each time that fails twice as late. */
const ALONE_MS = 30_000;
const MAX_ALONE_MS = 480_000;
/** What was lost in the first seconds of sound alone was the beginning's; what a queue lost is not helped by more of it. */
const RED_FIRST_MS = 12_000;
const RED_AGAIN_MS = 60_000;

/**
 * @param {number} now ms
 * @returns {State} before anything was measured
 */
export function initialState(now) {
  const since = { low: null, high: null, bad: null, strained: null, easy: null, wide: null, lossless: null };
  const rungs = { processor: TOP, rung: FIRST, active: true, codec: /** @type {const} */ ("VP8"), step: 0 };
  // Long packets first: they cost 40 ms, and short ones may cost a thin line the first seconds of the call.
  const sound = { longPackets: true, redundant: false };
  const times = { easeWait: EASE_MS, steppedAt: -Infinity, strainedAt: -Infinity, codecAt: now };
  const ofSound = { wideWait: ALONE_MS, wideAt: -Infinity, redAfter: -Infinity };
  return { ...rungs, ...sound, ...times, ...ofSound, why: "starting", since, ...initialLinkState(now) };
}

/** Decides. @param {Readonly<State>} before @param {Readonly<Evidence>} evidence @returns {State} */
export function decide(before, evidence) {
  /** @type {State} */
  const state = { ...before, since: { ...before.since } };
  updateAverages(state, evidence);
  adjustToCpu(state, evidence);
  adjustToBandwidth(state, evidence);
  adjustAudio(state, evidence);
  finalize(state, evidence);
  return state;
}

/** @param {State} state @param {Evidence} evidence */
function adjustToCpu(state, { now, limited, cpuLoad, remoteCpuLoad, codecs }) {
  const strained = limited || cpuLoad > 0.75 || remoteCpuLoad > 0.75;
  const easy = !limited && cpuLoad < 0.5 && remoteCpuLoad < 0.5;
  const strainedMs = durationOf(state, "strained", strained && state.active, now);
  if (strainedMs >= BLIND_AFTER_MS) state.strainedAt = now;
  if (strainedMs >= STRAINED_MS) {
    if (now - state.steppedAt < TRIAL_MS) state.easeWait = Math.min(2 * state.easeWait, MAX_EASE_MS);
    if (state.step < codecs.length - 1) state.step += 1;
    else state.processor = Math.max(SNAPSHOTS, Math.min(state.processor, state.rung) - 1);
    // Whether the cheaper one is enough shows from here on.
    state.since.strained = now;
    state.since.easy = null;
  } else if (durationOf(state, "easy", easy, now) >= state.easeWait && (state.step > 0 || state.processor < TOP)) {
    if (state.processor < TOP) state.processor += 1;
    else state.step -= 1;
    state.steppedAt = now;
    state.since.easy = null;
  }
}

/** @param {State} state @param {Evidence} evidence */
function adjustAudio(state, { now, available, source }) {
  const { avgLoss, avgConcealed, queueMs } = state;
  // Without a picture the estimate follows the sound, and says nothing: then a queue shows that the line is full.
  const alone = source === null;
  const line = alone ? Infinity : (available ?? Infinity);
  const random = queueMs < 100 && line > 70;
  // Short packets are repeated in time, and a line that loses at random has room for their headers.
  const rough = random && avgLoss > 0.05 && !alone;
  const wide = rough || (alone ? avgConcealed < 0.01 && queueMs < 60 : state.linkRung > LOWEST_VIDEO && line > 250);
  if (durationOf(state, "wide", wide, now) >= (rough ? 1_000 : alone ? state.wideWait : WIDE_MS) && state.longPackets) {
    state.longPackets = false;
    state.wideAt = now;
  }
  const full = (!alone && (state.linkRung <= LOWEST_VIDEO || line < 120)) || (avgConcealed > 0.02 && queueMs > 100);
  if (full && !rough && !state.longPackets) {
    state.longPackets = true;
    if (now - state.wideAt < ALONE_MS) state.wideWait = Math.min(2 * state.wideWait, MAX_ALONE_MS);
  }
  // (While a queue builds up, what is lost looks random until the round trip has been measured once more.)
  const known = now - state.fellAt >= 2_500 && now >= state.redAfter && (!alone || now - state.begunAt >= RED_FIRST_MS);
  if (avgLoss > 0.03 && random && known) state.redundant = true;
  // What is sent twice over a full line is lost twice.
  if (state.redundant && (line < 60 || queueMs > 200)) {
    state.redundant = false;
    if (queueMs > 200) state.redAfter = now + RED_AGAIN_MS;
  }
  if (durationOf(state, "lossless", avgLoss < 0.01, now) >= 20_000) state.redundant = false;
}

/** Brings it together: the least of all, the codec for it, and the reason. @param {State} state @param {Evidence} evidence */
function finalize(state, evidence) {
  const { tile, source, cpuLoad, remoteCpuLoad } = evidence;
  const shown = tile === null ? TOP : rungForTile(tile.height);
  const given = source === null ? TOP : Math.max(rungForTile(source.height), LOWEST_VIDEO);
  // More than the camera gives and the receiver shows cannot be held back by anything.
  const wanted = Math.min(shown, given);
  const seen = tile === null || tile.visible;
  state.rung = Math.min(state.linkRung, state.processor, wanted);
  state.active = seen && source !== null && state.rung >= LOWEST_VIDEO;
  state.codec = chooseCodec(state, evidence);
  if (source === null) state.why = "no-camera";
  else if (!seen) state.why = "hidden";
  else if (state.linkRung < Math.min(state.processor, wanted)) state.why = ofLine(state, evidence);
  else if (state.processor < wanted) state.why = remoteCpuLoad > cpuLoad ? "their-processor" : "our-processor";
  else state.why = shown < given ? "small-tile" : "full";
}

/**
 * @param {State} state
 * @param {Evidence} evidence
 * @returns {LimitationReason} what keeps the line from carrying more
 */
function ofLine({ avgLoss }, { available, share, saving, asked }) {
  if (saving && share < (available ?? Infinity)) return asked ? "their-saver" : "saver";
  return avgLoss > 0.05 ? "loss" : "our-uplink";
}

/** @param {State} state @param {Evidence} evidence @returns {Codec} */
function chooseCodec(state, { now, codecs, cores, available }) {
  const best = pickCodec(codecs, { rung: Math.max(state.rung, LOWEST_VIDEO), cores, step: state.step, kbps: available ?? Infinity });
  const { codec } = state;
  if (best === codec) return codec;
  const forced = !codecs.includes(codec) || codecs.indexOf(best) > codecs.indexOf(codec) || state.why === "starting" || state.fresh;
  // A switch costs a key frame: a better codec waits until the last switch is a while ago.
  if (!forced && now - state.codecAt < 20_000) return codec;
  state.codecAt = now;
  return best;
}
