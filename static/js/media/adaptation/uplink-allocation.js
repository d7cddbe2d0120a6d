/** Divides the uplink among peers: small demands are met first, the rest is shared evenly. */

import { maxKbps, TOP } from "./ladder.js";

/** kbit/s for the cameras of a call: three pictures of 720p. More people share that, so that large calls need no more than ordinary lines. */
export const CAMERAS_KBPS = 3 * maxKbps(TOP, "VP8");

/**
 * @param {ReadonlyMap<string, number>} demands kbit/s @param {number} screens kbit/s of them that are for a screen @param {number} uplink kbit/s
 * @returns {{shares: Map<string, number>, crowded: boolean}} crowded: people are too many for what each could use
 */
export function divideUplink(demands, screens, uplink) {
  const most = CAMERAS_KBPS + screens;
  const crowded = most < uplink && most < [...demands.values()].reduce((sum, demand) => sum + demand, 0);
  return { shares: allocateUplink(demands, crowded ? most : uplink), crowded };
}

/** @param {ReadonlyMap<string, number>} demands kbit/s @param {number} total kbit/s @returns {Map<string, number>} kbit/s */
export function allocateUplink(demands, total) {
  const shares = new Map();
  let left = total;
  let waiting = demands.size;
  for (const [id, demand] of [...demands].sort(([, one], [, other]) => one - other)) {
    const share = total === Infinity ? Infinity : Math.min(demand, left / waiting);
    shares.set(id, share);
    left -= share === Infinity ? 0 : share;
    waiting -= 1;
  }
  return shares;
}
