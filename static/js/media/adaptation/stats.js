/** Turns the statistics of a connection into rates since the previous reading, in both directions. */

import { countMeasurements, freshRoundTrips, selectedPair } from "../../peer/stats/round-trips.js";

/** @import { Codec } from "./ladder.js" */
/** @typedef {Map<string, any>} Stats */

/**
 * Totals of the connection; times in seconds, `at` in ms. received, sent: bytes of media; packets: received; lost: of video before
 * retransmission, of audio after it; audioNacks: sent; samples, concealed: of audio; codingTime: of all encoders and decoders; echoes:
 * round trip measurements by stream; echoMs: the last of them, 0: none. Of camera and microphone alone, not of a screen: decoded, encoded
 * (frames), decodeTime, encodeTime, freezes, audioPackets, videoPackets. Of a screen that is received: screenPackets, screenFrames (decoded), NaN
 * where the browser does not say which stream is that of a screen.
 * @typedef {{at: number, received: number, packets: number, lost: number, audioNacks: number, decoded: number, decodeTime: number,
 *   freezes: number, samples: number, concealed: number, audioPackets: number, videoPackets: number, screenPackets: number, screenFrames: number, sent: number,
 *   encoded: number, encodeTime: number, codingTime: number, echoes: Record<string, number>, echoMs: number}} Counts
 */

/**
 * loss: as it is counted, missed: before any retransmission, both 0 to 1 like concealed; decodeMs: per frame; height, width: px, shorter and
 * longer side; freezes, audioPackets, videoPackets, decoded (frames), screenPackets, screenFrames: totals.
 * @typedef {{decodeMs: number, fps: number, loss: number, missed: number, concealed: number, jitterMs: number, kbps: number,
 *   height: number, width: number, freezes: number, audioPackets: number, videoPackets: number, decoded: number,
 *   screenPackets: number, screenFrames: number, codec: string}} Inbound
 */

/**
 * available: estimated bandwidth, kbit/s, null: no estimate; loss: 0 to 1, from the receiver's RTCP; limited: CPU quality
 * limitation; encodeMs: per frame; cheap: encoded in hardware; height, width: px, shorter and longer side.
 * @typedef {{available: number | null, kbps: number, loss: number, rttMs: number, limited: boolean, encodeMs: number,
 *   cheap: boolean, fps: number, height: number, width: number, codec: string}} Outbound
 */

/** @typedef {{inbound: Inbound, outbound: Outbound, busy: number, counts: Counts}} Measured busy: CPU seconds a second for coding */

/**
 * What an encoder does for each of those who share it: what `Outbound` has of an encoder of one's own. people: how many share it
 * @typedef {{codec: Codec, people: number, encodeMs: number, fps: number, height: number, width: number, limited: boolean}} SharedEncoding
 */

/** What a sender counts are dummies then; the picture is the shared encoder's. @param {Measured} measured @param {SharedEncoding | null} shared @returns {Measured} */
export function withShared(measured, shared) {
  if (shared === null) return measured;
  const { encodeMs, fps, height, width, limited } = shared;
  const { outbound } = measured;
  return { ...measured, outbound: { ...outbound, encodeMs, fps, height, width, limited: outbound.limited || limited, cheap: false } };
}

/**
 * A screen has frames of its own size and pace: a page that no one scrolls would count as frozen.
 * @param {RTCStatsReport | Stats} report @param {Counts | null} before
 * @param {readonly (string | null | undefined)[]} screens the `mid` of each stream of a screen and its sound @returns {Measured}
 */
