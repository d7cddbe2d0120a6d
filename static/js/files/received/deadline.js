/** When the first received file has to be deleted. A page that does not load the store learns from it whether there is any. */

import { browserStorage } from "../../lib/storage.js";

const STORAGE_KEY = "received-until";

/** @returns {number} ms since 1970; Infinity: this browser keeps no received files */
export function nextDeadline() {
  return Number(browserStorage.load(STORAGE_KEY) ?? Infinity);
}

/** @param {number} deadline Infinity: none */
export function setDeadline(deadline) {
  browserStorage.save(STORAGE_KEY, Number.isFinite(deadline) ? String(deadline) : null);
}
