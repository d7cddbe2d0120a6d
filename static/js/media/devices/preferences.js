/** The last selected devices, in `localStorage` where that is available. */

/** @import { Kind as MediaKind } from "./constraints.js" */
/** @typedef {MediaKind | "speaker"} Kind */

const PREFIX = "meeting-point.device.";

/** @param {Kind} kind @param {string} deviceId */
export function saveDevice(kind, deviceId) {
  try {
    localStorage.setItem(PREFIX + kind, deviceId);
  } catch {
    // Blocked or full: the choice holds for this visit.
  }
}

/** @param {Kind} kind @returns {string | null} */
export function loadDevice(kind) {
  try {
    return localStorage.getItem(PREFIX + kind);
  } catch {
    return null;
  }
}
