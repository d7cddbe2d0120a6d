/**
 * Decides what to send to a peer, once or twice a second, from the measurements of both ends. A pure function of state and evidence.
 * Bandwidth moves the rung (`bandwidth.js`); CPU load moves the codec, and the rung only when no cheaper codec is left.
 */

import { pickCodec } from "./codecs.js";
import { learnDelay } from "./coding-delay.js";
import { adjustToBandwidth, isLongTrip, roomFor, roomyKbps, SHORT_PACKETS_KBPS } from "./bandwidth.js";
import { updateAverages, durationOf, FULL_MS } from "./link-averages.js";
import { COMMON_CODEC, ENCODE_MS, FIRST, LOWEST_VIDEO, maxKbps, minKbps, rungForTile, SNAPSHOTS, TOP } from "./ladder.js";
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
/**
 * How long a link has room before the quickest codec is used; in the first seconds sooner, since nothing has failed yet, but not
 * before the first codec was measured: without that, nothing could show that it is quicker than expected.
 */
const ROOMY_MS = 10_000;
const QUICK_ROOMY_MS = 400;
const TIGHT_MS = 3_000;
/** Of the room that ends the search for the quickest. */
const TIGHT = 0.75;
/** What is measured this soon after a switch is of the codec before, and of a key frame. */
const SETTLED_MS = 1_500;
/**
 * The first picture is there soonest in the codec with which browsers begin: AV1 takes a tenth of a second longer on a busy machine. Then
 * it stays where the estimate has risen far, until its delay is known; elsewhere it gives way while pictures, and so key frames, are
 * small, but not while the first one still fills the link.
 */
const FIRST_PICTURE_MS = 1_200;
const FIRST_CODEC_MS = 5_000;
/** What a codec needs of its minimum in the first seconds, when estimates are low. */
const BEGINS = 0.6;
/** What the codec that others have, too, needs of its minimum to be taken again. */
const RETURNS = 1.2;

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

/**
 * The codec of those who may share an encoder. On a full processor, the other connections use it, too, or one that is cheaper to encode:
 * estimates fall there, and would lead to the thrifty codecs, which would fill it all the more.
 * @param {State} state @param {Evidence} evidence @returns {Codec | null}
 */
function commonCodec({ codec }, { full = 0, codecs, common = null }) {
  if (common !== null || full === 0) return common;
  const cheap = ENCODE_MS[codec] < ENCODE_MS[COMMON_CODEC] ? codec : COMMON_CODEC;
  return codecs.includes(cheap) ? cheap : null;
}