export function measure(report, before, screens = []) {
  const all = [...report.values()];
  const inbound = all.filter(({ type }) => type === "inbound-rtp");
  const outbound = all.filter(({ type }) => type === "outbound-rtp");
  const heard = all.filter(({ type }) => type === "remote-inbound-rtp");
  const isOfPerson = (/** @type {any} */ { mid }) => mid === undefined || !screens.includes(mid);
  const ofPerson = { inbound: inbound.filter(isOfPerson), outbound: outbound.filter(isOfPerson) };
  const counts = count({ inbound, outbound, heard, all, ofPerson });
  const past = before !== null && before.at < counts.at && before.received <= counts.received ? before : null;
  const seconds = past ? (counts.at - past.at) / 1_000 : 0;
  /** @param {Exclude<keyof Counts, "echoes">} name */
  const grown = (name) => (past ? Math.max(0, counts[name] - past[name]) : 0);
  /** @param {number} part @param {number} whole */
  const ratio = (part, whole) => (whole > 0 ? part / whole : 0);
  const seen = ofPerson.inbound.find(({ kind, frameHeight }) => kind === "video" && frameHeight > 0);
  const shown = ofPerson.outbound.find(({ kind, active }) => kind === "video" && active !== false);
  const pair = selectedPair(/** @type {ReadonlyMap<string, any>} */ (report));
  const available = pair?.availableOutgoingBitrate;
  counts.echoMs = Math.max(0, ...freshRoundTrips(heard, past?.echoes ?? {})) || (past?.echoMs ?? 0);
  return {
    inbound: {
      decodeMs: 1_000 * ratio(grown("decodeTime"), grown("decoded")),
      fps: ratio(grown("decoded"), seconds),
      loss: share(grown("lost"), grown("lost") + grown("packets")),
      missed: share(grown("lost") + grown("audioNacks"), grown("lost") + grown("packets")),
      concealed: share(grown("concealed"), grown("samples")),
      jitterMs: 1_000 * Math.max(0, ...inbound.map(({ jitter = 0 }) => jitter)),
      kbps: ratio(grown("received") * 8, seconds) / 1_000,
      height: Math.min(seen?.frameHeight ?? 0, seen?.frameWidth ?? 0),
      width: Math.max(seen?.frameHeight ?? 0, seen?.frameWidth ?? 0),
      freezes: counts.freezes,
      audioPackets: counts.audioPackets,
      videoPackets: counts.videoPackets,
      decoded: counts.decoded,
      screenPackets: counts.screenPackets,
      screenFrames: counts.screenFrames,
      codec: codecOf(report, seen),
    },
    outbound: {
      available: typeof available === "number" && available > 0 ? available / 1_000 : null,
      kbps: ratio(grown("sent") * 8, seconds) / 1_000,
      loss: share(Math.max(0, ...heard.map(({ fractionLost = 0 }) => fractionLost)), 1),
      // RTCP measures once a second, ICE checks every few seconds.
      rttMs: counts.echoMs || 1_000 * (pair?.currentRoundTripTime || 0),
      limited: outbound.some(({ qualityLimitationReason }) => qualityLimitationReason === "cpu"),
      cheap: shown?.powerEfficientEncoder === true,
      encodeMs: 1_000 * ratio(grown("encodeTime"), grown("encoded")),
      fps: ratio(grown("encoded"), seconds),
      height: Math.min(shown?.frameHeight ?? 0, shown?.frameWidth ?? 0),
      width: Math.max(shown?.frameHeight ?? 0, shown?.frameWidth ?? 0),
      codec: codecOf(report, shown),
    },
    busy: ratio(grown("codingTime"), seconds),
    counts,
  };
}

/** @param {Record<"inbound" | "outbound" | "heard" | "all", any[]> & {ofPerson: Record<"inbound" | "outbound", any[]>}} entries @returns {Counts} */
function count({ inbound, outbound, heard, all, ofPerson }) {
  /** @param {any[]} list @param {string} field */
  const sum = (list, field) => list.reduce((total, entry) => total + (entry[field] ?? 0), 0);
  const of = (/** @type {any[]} */ list, /** @type {string} */ kind) => list.filter((entry) => entry.kind === kind);
  const videos = of(inbound, "video");
  const ofScreen = videos.some(({ mid }) => mid === undefined) ? [{ packetsReceived: NaN, framesDecoded: NaN }] : videos.filter((entry) => !ofPerson.inbound.includes(entry));
  return {
    at: all.reduce((latest, { timestamp = 0 }) => Math.max(latest, timestamp), 0),
    received: sum(inbound, "bytesReceived"),
    packets: sum(inbound, "packetsReceived"),
    lost: sum(inbound, "packetsLost"),
    audioNacks: sum(of(inbound, "audio"), "nackCount"),
    decoded: sum(ofPerson.inbound, "framesDecoded"),
    decodeTime: sum(ofPerson.inbound, "totalDecodeTime"),
    freezes: sum(ofPerson.inbound, "freezeCount"),
    samples: sum(inbound, "totalSamplesReceived"),
    concealed: sum(inbound, "concealedSamples") - sum(inbound, "silentConcealedSamples"),
    audioPackets: sum(of(ofPerson.inbound, "audio"), "packetsReceived"),
    videoPackets: sum(of(ofPerson.inbound, "video"), "packetsReceived"),
    screenPackets: sum(ofScreen, "packetsReceived"),
    screenFrames: sum(ofScreen, "framesDecoded"),
    sent: sum(outbound, "bytesSent"),
    encoded: sum(ofPerson.outbound, "framesEncoded"),
    encodeTime: sum(ofPerson.outbound, "totalEncodeTime"),
    codingTime: sum(inbound, "totalDecodeTime") + sum(outbound, "totalEncodeTime"),
    echoes: countMeasurements(heard),
    echoMs: 0,
  };
}

/** @param {number} part @param {number} whole @returns {number} 0 to 1 */
function share(part, whole) {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
}

/** @param {RTCStatsReport | Stats} report @param {any} stream @returns {string} "VP9", "AV1"…; empty: none */
function codecOf(report, stream) {
  const codec = /** @type {any} */ (report.get(stream?.codecId));
  return codec?.mimeType?.split("/")[1]?.toUpperCase() ?? "";
}
