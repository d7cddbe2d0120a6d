/** Round trips of a connection in its statistics: those that were measured since the previous reading, and their floor. */

/** Measurements so far, by stream or candidate pair. @typedef {Record<string, number>} Measurements */

/**
 * A stream that stopped keeps its last round trip for ever, however long it was.
 * @param {any[]} entries of the type remote-inbound-rtp or candidate-pair @param {Measurements} before @returns {number[]} ms
 */
export function freshRoundTrips(entries, before) {
  const fresh = entries.filter((entry) => measurementsOf(entry) > (before[entry.id] ?? 0));
  return fresh.map(({ roundTripTime, currentRoundTripTime = 0 }) => 1_000 * (roundTripTime ?? currentRoundTripTime));
}

/** @param {any[]} entries as above @returns {Measurements} */
export function countMeasurements(entries) {
  return Object.fromEntries(entries.map((entry) => [entry.id, measurementsOf(entry)]));
}

/** @param {any} entry */
function measurementsOf({ roundTripTimeMeasurements, responsesReceived = 0 }) {
  return roundTripTimeMeasurements ?? responsesReceived;
}

/**
 * The candidate pair in use. During an ICE check it is not "succeeded"; Firefox has no transport, but marks the pair.
 * @param {ReadonlyMap<string, any>} stats @returns {any} undefined: none
 */
export function selectedPair(stats) {
  const all = [...stats.values()];
  const transport = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
  return stats.get(transport?.selectedCandidatePairId) ?? all.find(({ type, nominated, selected }) => type === "candidate-pair" && (selected ?? nominated));
}

/**
 * The shortest round trip of late. The path may have changed, so it rises slowly.
 * @param {number | null} floor ms, null: none yet @param {number} rttMs @param {number} riseMs since the previous one @returns {number} ms
 */
export function floorOf(floor, rttMs, riseMs) {
  return Math.min(rttMs, floor === null ? rttMs : floor + riseMs);
}
