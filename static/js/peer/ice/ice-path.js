/** Which way the packets of a connection take. */

/**
 * @typedef {object} Route
 * @property {"direct" | "relay"} kind relay: through a TURN server on either side
 * @property {string} protocol "udp", "tcp" or "tls" (to the TURN server, when there is one)
 * @property {number | null} rttMs last measured round trip
 */

/**
 * Reads the route in use.
 * @param {{getStats: () => Promise<RTCStatsReport>}} connection
 * @returns {Promise<Route | null>} null while there is none
 */
export async function describeRoute(connection) {
  const report = await connection.getStats();
  /** @type {Map<string, any>} */
  const stats = new Map(report.entries());
  const all = [...stats.values()];
  const chosen = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
  // Firefox has no transport statistics: there the pair itself says that it is selected.
  const pair = stats.get(chosen?.selectedCandidatePairId) ?? all.find(({ type, selected }) => type === "candidate-pair" && selected);
  if (pair === undefined) return null;
  const [local, remote] = [stats.get(pair.localCandidateId), stats.get(pair.remoteCandidateId)];
  const relayed = local?.candidateType === "relay" || remote?.candidateType === "relay";
  const rtt = pair.currentRoundTripTime;
  return {
    kind: relayed ? "relay" : "direct",
    protocol: local?.relayProtocol ?? local?.protocol ?? "udp",
    rttMs: typeof rtt === "number" ? Math.round(rtt * 1000) : null,
  };
}

/** @typedef {"direct" | "hidden" | "udp-blocked" | "no-direct"} PathWhy see `whyThisPath` */

/**
 * Says why a connection takes the way it takes: it is direct; an address is to be hidden; UDP does not get through, as it
 * would have been taken before TCP; or there is no direct way between the two networks.
 * @param {Route} route
 * @param {{relayed: boolean, servers: readonly RTCIceServer[]}} terms relayed: whether this side goes through relays only
 * @returns {PathWhy}
 */
export function whyThisPath({ kind, protocol }, { relayed, servers }) {
  const overUdp = servers.some(({ urls }) => [urls].flat().some((url) => /^turn:/i.test(url) && !/transport=tcp/i.test(url)));
  if (protocol !== "udp" && (kind === "direct" || overUdp)) return "udp-blocked";
  if (kind === "direct") return "direct";
  return relayed ? "hidden" : "no-direct";
}
