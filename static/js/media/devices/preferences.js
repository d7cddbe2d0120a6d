/** The last selected devices, in `localStorage` where that is available. */

/** @import { Kind as MediaKind } from "./constraints.js" */
/** @typedef {MediaKind | "speaker"} Kind */

const PREFIX = "meeting-point.device.";
const LABEL = ".label";

/** @param {Kind} kind @param {string | null} deviceId null: no choice @param {string} [label] to name it while it is not connected */
export function saveDevice(kind, deviceId, label = "") {
  store(kind, deviceId);
  store(kind + LABEL, deviceId === null || label === "" ? null : label);
}

/** @param {Kind} kind @returns {string | null} */
export function loadDevice(kind) {
  return load(kind);
}

/** @param {Kind} kind @returns {string} empty: unknown */
export function loadLabel(kind) {
  return load(kind + LABEL) ?? "";
}

/** @param {string} key @param {string | null} value */
function store(key, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, value);
  } catch {
    // Blocked or full: the choice holds for this visit.
  }
}

/** @param {string} key */
function load(key) {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}
