/** Round trip and loss of the live call: file transfers back off when they rise. */

/** @typedef {{rttMs: number, loss: number}} Health the worst of all connections; loss: 0 to 1 */

/** Counters of the previous reading, by connection and stream. @type {WeakMap<object, Map<string, {lost: number, sent: number}>>} */
const before = new WeakMap();

/**
 * @param {Map<string, {state: string, getStats: () => Promise<RTCStatsReport>}>} peers
 * @returns {Promise<Health | null>} null while no media is sent
 */
export async function readCallHealth(peers) {
  const all = await Promise.all([...peers.values()].filter(({ state }) => state === "connected").map(read));
  const live = all.filter((health) => health !== null);
  if (live.length === 0) return null;
  return { rttMs: Math.max(...live.map(({ rttMs }) => rttMs)), loss: Math.max(...live.map(({ loss }) => loss)) };
}

/** @param {{getStats: () => Promise<RTCStatsReport>}} connection @returns {Promise<Health | null>} */
async function read(connection) {
  const counters = before.get(connection) ?? new Map();
  before.set(connection, counters);
  let [rttMs, loss, sent, lost, flows] = [0, 0, 0, 0, false];
  /** @type {Map<string, any>} */
  const stats = new Map((await connection.getStats().catch(() => new Map())).entries());
  for (const stat of stats.values()) {
    if (stat.type === "remote-inbound-rtp") {
      const out = stats.get(stat.localId);
      const packets = out?.packetsSent ?? 0;
      const known = counters.get(stat.id) ?? { lost: stat.packetsLost ?? 0, sent: 0 };
      counters.set(stat.id, { lost: stat.packetsLost ?? 0, sent: packets });
      sent += Math.max(0, packets - known.sent);
      lost += Math.max(0, (stat.packetsLost ?? 0) - known.lost);
      if (packets > known.sent) flows = true;
      rttMs = Math.max(rttMs, (stat.roundTripTime ?? 0) * 1000);
    }
    if (stat.type === "candidate-pair" && stat.nominated) rttMs = Math.max(rttMs, (stat.currentRoundTripTime ?? 0) * 1000);
  }
  if (sent > 0) loss = lost / sent;
  return flows ? { rttMs, loss } : null;
}
