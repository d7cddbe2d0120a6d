/**
 * What to send to a peer, decided once a second from what both ends have measured. A pure function: the same evidence
 * after the same state gives the same decision, with no clock and no browser in it.
 *
 * Bandwidth moves the rung; the processor moves the codec, and only when there is no cheaper one the rung. Down within
 * two seconds, up after ten of measured headroom; a climb that fails makes the next wait twice as long.
 *
 * @module
 */

import { pickCodec } from "./codecs.js";
import { AUDIO_ONLY, FIRST, LOWEST_VIDEO, need, rungForTile, STILLS, TOP } from "./rungs.js";

/** @typedef {import("./rungs.js").Codec} Codec */

/**
 * @typedef {object} Evidence
 * @property {number} now ms on a clock that only rises
 * @property {number | null} available kbit/s that the line to this peer carries, sound included; null: this browser does not say
 * @property {number} share kbit/s that this peer's picture may have of the whole uplink; Infinity: no limit
 * @property {boolean} saving whether the share comes from a data saver
 * @property {boolean} [asked] whether it is the receiver's
 * @property {number} loss 0 to 1, of what was sent last
 * @property {number} rttMs
 * @property {number} concealed 0 to 1, of the sound at the receiver
 * @property {boolean} froze whether the picture froze at the receiver since the last decision
 * @property {boolean} limited whether the browser says that the processor limits the encoder
 * @property {number} strain share of this processor that media takes
 * @property {number} theirStrain of the receiver's
 * @property {{height: number, visible: boolean} | null} tile how the receiver shows it; null: not told
 * @property {{height: number} | null} source the camera; null: off
 * @property {readonly Codec[]} codecs that both ends have, the best first
 * @property {number} cores for the encoder of this one picture
 */

/** @typedef {import("./outcome.js").Why} Why */

/**
 * @typedef {object} State
 * @property {number} line the rung that the line carries
 * @property {number} processor the rung that the processors carry
 * @property {number} rung what is sent: the least of line, processor, tile and source
 * @property {boolean} active whether there is a moving picture
 * @property {Codec} codec
 * @property {number} step how many codecs were given up for cheaper ones
 * @property {boolean} thin sound in long packets, at a lower rate
 * @property {boolean} red sound sent twice
 * @property {Why} why
 * @property {number} wait ms of headroom before the next climb
 * @property {number} easeWait ms without strain before the processor is given more
 * @property {Marks} since when each condition has held, ms; null: it does not
 * @property {number} climbedAt
 * @property {number} steppedAt
 * @property {number} fellAt
 * @property {number} codecAt
 * @property {number} lossy a running mean of the loss
 * @property {number} broken a running mean of the sound that had to be made up
 * @property {number} freezes a running count, halved every few seconds
 */

/** @typedef {Record<"low" | "high" | "bad" | "strained" | "easy" | "thinned" | "wide" | "lossless", number | null>} Marks */

const LOW_MS = 1_500;
const GIVE_UP_MS = 6_000;
const CLIMB_MS = 10_000;
const LONGEST_WAIT_MS = 160_000;
/** A fall this soon after a climb means that the climb was wrong. */
const TRIAL_MS = 15_000;
/** A browser needs this long until its estimate says something about what is sent now. */
const GRACE_MS = 4_000;
const STRAINED_MS = 2_500;
const EASE_MS = 30_000;
/** What sound needs, kbit/s with its headers, in ordinary and in long packets. */
const AUDIO = 50;
const AUDIO_THIN = 26;
/** How long long packets are tried before sound alone is sent twice. */
const TRY_THIN_MS = 6_000;
/** Below this, sound that breaks up or a picture that stands still is laid to the line, whatever its estimate says. */
const THIN_KBPS = 130;

/**
 * @param {number} now ms
 * @returns {State} before anything was measured
 */
export function beginning(now) {
  const since = { low: null, high: null, bad: null, strained: null, easy: null, thinned: null, wide: null, lossless: null };
  const times = { climbedAt: -Infinity, steppedAt: -Infinity, fellAt: -Infinity, codecAt: now };
  const sound = { thin: false, red: false, lossy: 0, broken: 0, freezes: 0 };
  const rungs = { line: FIRST, processor: TOP, rung: FIRST, active: true };
  return { ...rungs, codec: "VP8", step: 0, why: "starting", wait: CLIMB_MS, easeWait: EASE_MS, since, ...times, ...sound };
}

