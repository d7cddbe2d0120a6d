/**
 * Adjusts the rung to the bandwidth: down within two or three seconds on solid evidence; up after ten seconds of headroom, sooner
 * at the start and where headroom is large. A rung that failed is retried later, and twice as late after each failure.
 * The browser's estimate counts only while video is sent: without video it follows the audio bitrate, so climbing is by trial.
 */

import { isHealthy, FULL_MS, durationOf, STALE_MS, isDegraded } from "./link-averages.js";
import { AUDIO_ONLY, FIRST, LOWEST_VIDEO, maxKbps, minKbps, SNAPSHOTS, TOP } from "./ladder.js";
import { AGAIN_MS } from "./state.js";

/** @import { Evidence, State } from "./state.js" */
/** @import { Codec } from "./ladder.js" */


const LOW_MS = 1_500;
const ILL_MS = 1_500;
const GIVE_UP_MS = 6_000;
/** A queue this long for this long does not drain by itself: the encoder is at its minimum. */
const FULL_FOR_MS = 2_000;
/** An overflowing queue is full of retransmissions: only a pause drains it. */
const CHOKED_LOSS = 0.15;
const CHOKED_MS = 1_000;
/** Measurements this soon after CPU strain say nothing about the link. */
const BLIND_MS = 4_000;
const CHOKED_RTT_MS = 300;
const CHOKED_KBPS = 80;
const CLIMB_MS = 10_000;
/** The first seconds fail for what was sent when nothing was known. */
const SOON_MS = 4_500;
const FIRST_SECONDS_MS = 10_000;
/** Headroom that estimates never promise by mistake, as a factor. */
const SURE = 1.8;
const SURE_MS = 3_000;
const QUICK_MS = 400;
const QUICK_FOR_MS = 12_000;
const MAX_WAIT_MS = 160_000;
/** A fall this soon after a climb means that the climb failed. */
const TRIAL_MS = 15_000;
/** Until statistics reflect a change of the bitrate. */
const GRACE_MS = 4_000;
/** Far enough below the need to act on one measurement. */
const STEEP = 0.65;
const COLLAPSE = 0.5;
const PROBE_INTERVAL_MS = 4_000;
/** After the first seconds, where only a quicker codec needs more. */
const SELDOM_MS = 30_000;
/** Beside such a round trip, a quicker codec saves nothing that people notice, and the line has more to lose by a try. */
const LONG_TRIP_MS = 200;
/** Above what VP8 uses at its best. */
const ROOMY = 1.3;
/** Audio with its headers, kbit/s, in short and in long packets. */
const AUDIO = 50;
const AUDIO_THIN = 26;
/** A link that carries more than this, kbit/s, has room for short packets beside the picture. */
export const SHORT_PACKETS_KBPS = 250;
/** Below this, concealment and freezes are blamed on the link, whatever the estimate says. */
const THIN_KBPS = 130;

/** @param {State} state @param {Evidence} evidence */
export function adjustToBandwidth(state, evidence) {
  const { now, tile, source } = evidence;
  state.fresh = state.probe = false;
  // Without visible video nothing shows what the link carries.
  if (source === null || tile?.visible === false) {
    for (const mark of /** @type {const} */ (["low", "high", "bad"])) state.since[mark] = null;
    state.estimate = 0;
    return;
  }
  const starts = evidence.full && state.linkRung < LOWEST_VIDEO;
  if (isBlind(state, now) && evidence.loss < CHOKED_LOSS && !starts) {
    for (const mark of /** @type {const} */ (["low", "high", "bad"])) state.since[mark] = null;
    state.estimate = estimateOf(evidence);
    return;
  }
  const sent = Math.min(state.linkRung, state.rung);
  const to = sent < LOWEST_VIDEO ? withoutPicture(state, now) : withPicture(state, evidence, sent);
  state.estimate = estimateOf(evidence);
  if (to !== null) return fall(state, now, to);
  climb(state, evidence);
}

/**
 * Whether a CPU at either end is strained, or was a moment ago: it responds late, which looks like less bandwidth.
 * @param {Readonly<State>} state @param {number} now
 */
export function isBlind(state, now) {
  return state.since.strained !== null || now - state.strainedAt < BLIND_MS;
}

