/** The ICE path that the packets of a connection take. */

/**
 * @typedef {{kind: "direct" | "relay", protocol: string, rttMs: number | null}} Route relay: through TURN on either side;
 * protocol: "udp", "tcp" or "tls", to the TURN server if there is one; rttMs: last round trip
 */

/** @param {{getStats: () => Promise<RTCStatsReport>}} connection @returns {Promise<Route | null>} null: no path in use */
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
 * hidden: this side hides its address; udp-blocked: UDP would have been preferred; no-direct: the networks have no direct path.
 * @param {Route} route @param {{relayed: boolean, servers: readonly RTCIceServer[]}} terms relayed: this side uses relays only
 * @returns {PathWhy}
 */
export function whyThisPath({ kind, protocol }, { relayed, servers }) {
  const overUdp = servers.some(({ urls }) => [urls].flat().some((url) => /^turn:/i.test(url) && !/transport=tcp/i.test(url)));
  if (protocol !== "udp" && (kind === "direct" || overUdp)) return "udp-blocked";
  if (kind === "direct") return "direct";
  return relayed ? "hidden" : "no-direct";
}
