/** The data saver: a cap on what a call sends, and on what it asks of the others, kept in this browser. */

/** @typedef {{on: boolean, kbps: number}} DataSaver kbps: each way, for everybody together */

const STORAGE_KEY = "meeting-point.data-saver";
/** kbit/s */
export const BOUNDS = Object.freeze({ least: 50, most: 10_000, first: 300 });

/** Recalls the choice. @returns {DataSaver} */
export function loadDataSaver() {
  try {
    const [on, kbps] = (localStorage.getItem(STORAGE_KEY) ?? "").split(" ");
    return { on: on === "on", kbps: clampCap(Number(kbps)) };
  } catch {
    return { on: false, kbps: BOUNDS.first };
  }
}

/** Remembers it. @param {DataSaver} saver */
export function saveDataSaver({ on, kbps }) {
  try {
    localStorage.setItem(STORAGE_KEY, `${on ? "on" : "off"} ${kbps}`);
  } catch {
    // Storage is blocked: the choice holds for this visit.
  }
}

/**
 * @param {number} kbps as typed
 * @returns {number} within bounds; the first choice for what is no number
 */
export function clampCap(kbps) {
  if (!(kbps > 0)) return BOUNDS.first;
  return Math.round(Math.min(BOUNDS.most, Math.max(BOUNDS.least, kbps)));
}
