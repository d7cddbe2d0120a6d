/** The last selected devices. */

import { browserStorage } from "../../lib/storage.js";

/** @import { Kind as MediaKind } from "./constraints.js" */
/** @typedef {MediaKind | "speaker"} Kind */

const PREFIX = "meeting-point.device.";
const LABEL = ".label";

/** @param {Kind} kind @param {string | null} deviceId null: no choice @param {string} [label] to name it while it is not connected */
export function saveDevice(kind, deviceId, label = "") {
  browserStorage.save(PREFIX + kind, deviceId);
  browserStorage.save(PREFIX + kind + LABEL, deviceId === null || label === "" ? null : label);
}

/** @param {Kind} kind @returns {string | null} */
export function loadDevice(kind) {
  return browserStorage.load(PREFIX + kind);
}

/** @param {Kind} kind @returns {string} empty: unknown */
export function loadLabel(kind) {
  return browserStorage.load(PREFIX + kind + LABEL) ?? "";
}
