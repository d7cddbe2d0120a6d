/** Formats the figures of a connection, rounded so that they do not flicker. */

import { formatPercent } from "../lib/formats.js";
import { text } from "../lib/page.js";

/** @param {{width: number, height: number, fps: number}} picture @returns {string} a dash without a picture */
export function formatResolution({ width, height, fps }) {
  return width > 0 ? text("details.size", { width, height, fps: Math.round(fps) }) : "–";
}

/** @param {number} kbps @returns {string} in steps of 10 kbit/s, of 100 from 1,000 on */
export function formatRate(kbps) {
  const step = kbps >= 1_000 ? 100 : 10;
  return text("details.kbps", { count: Math.round(kbps / step) * step });
}

/** @param {number} part 0 to 1 @returns {string} with one decimal below ten per cent */
export function formatShare(part) {
  return formatPercent(part, part < 0.0995 ? 1 : 0);
}
