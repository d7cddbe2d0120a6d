/**
 * Which devices the person chose last, in `localStorage`. A browser that keeps nothing (private mode, blocked storage)
 * simply forgets.
 */

/** @import { Kind as MediaKind } from "./constraints.js" */
/** @typedef {MediaKind | "speaker"} Kind */

const PREFIX = "meeting-point.device.";

/** Remembers a choice. @param {Kind} kind @param {string} deviceId */
export function saveDevice(kind, deviceId) {
  try {
    localStorage.setItem(PREFIX + kind, deviceId);
  } catch {
    // Storage is blocked or full: the choice holds for this visit.
  }
}

/** Recalls the last choice. @param {Kind} kind @returns {string | null} */
export function loadDevice(kind) {
  try {
    return localStorage.getItem(PREFIX + kind);
  } catch {
    return null;
  }
}
