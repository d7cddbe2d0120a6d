/** The ICE path that the packets of a connection take. */

/**
 * @typedef {object} Route
 * @property {"direct" | "relay"} kind relay: through a TURN server on either side
 * @property {string} protocol "udp", "tcp" or "tls" (to the TURN server, when there is one)
 * @property {number | null} rttMs last measured round trip
 */

/**
 * Reads the path in use; null while there is none.
 * @param {{getStats: () => Promise<RTCStatsReport>}} connection @returns {Promise<Route | null>}
 */
export async function describeRoute(connection) {
  const report = await connection.getStats();
  /** @type {Map<string, any>} */
  const stats = new Map(report.entries());
  const all = [...stats.values()];
  const chosen = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
  // Firefox has no transport statistics: there the candidate pair itself says that it is selected.
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
 * Explains a path: it is direct; the address is hidden; UDP is blocked (it would have been preferred over TCP); or the two
 * networks have no direct path.
 * @param {Route} route
 * @param {{relayed: boolean, servers: readonly RTCIceServer[]}} terms relayed: whether this side uses relays only
 * @returns {PathWhy}
 */
export function whyThisPath({ kind, protocol }, { relayed, servers }) {
  const overUdp = servers.some(({ urls }) => [urls].flat().some((url) => /^turn:/i.test(url) && !/transport=tcp/i.test(url)));
  if (protocol !== "udp" && (kind === "direct" || overUdp)) return "udp-blocked";
  if (kind === "direct") return "direct";
  return relayed ? "hidden" : "no-direct";
}