/**
 * Falls when the estimate is below the need of the rung, or audio and video visibly degrade.
 * @param {State} state @param {Evidence} evidence @param {number} sent the rung @returns {number | null} the new rung; null: stay
 */
function withPicture(state, evidence, sent) {
  const { now, available, loss, rttMs } = evidence;
  const room = roomFor(state, evidence);
  // A peer whose every measurement had a queue has no true minimum of the round trip.
  const choked = loss > CHOKED_LOSS && (state.queueMs > FULL_MS || (rttMs > CHOKED_RTT_MS && (available ?? Infinity) < CHOKED_KBPS));
  const settled = now - Math.max(state.climbedAt, state.fellAt) >= (choked ? STALE_MS : GRACE_MS);
  // A quick codec needs more than a thrifty one, but gives way to it: it costs no rung.
  const floor = minKbps(sent, state.thrifty) * (now - state.climbedAt >= GRACE_MS ? 0.85 : 0.5);
  const low = durationOf(state, "low", room < floor, now);
  const longPackets = available === null || available < THIN_KBPS;
  const ill = durationOf(state, "bad", settled && longPackets && (choked || isDegraded(state, available)), now);
  if (ill >= (choked ? CHOKED_MS : state.queueMs > FULL_MS ? FULL_FOR_MS : ILL_MS)) return sent - 1;
  // The lowest video is given up late, and not on the estimate alone, which undershoots.
  const avgConcealed = state.avgConcealed > 0.03 || state.freezes > 0.9;
  if (sent === LOWEST_VIDEO) return low >= GIVE_UP_MS && (avgConcealed || evidence.share < floor) ? SNAPSHOTS : null;
  // An estimate that halves at once keeps falling: assume as much again.
  const estimate = estimateOf(evidence);
  const falling = sent > FIRST && available !== null && estimate < state.estimate * COLLAPSE;
  const left = falling ? room * (estimate / state.estimate) : room;
  const steep = left < floor * STEEP && now - state.fellAt >= STALE_MS / 2;
  if (!steep && low < LOW_MS) return null;
  // An estimate that has just begun to fall is not at its end.
  const to = highest(steep ? left * STEEP : left, state.thrifty, sent - 1);
  state.fresh = steep && (falling || (available ?? Infinity) < floor) && sent - to > 1;
  return Math.max(state.fresh ? to - 1 : to, LOWEST_VIDEO);
}

/** A screen that begins is no collapse of the link. @param {Evidence} evidence @returns {number} kbit/s; 0: there is none */
function estimateOf({ available, taken = 0 }) {
  return available === null ? 0 : available + taken;
}

/** @param {State} state @param {number} now @returns {number | null} the new rung; null: stay */
function withoutPicture(state, now) {
  const bad = state.linkRung === SNAPSHOTS && state.avgConcealed > 0.06 && now - state.fellAt >= GRACE_MS;
  return durationOf(state, "bad", bad, now) >= ILL_MS ? AUDIO_ONLY : null;
}

/** @param {State} state @param {Evidence} evidence */
function climb(state, evidence) {
  const { now, available } = evidence;
  if (now - state.begunAt > QUICK_FOR_MS) state.quick = false;
  const binding = state.linkRung < TOP && (state.rung === state.linkRung || state.linkRung < LOWEST_VIDEO);
  const above = Math.min(state.linkRung + 1, TOP);
  const room = roomFor(state, evidence);
  const wanted = minKbps(above, state.codec) * 1.2;
  const fits = binding && headroom(state, evidence, room, wanted);
  const sure = available !== null && state.linkRung >= LOWEST_VIDEO && room >= SURE * wanted;
  state.probe = false;
  if (durationOf(state, "high", fits, now) < patience(state, above, sure, room >= wanted)) {
    const seldom = !isLongTrip(state) && (state.quick || now - state.probedAt >= SELDOM_MS);
    return maybeProbe(state, now, binding ? room < wanted : seldom && isUnsure(state, evidence));
  }
  const reach = available === null || state.linkRung < LOWEST_VIDEO ? above : highest(room / 1.2, state.codec, TOP);
  state.linkRung = Math.max(above, Math.min(reach, state.quick ? TOP : above + 1, state.failed - 1));
  if (above >= state.failed) state.failed = sure ? Infinity : state.linkRung;
  state.climbedAt = now;
  state.since.high = state.since.low = state.since.bad = null;
}

