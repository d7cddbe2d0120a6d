/**
 * What is remembered of a line: running means of what was lost, made up and frozen, how long its queue is, and since when
 * something has been so.
 *
 * @module
 */

/** @import { Evidence, State } from "./decision.js" */

/** A queue as long as this does not come and go with a key frame. */
export const FULL_MS = 200;
/** What is told of sound and freezes this soon after a fall is about what was sent before. */
export const STALE_MS = 2_500;
/** Running means reach two thirds of a change in this time. */
const MEAN_MS = 2_800;
const FREEZES_MS = 4_500;
/** The shortest round trip is forgotten at this rate, ms a second: the way may have become longer. */
const FORGET_MS = 4;

/**
 * Brings the running means up to date.
 *
 * @param {State} state
 * @param {Evidence} evidence
 */
export function fadeLine(state, { now, loss, concealed, froze, rttMs }) {
  const passed = Math.min(5_000, Math.max(0, now - state.at));
  const weight = 1 - Math.exp(-passed / MEAN_MS);
  state.at = now;
  state.lossy += (loss - state.lossy) * weight;
  const stale = now - state.fellAt < STALE_MS;
  state.broken += ((stale ? 0 : concealed) - state.broken) * weight;
  state.freezes = state.freezes * Math.exp(-passed / FREEZES_MS) + (froze && !stale ? 1 : 0);
  if (rttMs <= 0) return;
  state.nearMs = Math.min(rttMs, state.nearMs === null ? rttMs : state.nearMs + (FORGET_MS * passed) / 1_000);
  state.queueMs = rttMs - state.nearMs;
}

/**
 * @param {State} state
 * @param {number | null} available
 */
export function suffers({ freezes, broken, lossy, queueMs }, available) {
  return queueMs > FULL_MS || freezes > 2 || broken > 0.06 || (available === null && lossy > 0.12);
}

/**
 * Tells whether nothing speaks against sending more.
 *
 * @param {State} state
 */
export function clean({ freezes, broken, queueMs }) {
  return freezes < 0.5 && broken < 0.015 && queueMs < 120;
}

/**
 * Notes since when a condition holds.
 *
 * @param {State} state
 * @param {keyof State["since"]} name
 * @param {boolean} holds
 * @param {number} now
 * @returns {number} ms, at least 1 while it holds; 0 when it does not
 */
export function held({ since }, name, holds, now) {
  if (!holds) since[name] = null;
  else since[name] ??= now;
  const began = since[name];
  return began === null ? 0 : Math.max(1, now - began);
}