/**
 * Decides.
 *
 * @param {Readonly<State>} before
 * @param {Readonly<Evidence>} evidence
 * @returns {State}
 */
export function decide(before, evidence) {
  /** @type {State} */
  const state = { ...before, since: { ...before.since } };
  state.lossy += (evidence.loss - state.lossy) * 0.3;
  state.broken += (evidence.concealed - state.broken) * 0.3;
  state.freezes = state.freezes * 0.8 + (evidence.froze ? 1 : 0);
  weighProcessor(state, evidence);
  weighLine(state, evidence);
  weighSound(state, evidence);
  settle(state, evidence);
  return state;
}

/**
 * @param {State} state
 * @param {Evidence} evidence
 */
function weighProcessor(state, { now, limited, strain, theirStrain, codecs }) {
  const strained = limited || strain > 0.75 || theirStrain > 0.75;
  const easy = !limited && strain < 0.5 && theirStrain < 0.5;
  if (held(state, "strained", strained && state.active, now) >= STRAINED_MS) {
    if (now - state.steppedAt < TRIAL_MS) state.easeWait = Math.min(2 * state.easeWait, LONGEST_WAIT_MS);
    if (state.step < codecs.length - 1) state.step += 1;
    else state.processor = Math.max(STILLS, Math.min(state.processor, state.rung) - 1);
    state.since.strained = state.since.easy = null;
  } else if (held(state, "easy", easy, now) >= state.easeWait && (state.step > 0 || state.processor < TOP)) {
    if (state.processor < TOP) state.processor += 1;
    else state.step -= 1;
    state.steppedAt = now;
    state.since.easy = null;
  }
}

/**
 * @param {State} state
 * @param {Evidence} evidence
 */
function weighLine(state, evidence) {
  const { now, tile, source } = evidence;
  // Where a picture could be sent and is not, because there is none or nobody sees it, nothing shows what the line carries.
  if (source === null || tile?.visible === false) {
    for (const mark of /** @type {const} */ (["low", "high", "bad"])) state.since[mark] = null;
    return;
  }
  const room = roomFor(state, evidence);
  const sent = Math.min(state.line, state.rung);
  const settled = now - state.climbedAt >= GRACE_MS;
  const floor = need(sent, state.codec) * (settled ? 0.85 : 0.5);
  const thin = evidence.available === null || evidence.available < THIN_KBPS;
  const bad = state.freezes > 2 || state.broken > 0.06 || (evidence.available === null && state.lossy > 0.12);
  const low = held(state, "low", room < floor, now);
  const ill = held(state, "bad", bad && settled && thin && sent >= LOWEST_VIDEO, now);
  // An estimate undershoots right after a fall, and only a longer look tells whether there is room for no picture at all.
  const patience = sent <= LOWEST_VIDEO ? GIVE_UP_MS : LOW_MS;
  const steep = room < floor / 2 && sent > LOWEST_VIDEO && now - state.fellAt >= GRACE_MS;
  if (low >= patience || (low > 0 && steep)) return fall(state, now, Math.max(highest(room, state.codec, sent - 1), Math.min(sent - 1, LOWEST_VIDEO)));
  if (ill >= LOW_MS) return fall(state, now, sent - 1);
  const binding = state.line < TOP && (state.rung === state.line || state.line < LOWEST_VIDEO);
  // From nothing but sound straight to the lowest moving picture, if that may fit.
  const leap = state.line === AUDIO_ONLY && room >= need(LOWEST_VIDEO, state.codec) * 0.6;
  const above = leap ? LOWEST_VIDEO : Math.min(state.line + 1, TOP);
  const wanted = need(above, state.codec) * 1.2;
  const headroom = evidence.available === null ? state.lossy < 0.03 && state.freezes < 0.5 : climbable(state, room, wanted);
  if (held(state, "high", binding && headroom, now) < state.wait) return;
  const reach = evidence.available === null ? above : Math.max(above, highest(room / 1.2, state.codec, TOP));
  state.line = Math.min(reach, above + 1, TOP);
  state.climbedAt = now;
  state.since.high = state.since.low = state.since.bad = null;
}

/**
 * Without a moving picture the estimate follows the sound and does not rise: a clean line is then given a try.
 *
 * @param {State} state
 * @param {number} room kbit/s
 * @param {number} wanted kbit/s
 */
