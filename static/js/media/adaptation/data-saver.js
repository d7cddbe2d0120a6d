/** The data saver: a cap on the bitrate of a call each way, stored in this browser. */

import { browserStorage } from "../../lib/storage.js";

/** @typedef {{on: boolean, kbps: number}} DataSaver kbps: each way, for all peers together */

const STORAGE_KEY = "meeting-point.data-saver";
/** kbit/s */
export const BOUNDS = Object.freeze({ least: 50, most: 10_000, first: 300 });

/** @returns {DataSaver} */
export function loadDataSaver() {
  const [on, kbps] = (browserStorage.load(STORAGE_KEY) ?? "").split(" ");
  return { on: on === "on", kbps: clampCap(Number(kbps)) };
}

/** @param {DataSaver} saver */
export function saveDataSaver({ on, kbps }) {
  browserStorage.save(STORAGE_KEY, `${on ? "on" : "off"} ${kbps}`);
}

/** @param {number} kbps as typed @returns {number} within bounds; the default for NaN */
export function clampCap(kbps) {
  if (!(kbps > 0)) return BOUNDS.first;
  return Math.round(Math.min(BOUNDS.most, Math.max(BOUNDS.least, kbps)));
}
