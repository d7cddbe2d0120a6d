/**
 * The part of the decision that follows the line. Down within two or three seconds, on solid evidence; up after ten of
 * measured headroom, sooner in the first seconds and where there is far more than the next rung needs. To a rung that was
 * too much it climbs later, and after each climb that fails twice as late.
 *
 * What the browser estimates counts while a moving picture is sent. Without one the estimate follows the little that is
 * sent, and says nothing: then it is tried, and what becomes of the sound tells.
 */

import { isHealthy, FULL_MS, durationOf, STALE_MS, isDegraded } from "./link-averages.js";
import { AUDIO_ONLY, FIRST, LOWEST_VIDEO, minKbps, SNAPSHOTS, TOP } from "./ladder.js";

/** @import { Evidence, State } from "./decision.js" */
/** @import { Codec } from "./ladder.js" */

/**
 * @typedef {object} LinkState
 * @property {number} linkRung the rung that the line carries
 * @property {number} wait ms of headroom before the next climb to `failed`, or above
 * @property {number} failed the lowest rung that was too much of late
 * @property {boolean} quick nothing has gone wrong yet: the first climbs need no long look
 * @property {number} begunAt
 * @property {number} climbedAt
 * @property {number} fellAt
 * @property {boolean} fresh the line has just collapsed: what still waits to be sent is worth nothing
 * @property {number} estimate of the decision before, kbit/s; 0: none
 * @property {boolean} probe now the browser should look whether there is more
 * @property {number} probedAt
 * @property {number} at of the last decision, ms
 * @property {number} avgLoss a running mean of the loss
 * @property {number} avgConcealed a running mean of the sound that had to be made up
 * @property {number} freezes a running count, halved every few seconds
 * @property {number | null} minRttMs the shortest round trip of late; null: none was measured
 * @property {number} queueMs how much longer than that it takes now: what waits before the thinnest part of the line
 */

const LOW_MS = 1_500;
const ILL_MS = 1_500;
const GIVE_UP_MS = 6_000;
/** A queue this long for this long does not go away by itself: the encoder is at the least it can send. */
const FULL_FOR_MS = 2_000;
/** A queue that overflows all the same is full of what is sent again and again: only a pause ends that. */
const CHOKED_LOSS = 0.15;
const CHOKED_MS = 1_000;
/** What was measured this soon after strain says nothing of the line. */
const BLIND_MS = 4_000;
const CHOKED_RTT_MS = 300;
const CHOKED_KBPS = 80;
const CLIMB_MS = 10_000;
const AGAIN_MS = 30_000;
/** What failed in the first seconds, when nothing was known, failed for what was sent then. */
const SOON_MS = 4_500;
const FIRST_SECONDS_MS = 10_000;
/** Where there is far more than the next rung needs, more than an estimate ever promises by mistake. */
const SURE = 1.8;
const SURE_MS = 3_000;
const QUICK_MS = 400;
const QUICK_FOR_MS = 12_000;
const MAX_WAIT_MS = 160_000;
/** A fall this soon after a climb means that the climb was wrong. */
const TRIAL_MS = 15_000;
/** A browser needs this long until what it measures says something about what is sent now. */
const GRACE_MS = 4_000;
/** So far below what is needed, nobody waits for a second look. */
const STEEP = 0.65;
const COLLAPSE = 0.5;
const PROBE_INTERVAL_MS = 4_000;
/** What sound needs, kbit/s with its headers, in ordinary and in long packets. */
const AUDIO = 50;
const AUDIO_THIN = 26;
/** Below this, sound that breaks up or a picture that stands still is laid to the line, whatever its estimate says. */
const THIN_KBPS = 130;

/**
 * @param {number} now ms
 * @returns {LinkState} before anything was measured
 */
export function initialLinkState(now) {
  const times = { begunAt: now, climbedAt: -Infinity, fellAt: -Infinity, probedAt: now, at: now };
  const means = { avgLoss: 0, avgConcealed: 0, freezes: 0, minRttMs: null, queueMs: 0 };
  return { linkRung: FIRST, wait: AGAIN_MS, failed: Infinity, quick: true, fresh: false, estimate: 0, probe: false, ...times, ...means };
}

/** @param {State} state @param {Evidence} evidence */
export function adjustToBandwidth(state, evidence) {
  const { now, tile, source } = evidence;
  state.fresh = state.probe = false;
  // Where a picture could be sent and is not, because there is none or nobody sees it, nothing shows what the line carries.
  if (source === null || tile?.visible === false) {
    for (const mark of /** @type {const} */ (["low", "high", "bad"])) state.since[mark] = null;
    state.estimate = 0;
    return;
  }
  // A processor that does not keep up answers late, and the browser takes that for a line that has become thin.
  const blind = state.since.strained !== null || now - state.strainedAt < BLIND_MS;
  if (blind && evidence.loss < CHOKED_LOSS) {
    for (const mark of /** @type {const} */ (["low", "high", "bad"])) state.since[mark] = null;
    state.estimate = evidence.available ?? 0;
    return;
  }
  const sent = Math.min(state.linkRung, state.rung);
  const to = sent < LOWEST_VIDEO ? withoutPicture(state, now) : withPicture(state, evidence, sent);
  state.estimate = evidence.available ?? 0;
  if (to !== null) return fall(state, now, to);
  climb(state, evidence);
}