/** @param {State} state @param {Evidence} evidence */
function adjustToCpu(state, evidence) {
  const { now, limited, cpuLoad, remoteCpuLoad, full = 0, codecs } = evidence;
  const overloaded = limited || cpuLoad > 0.75 || remoteCpuLoad > 0.75;
  // The smallest picture is not what fills a processor: without it, others would have the room.
  const strained = overloaded || (full > 0 && state.processor > LOWEST_VIDEO && state.rung > LOWEST_VIDEO);
  const easy = full === 0 && !limited && cpuLoad < 0.5 && remoteCpuLoad < 0.5;
  const strainedMs = durationOf(state, "strained", strained && state.active, now);
  if (strainedMs >= BLIND_AFTER_MS || full > 0) state.strainedAt = now;
  if (strainedMs >= STRAINED_MS) {
    if (now - state.steppedAt < TRIAL_MS) state.easeWait = Math.min(2 * state.easeWait, MAX_EASE_MS);
    const at = Math.max(state.step, codecs.indexOf(state.codec));
    // One encoder for several people is cheap already, and each change of the codec would cost all of them a key frame.
    const common = state.codec === commonCodec(state, evidence);
    if (!common && at < codecs.length - 1) state.step = at + 1;
    else state.processor = Math.max(common ? LOWEST_VIDEO : SNAPSHOTS, Math.min(state.processor, state.rung) - 1);
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
function adjustAudio(state, { now, available, source, fewPackets = false }) {
  const { avgLoss, avgConcealed, queueMs } = state;
  // Without video the estimate follows the audio bitrate: only a queue shows that the link is full.
  const alone = source === null;
  const line = alone ? Infinity : (available ?? Infinity);
  const random = queueMs < 100 && line > 70;
  // Retransmission of short packets is in time, and a link with random loss has room for their headers.
  const rough = random && avgLoss > 0.05 && !alone;
  const wide = !fewPackets && (rough || (alone ? avgConcealed < 0.01 && queueMs < 60 : state.linkRung > LOWEST_VIDEO && line > SHORT_PACKETS_KBPS));
  const patience = rough || (line > WIDER_KBPS && !alone) ? WIDER_MS : alone ? state.wideWait : WIDE_MS;
  if (durationOf(state, "wide", wide, now) >= patience && state.longPackets) {
    state.longPackets = false;
    state.wideAt = now;
  }
  const full = (!alone && (state.linkRung <= LOWEST_VIDEO || line < 120)) || (avgConcealed > 0.02 && queueMs > 100);
  if (fewPackets) state.longPackets = true;
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
  updateRoom(state, evidence, state.linkRung < Math.min(state.processor, wanted));
  state.codec = chooseCodec(state, evidence);
  if (source === null) state.why = "no-camera";
  else if (!seen) state.why = "hidden";
  else if (state.linkRung < Math.min(state.processor, wanted)) state.why = ofLine(state, evidence);
  else if (state.processor < wanted) state.why = remoteCpuLoad > cpuLoad ? "their-processor" : "our-processor";
  else state.why = shown < given ? "small-tile" : "full";
}

/** @param {State} state @param {Evidence} evidence @returns {LimitationReason} of the link */
function ofLine({ avgLoss }, { available, share, saving, asked, crowded }) {
  if (share < (available ?? Infinity)) {
    if (asked) return "their-saver";
    if (crowded) return "many-people";
    if (saving) return "saver";
  }
  return avgLoss > 0.05 ? "loss" : "our-uplink";
}

/**
 * Learns how quick codecs are, and whether the link has room for any of them.
 * @param {State} state @param {Evidence} evidence @param {boolean} limited whether the link limits the rung
 */
function updateRoom(state, evidence, limited) {
  const { now, available, coded = null } = evidence;
  // Without an estimate nothing tells a wide link from one that is nearly full.
  const room = limited || available === null || !state.active || isLongTrip(state) ? 0 : roomFor(state, evidence);
  const needed = roomyKbps(state.rung);
  const patience = state.quick && state.delays[state.codec] !== undefined ? QUICK_ROOMY_MS : ROOMY_MS;
  if (durationOf(state, "roomy", room >= needed, now) >= patience) state.hasRoom = true;
  if (durationOf(state, "tight", state.active && room < TIGHT * needed, now) >= TIGHT_MS || state.fresh) state.hasRoom = false;
  if (state.rung !== state.delaysOf.rung) Object.assign(state, { delays: {}, delaysOf: { rung: state.rung, at: now } });
  const settled = now - Math.max(state.codecAt, state.delaysOf.at) >= SETTLED_MS && state.since.strained === null;
  if (settled && state.active && coded?.codec === state.codec) state.delays = learnDelay(state.delays, coded);
}

/** Whether the link carries the codec that others have, too, or the first one. @param {State} state @param {Evidence} evidence @param {Codec} wanted */
function carries(state, evidence, wanted) {
  const { codec, quick } = state;
  const { codecs } = evidence;
  const needed = minKbps(Math.max(state.rung, LOWEST_VIDEO), wanted) * (quick ? BEGINS : codec === wanted ? 1 : RETURNS);
  return codecs.includes(wanted) && roomFor(state, evidence) >= needed;
}

/** Whether it is too early for another codec. A strained processor does not wait. @param {State} state @param {Evidence} evidence */
function begins(state, evidence) {
  const { codec, quick, step, codecAt } = state;
  const { now, available } = evidence;
  if (!quick || step > 0 || now - codecAt >= FIRST_CODEC_MS) return false;
  const risen = available !== null && roomFor(state, evidence) >= maxKbps(FIRST, codec);
  const full = state.queueMs > FULL_MS || state.avgLoss > 0.05 || evidence.concealed > 0.1;
  return (risen || full || now - codecAt < FIRST_PICTURE_MS) && carries(state, evidence, codec);
}

/** @param {State} state @param {Evidence} evidence @returns {Codec} */
function chooseCodec(state, evidence) {
  const { codec, step, delays, hasRoom } = state;
  const { now, codecs, cores, available } = evidence;
  const rung = Math.max(state.rung, LOWEST_VIDEO);
  const terms = { rung, cores, step, kbps: available ?? Infinity };
  state.thrifty = pickCodec(codecs, terms);
  const common = commonCodec(state, evidence);
  if (common && (evidence.full ? codecs.includes(common) : carries(state, evidence, common))) {
    if (codec !== common) state.codecAt = now;
    return common;
  }
  const undecided = state.codecAt === state.begunAt;
  if (undecided && begins(state, evidence)) return codec;
  const best = hasRoom ? pickCodec(codecs, terms, { delays, codec }) : state.thrifty;
  if (best === codec) {
    if (undecided) state.codecAt = now;
    return codec;
  }
  const tooThin = !hasRoom && minKbps(rung, best) < minKbps(rung, codec) && roomFor(state, evidence) < minKbps(rung, codec);
  const forced = !codecs.includes(codec) || codecs.indexOf(best) > codecs.indexOf(codec) || tooThin || undecided || state.fresh;
  // A switch costs a key frame: a better codec waits for a while.
  if (!forced && now - state.codecAt < 20_000) return codec;
  state.codecAt = now;
  return best;
}
