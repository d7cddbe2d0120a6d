/** Formats sizes, durations and names of files. */

import { text } from "../lib/page.js";

/** @import { Transfer } from "../../files/protocol/transfer.js" */

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** Formats a number of bytes: 3.4 MB. @param {number} bytes @returns {string} */
export function formatSize(bytes) {
  let [value, unit] = [Math.max(0, bytes), 0];
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  const style = /** @type {const} */ ({ style: "unit", unit: UNITS[unit], unitDisplay: unit === 0 ? "long" : "short" });
  return new Intl.NumberFormat(document.documentElement.lang || undefined, { ...style, maximumFractionDigits: digits }).format(value);
}

/** @param {number} seconds @returns {string} */
export function formatDuration(seconds) {
  if (seconds < 90) return text("files.time.seconds", { count: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return text("files.time.minutes", { count: Math.round(seconds / 60) });
  return text("files.time.hours", { count: Math.round(seconds / 3600) });
}

/** Names the only file of a transfer, or counts its files. @param {Transfer} transfer @returns {string} */
export function formatFiles({ count, bytes, entries }) {
  const size = formatSize(bytes);
  return count === 1 ? text("files.what.one", { name: entries[0].head.name, size }) : text("files.what.many", { count, size });
}
