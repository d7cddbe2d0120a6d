/** Divides the uplink among peers: small demands are met first, the rest is shared evenly. */

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
