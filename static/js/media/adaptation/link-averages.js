/** Averages of loss, concealment and freezes on a link, its queueing delay, and how long conditions hold. */

import { floorOf } from "../../peer/stats/round-trips.js";

/** @import { Evidence, State } from "./state.js" */

/** Longer than the queue behind a key frame. */
export const FULL_MS = 200;
/** Reports within this time after a bitrate drop describe the old bitrate. */
export const STALE_MS = 2_500;
/** Time constants of the averages. */
const MEAN_MS = 2_800;
const FREEZES_MS = 4_500;
/** ms a second by which the minimum of the round trip rises. */
const FORGET_MS = 4;

/** @param {State} state @param {Evidence} evidence */
export function updateAverages(state, { now, loss, concealed, hasFrozen, rttMs }) {
  const passed = Math.min(5_000, Math.max(0, now - state.at));
  const weight = 1 - Math.exp(-passed / MEAN_MS);
  state.at = now;
  state.avgLoss += (loss - state.avgLoss) * weight;
  const stale = now - state.fellAt < STALE_MS;
  state.avgConcealed += ((stale ? 0 : concealed) - state.avgConcealed) * weight;
  state.freezes = state.freezes * Math.exp(-passed / FREEZES_MS) + (hasFrozen && !stale ? 1 : 0);
  if (rttMs <= 0) return;
  state.minRttMs = floorOf(state.minRttMs, rttMs, (FORGET_MS * passed) / 1_000);
  state.queueMs = rttMs - state.minRttMs;
}

/** @param {State} state @param {number | null} available */
export function isDegraded({ freezes, avgConcealed, avgLoss, queueMs }, available) {
  return queueMs > FULL_MS || freezes > 2 || avgConcealed > 0.06 || (available === null && avgLoss > 0.12);
}

/** @param {State} state */
export function isHealthy({ freezes, avgConcealed, queueMs }) {
  return freezes < 0.5 && avgConcealed < 0.015 && queueMs < 120;
}

/** @param {State} state @param {keyof State["since"]} name @param {boolean} holds @param {number} now @returns {number} ms */
export function durationOf({ since }, name, holds, now) {
  if (!holds) since[name] = null;
  else since[name] ??= now;
  const began = since[name];
  return began === null ? 0 : Math.max(1, now - began);
}