/**
 * With a moving picture: falls when the estimate is too low for it, or when it or the sound visibly suffers.
 * @param {State} state
 * @param {Evidence} evidence
 * @param {number} sent the rung
 * @returns {number | null} to which rung it falls; null: it stays
 */
function withPicture(state, evidence, sent) {
  const { now, available, loss, rttMs } = evidence;
  const room = roomFor(state, evidence);
  // (Who has only ever measured with a queue cannot tell how long the way is without one.)
  const choked = loss > CHOKED_LOSS && (state.queueMs > FULL_MS || (rttMs > CHOKED_RTT_MS && (available ?? Infinity) < CHOKED_KBPS));
  const settled = now - Math.max(state.climbedAt, state.fellAt) >= (choked ? STALE_MS : GRACE_MS);
  const floor = minKbps(sent, state.codec) * (now - state.climbedAt >= GRACE_MS ? 0.85 : 0.5);
  const low = durationOf(state, "low", room < floor, now);
  const longPackets = available === null || available < THIN_KBPS;
  const ill = durationOf(state, "bad", settled && longPackets && (choked || isDegraded(state, available)), now);
  if (ill >= (choked ? CHOKED_MS : state.queueMs > FULL_MS ? FULL_FOR_MS : ILL_MS)) return sent - 1;
  // The last moving picture is given up late, and not for an estimate alone, which undershoots.
  const avgConcealed = state.avgConcealed > 0.03 || state.freezes > 0.9;
  if (sent === LOWEST_VIDEO) return low >= GIVE_UP_MS && (avgConcealed || evidence.share < floor) ? SNAPSHOTS : null;
  // Half gone since the last look is not the end of it: what is left will fall as much again.
  const falling = sent > FIRST && available !== null && available < state.estimate * COLLAPSE;
  const left = falling ? room * (available / state.estimate) : room;
  const steep = left < floor * STEEP && now - state.fellAt >= STALE_MS / 2;
  if (!steep && low < LOW_MS) return null;
  // An estimate that has just begun to fall is not at its end.
  const to = highest(steep ? left * STEEP : left, state.codec, sent - 1);
  state.fresh = steep && (falling || (available ?? Infinity) < floor) && sent - to > 1;
  return Math.max(state.fresh ? to - 1 : to, LOWEST_VIDEO);
}

/**
 * @param {State} state
 * @param {number} now
 * @returns {number | null} to which rung it falls; null: it stays
 */
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
    return maybeProbe(state, now, binding && room < wanted);
  }
  const reach = available === null || state.linkRung < LOWEST_VIDEO ? above : highest(room / 1.2, state.codec, TOP);
  state.linkRung = Math.max(above, Math.min(reach, state.quick ? TOP : above + 1, state.failed - 1));
  if (above >= state.failed) state.failed = sure ? Infinity : state.linkRung;
  state.climbedAt = now;
  state.since.high = state.since.low = state.since.bad = null;
}

/**
 * @param {State} state
 * @param {number} above the next rung
 * @param {boolean} sure
 * @param {boolean} measured the estimate is enough for it
 * @returns {number} ms that there must have been headroom
 */
function patience({ quick, failed, wait, linkRung: line }, above, sure, measured) {
  if (quick && measured && line >= LOWEST_VIDEO) return QUICK_MS;
  if (sure) return SURE_MS;
  return above >= failed ? wait : CLIMB_MS;
}

/**
 * Tells whether the next rung may be tried.
 * @param {State} state
 * @param {Evidence} evidence
 * @param {number} room kbit/s
 * @param {number} wanted kbit/s
 */
function headroom(state, { available, used, share }, room, wanted) {
  const { linkRung: line, avgLoss, freezes } = state;
  if (available === null) return avgLoss < 0.03 && freezes < 0.5;
  if (line < LOWEST_VIDEO) return share >= wanted / 2 && isHealthy(state) && avgLoss < 0.04;
  if (room >= wanted) return true;
  // An encoder that needs less than it may have holds the estimate down (some 1.5 times what is sent).
  return used < 0.75 * available && room >= 0.7 * wanted && isHealthy(state) && avgLoss < 0.04;
}

/**
 * Lets the browser look whether there is more: Chromium sends a probe when an encoder that needs little may use more.
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

/**
 * @param {State} state
 * @param {Evidence} evidence
 * @returns {number} kbit/s for the picture
 */
function roomFor({ longPackets, redundant, linkRung: line }, { available, share }) {
  const sound = (longPackets || line <= LOWEST_VIDEO ? AUDIO_THIN : AUDIO) * (redundant ? 1.6 : 1);
  return Math.min(share, available === null ? Infinity : Math.max(0, available - sound));
}

/**
 * @param {number} room kbit/s
 * @param {Codec} codec
 * @param {number} most
 * @returns {number} the highest rung that fits
 */
function highest(room, codec, most) {
  let rung = Math.max(AUDIO_ONLY, most);
  while (rung > AUDIO_ONLY && minKbps(rung, codec) > room) rung -= 1;
  return rung;
}