function climbable({ line, lossy }, room, wanted) {
  if (line >= LOWEST_VIDEO) return room >= wanted;
  return room >= wanted / 2 && lossy < 0.04;
}

/**
 * @param {State} state
 * @param {number} now
 * @param {number} to
 */
function fall(state, now, to) {
  const failed = now - state.climbedAt < TRIAL_MS;
  state.wait = failed ? Math.min(2 * state.wait, LONGEST_WAIT_MS) : CLIMB_MS;
  state.line = Math.max(AUDIO_ONLY, to);
  state.fellAt = now;
  state.since.low = state.since.bad = state.since.high = null;
  state.freezes = state.broken = 0;
}

/**
 * @param {State} state
 * @param {Evidence} evidence
 * @returns {number} kbit/s for the picture
 */
function roomFor({ thin, red, line }, { available, share }) {
  const sound = (thin || line <= LOWEST_VIDEO ? AUDIO_THIN : AUDIO) * (red ? 1.6 : 1);
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
  while (rung > AUDIO_ONLY && need(rung, codec) > room) rung -= 1;
  return rung;
}

/**
 * @param {State} state
 * @param {Evidence} evidence
 */
function weighSound(state, { now, available, source }) {
  const line = available ?? Infinity;
  // Without a picture the estimate says little: sound that breaks up shows that the line is thin.
  const alone = source === null;
  const thinned = state.line <= LOWEST_VIDEO || line < 120 || (alone && state.broken > 0.02);
  const thinFor = held(state, "thinned", thinned, now);
  if (thinFor >= 1_000) state.thin = true;
  if (held(state, "wide", state.line > LOWEST_VIDEO + 1 && line > 250, now) >= 20_000) state.thin = false;
  if (state.lossy > 0.03 && line > 100 && !(state.thin && line < 160) && !(alone && thinFor < TRY_THIN_MS)) state.red = true;
  if (alone && line < AUDIO) state.red = false;
  if (held(state, "lossless", state.lossy < 0.01 || line < 80, now) >= 20_000) state.red = false;
}

/**
 * Brings it together: the least of all, the codec for it, and the reason.
 *
 * @param {State} state
 * @param {Evidence} evidence
 */
function settle(state, evidence) {
  const { tile, source, share, saving, asked, theirStrain } = evidence;
  const shown = tile === null ? TOP : rungForTile(tile.height);
  const seen = tile === null || tile.visible;
  state.rung = Math.min(state.line, state.processor, shown, source ? Math.max(rungForTile(source.height), LOWEST_VIDEO) : TOP);
  state.active = seen && source !== null && state.rung >= LOWEST_VIDEO;
  state.codec = chooseCodec(state, evidence);
  if (source === null) state.why = "no-camera";
  else if (!seen) state.why = "hidden";
  else if (state.line < Math.min(state.processor, shown, TOP)) state.why = saving && share < 1e6 ? (asked ? "their-saver" : "saver") : state.lossy > 0.05 ? "loss" : "our-uplink";
  else if (state.processor < Math.min(shown, TOP)) state.why = theirStrain > evidence.strain ? "their-processor" : "our-processor";
  else state.why = shown < TOP ? "small-tile" : "full";
}

/**
 * @param {State} state
 * @param {Evidence} evidence
 * @returns {Codec}
 */
function chooseCodec(state, { now, codecs, cores, available }) {
  const best = pickCodec(codecs, { rung: Math.max(state.rung, LOWEST_VIDEO), cores, step: state.step, kbps: available ?? Infinity });
  const { codec } = state;
  if (best === codec) return codec;
  const forced = !codecs.includes(codec) || codecs.indexOf(best) > codecs.indexOf(codec) || state.why === "starting";
  // A switch costs a key frame: a better codec waits until the last switch is a while ago.
  if (!forced && now - state.codecAt < 20_000) return codec;
  state.codecAt = now;
  return best;
}

/**
 * Notes since when a condition holds.
 *
 * @param {State} state
 * @param {keyof Marks} name
 * @param {boolean} holds
 * @param {number} now
 * @returns {number} ms, at least 1 while it holds; 0 when it does not
 */
function held({ since }, name, holds, now) {
  if (!holds) since[name] = null;
  else since[name] ??= now;
  const began = since[name];
  return began === null ? 0 : Math.max(1, now - began);
}
