/** One uplink for everybody: small demands are met first, what is left is divided evenly among the rest. */

/**
 * Divides an uplink.
 * @param {ReadonlyMap<string, number>} demands kbit/s that each picture could use, by whose
 * @param {number} total kbit/s; Infinity: as much as anybody wants
 * @returns {Map<string, number>} kbit/s for each, never more than was wished for unless there is no limit
 */
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