/**
 * @param {State} state @param {number} above the next rung @param {boolean} sure
 * @param {boolean} measured the estimate is enough for it @returns {number} ms of headroom needed
 */
function patience({ quick, failed, wait, linkRung: line }, above, sure, measured) {
  if (quick && measured && line >= LOWEST_VIDEO) return QUICK_MS;
  if (sure) return SURE_MS;
  return above >= failed ? wait : CLIMB_MS;
}

/** Whether to try the next rung. @param {State} state @param {Evidence} evidence @param {number} room @param {number} wanted kbit/s */
function headroom(state, evidence, room, wanted) {
  const { available, used, share, full = 0 } = evidence;
  const { linkRung: line, avgLoss, freezes } = state;
  if (available === null) return avgLoss < 0.03 && freezes < 0.5;
  // A full processor answers late, which looks like a queue.
  const well = isHealthy(full > 0 ? { ...state, queueMs: 0 } : state);
  if (line < LOWEST_VIDEO) return share >= wanted / 2 && well && avgLoss < 0.04;
  if (room >= wanted) return true;
  // An encoder that uses less than it may holds the estimate down, to some 1.5 times what is sent.
  return used < 0.75 * estimateOf(evidence) && room >= 0.7 * wanted && isHealthy(state) && avgLoss < 0.04;
}

/**
 * Whether a link that carries what is sent may have more: for a quicker codec, or for short packets of sound. The estimate of a sender
 * that needs little stays near what it sends.
 * @param {State} state @param {Evidence} evidence
 */
function isUnsure(state, evidence) {
  const { available, fewPackets = false } = evidence;
  if (state.longPackets && !fewPackets && available !== null && available <= SHORT_PACKETS_KBPS) return true;
  return !state.hasRoom && roomFor(state, evidence) < roomyKbps(state.rung);
}

/**
 * Chromium probes for bandwidth when an encoder that needs little is allowed more.
 * @param {State} state @param {number} now @param {boolean} wanted
 */
function maybeProbe(state, now, wanted) {
  const may = wanted && isHealthy(state) && state.linkRung >= LOWEST_VIDEO && now - state.fellAt >= PROBE_INTERVAL_MS;
  if (!may || now - state.probedAt < PROBE_INTERVAL_MS) return;
  state.probe = true;
  state.probedAt = now;
}

/** @param {State} state @param {number} now @param {number} to */
function fall(state, now, to) {
  const trial = now - state.climbedAt < TRIAL_MS;
  const again = trial && state.failed < Infinity ? Math.min(2 * Math.max(state.wait, AGAIN_MS / 2), MAX_WAIT_MS) : AGAIN_MS;
  state.wait = to < LOWEST_VIDEO && now - state.begunAt < FIRST_SECONDS_MS ? SOON_MS : again;
  state.failed = Math.min(state.linkRung, state.rung);
  state.quick = false;
  state.linkRung = to;
  state.fellAt = now;
  state.since.low = state.since.bad = state.since.high = null;
  state.freezes = state.avgConcealed = 0;
}

/** @param {Readonly<State>} state */
export function isLongTrip({ minRttMs }) {
  return (minRttMs ?? 0) >= LONG_TRIP_MS;
}

/** @param {number} rung @returns {number} kbit/s of a link that has room for any codec at this rung */
export function roomyKbps(rung) {
  return ROOMY * maxKbps(Math.max(rung, LOWEST_VIDEO), "VP8");
}

/** @param {Readonly<State>} state @param {Readonly<Evidence>} evidence @returns {number} kbit/s for video */
export function roomFor({ longPackets, redundant, linkRung: line }, { available, share }) {
  const sound = (longPackets || line <= LOWEST_VIDEO ? AUDIO_THIN : AUDIO) * (redundant ? 1.6 : 1);
  return Math.min(share, available === null ? Infinity : Math.max(0, available - sound));
}

/** @param {number} room kbit/s @param {Codec} codec @param {number} most @returns {number} the highest rung that fits */
function highest(room, codec, most) {
  let rung = Math.max(AUDIO_ONLY, most);
  while (rung > AUDIO_ONLY && minKbps(rung, codec) > room) rung -= 1;
  return rung;
}
