/**
 * What is remembered of a line: running means of what was lost, made up and frozen, how long its queue is, and since when
 * something has been so.
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

/** Brings the running means up to date. @param {State} state @param {Evidence} evidence */
export function updateAverages(state, { now, loss, concealed, hasFrozen, rttMs }) {
  const passed = Math.min(5_000, Math.max(0, now - state.at));
  const weight = 1 - Math.exp(-passed / MEAN_MS);
  state.at = now;
  state.avgLoss += (loss - state.avgLoss) * weight;
  const stale = now - state.fellAt < STALE_MS;
  state.avgConcealed += ((stale ? 0 : concealed) - state.avgConcealed) * weight;
  state.freezes = state.freezes * Math.exp(-passed / FREEZES_MS) + (hasFrozen && !stale ? 1 : 0);
  if (rttMs <= 0) return;
  state.minRttMs = Math.min(rttMs, state.minRttMs === null ? rttMs : state.minRttMs + (FORGET_MS * passed) / 1_000);
  state.queueMs = rttMs - state.minRttMs;
}

/** @param {State} state @param {number | null} available */
export function isDegraded({ freezes, avgConcealed, avgLoss, queueMs }, available) {
  return queueMs > FULL_MS || freezes > 2 || avgConcealed > 0.06 || (available === null && avgLoss > 0.12);
}

/** Tells whether nothing speaks against sending more. @param {State} state */
export function isHealthy({ freezes, avgConcealed, queueMs }) {
  return freezes < 0.5 && avgConcealed < 0.015 && queueMs < 120;
}

/**
 * Notes since when a condition holds.
 * @param {State} state
 * @param {keyof State["since"]} name
 * @param {boolean} holds
 * @param {number} now
 * @returns {number} ms, at least 1 while it holds; 0 when it does not
 */
export function durationOf({ since }, name, holds, now) {
  if (!holds) since[name] = null;
  else since[name] ??= now;
  const began = since[name];
  return began === null ? 0 : Math.max(1, now - began);
}
