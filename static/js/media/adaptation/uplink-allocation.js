/**
 * One uplink for everybody: small wishes are met first, what is left is divided evenly among the rest.
 *
 * @module
 */

/**
 * Divides an uplink.
 *
 * @param {ReadonlyMap<string, number>} wishes kbit/s that each picture could use, by whose
 * @param {number} total kbit/s; Infinity: as much as anybody wants
 * @returns {Map<string, number>} kbit/s for each, never more than was wished for unless there is no limit
 */
export function shareUplink(wishes, total) {
  const shares = new Map();
  let left = total;
  let waiting = wishes.size;
  for (const [id, wish] of [...wishes].sort(([, one], [, other]) => one - other)) {
    const share = total === Infinity ? Infinity : Math.min(wish, left / waiting);
    shares.set(id, share);
    left -= share === Infinity ? 0 : share;
    waiting -= 1;
  }
  return shares;
}
