/**
 * Decides what to send to a peer, once or twice a second, from the measurements of both ends. A pure function of state and evidence.
 * Bandwidth moves the rung (`bandwidth.js`); CPU load moves the codec, and the rung only when no cheaper codec is left.
 */

import { pickCodec } from "./codecs.js";
import { adjustToBandwidth } from "./bandwidth.js";
import { updateAverages, durationOf } from "./link-averages.js";
import { LOWEST_VIDEO, rungForTile, SNAPSHOTS, TOP } from "./ladder.js";
import { ALONE_MS } from "./state.js";

/** @import { Evidence, LimitationReason, State } from "./state.js" */
/** @import { Codec } from "./ladder.js" */





/** Strain this soon after the CPU got more work means that it was too much. */
const TRIAL_MS = 15_000;
const STRAINED_MS = 2_500;
/** One slow frame does not count. */
const BLIND_AFTER_MS = 500;
const MAX_EASE_MS = 160_000;
/** Headroom before audio gets short packets. */
const WIDE_MS = 4_000;
const WIDER_KBPS = 1_000;
const WIDER_MS = 1_000;
const MAX_ALONE_MS = 480_000;
/** Loss in the first seconds of audio alone belongs to the start; loss in a full queue grows with redundancy. */
const RED_FIRST_MS = 12_000;
const RED_AGAIN_MS = 60_000;

/** @param {Readonly<State>} before @param {Readonly<Evidence>} evidence @returns {State} */
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
    // From here on the cheaper codec is judged.
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
  // Without video the estimate follows the audio bitrate: only a queue shows that the link is full.
  const alone = source === null;
  const line = alone ? Infinity : (available ?? Infinity);
  const random = queueMs < 100 && line > 70;
  // Retransmission of short packets is in time, and a link with random loss has room for their headers.
  const rough = random && avgLoss > 0.05 && !alone;
  const wide = rough || (alone ? avgConcealed < 0.01 && queueMs < 60 : state.linkRung > LOWEST_VIDEO && line > 250);
  const patience = rough || (line > WIDER_KBPS && !alone) ? WIDER_MS : alone ? state.wideWait : WIDE_MS;
  if (durationOf(state, "wide", wide, now) >= patience && state.longPackets) {
    state.longPackets = false;
    state.wideAt = now;
  }
  const full = (!alone && (state.linkRung <= LOWEST_VIDEO || line < 120)) || (avgConcealed > 0.02 && queueMs > 100);
  if (full && !rough && !state.longPackets) {
    state.longPackets = true;
    if (now - state.wideAt < ALONE_MS) state.wideWait = Math.min(2 * state.wideWait, MAX_ALONE_MS);
  }
  // While a queue builds up, loss looks random until the next round trip is measured.
  const known = now - state.fellAt >= 2_500 && now >= state.redAfter && (!alone || now - state.begunAt >= RED_FIRST_MS);
  if (avgLoss > 0.03 && random && known) state.redundant = true;
  // On a full link redundancy only adds loss.
  if (state.redundant && (line < 60 || queueMs > 200)) {
    state.redundant = false;
    if (queueMs > 200) state.redAfter = now + RED_AGAIN_MS;
  }
  if (durationOf(state, "lossless", avgLoss < 0.01, now) >= 20_000) state.redundant = false;
}

/** Takes the lowest rung that everything allows, and its codec and reason. @param {State} state @param {Evidence} evidence */
function finalize(state, evidence) {
  const { tile, source, cpuLoad, remoteCpuLoad } = evidence;
  const shown = tile === null ? TOP : rungForTile(tile.height);
  const given = source === null ? TOP : Math.max(rungForTile(source.height), LOWEST_VIDEO);
  // Neither camera nor tile needs more than this.
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

/** @param {State} state @param {Evidence} evidence @returns {LimitationReason} of the link */
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
  // A switch costs a key frame: a better codec waits for a while.
  if (!forced && now - state.codecAt < 20_000) return codec;
  state.codecAt = now;
  return best;
}
