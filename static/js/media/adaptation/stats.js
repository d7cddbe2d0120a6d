/** What the statistics of a connection say about the time since they were last looked at, in both directions. */

/** @typedef {Map<string, any>} Stats */

/**
 * @typedef {object} Counts totals since the connection began, times in seconds as the browser counts them
 * @property {number} at ms
 * @property {number} received bytes of media
 * @property {number} packets of video and sound that came
 * @property {number} lost
 * @property {number} asked how often something lost was asked for
 * @property {number} again packets that came once more, or to fill up
 * @property {number} decoded frames
 * @property {number} decodeTime
 * @property {number} freezes
 * @property {number} frozenTime
 * @property {number} samples of sound
 * @property {number} concealed samples that were made up because nothing came in time
 * @property {number} audioPackets
 * @property {number} videoPackets
 * @property {number} sent bytes of media
 * @property {number} encoded frames
 * @property {number} encodeTime
 * @property {Record<string, number>} echoes how often the other side's RTCP has measured the round trip, for each stream
 * @property {number} echoMs what it measured last; 0: nothing yet
 */

/**
 * @typedef {object} Inbound
 * @property {number} decodeMs a frame
 * @property {number} fps
 * @property {number} loss 0 to 1, of what was not repaired
 * @property {number} missed 0 to 1, what was repaired included
 * @property {number} concealed 0 to 1
 * @property {number} jitterMs
 * @property {number} kbps
 * @property {number} height of the shorter side, px
 * @property {number} width of the longer side, px
 * @property {number} freezes in all
 * @property {number} audioPackets in all
 * @property {number} videoPackets in all
 * @property {number} decoded frames in all
 * @property {string} codec
 */

/**
 * @typedef {object} Outbound
 * @property {number | null} available kbit/s; null: this browser does not say
 * @property {number} kbps
 * @property {number} loss 0 to 1, as the other side's RTCP says
 * @property {number} rttMs
 * @property {boolean} limited by the processor
 * @property {number} encodeMs a frame
 * @property {boolean} cheap whether the encoder says that it is no load (hardware)
 * @property {number} fps
 * @property {number} height of the shorter side, px
 * @property {number} width of the longer side, px
 * @property {string} codec
 */

/** @typedef {{inbound: Inbound, outbound: Outbound, busy: number, counts: Counts}} Measured busy: seconds of coding a second */

/**
 * Compares the statistics with those of before.
 * @param {RTCStatsReport | Stats} report @param {Counts | null} before @returns {Measured}
 */
export function measure(report, before) {
  const all = [...report.values()];
  const inbound = all.filter(({ type }) => type === "inbound-rtp");
  const outbound = all.filter(({ type }) => type === "outbound-rtp");
  const heard = all.filter(({ type }) => type === "remote-inbound-rtp");
  const counts = count(inbound, outbound, heard, all);
  const past = before !== null && before.at < counts.at && before.received <= counts.received ? before : null;
  const seconds = past ? (counts.at - past.at) / 1_000 : 0;
  /** @param {Exclude<keyof Counts, "echoes">} name */
  const grown = (name) => (past ? Math.max(0, counts[name] - past[name]) : 0);
  /** @param {number} part @param {number} whole */
  const ratio = (part, whole) => (whole > 0 ? part / whole : 0);
  const seen = inbound.find(({ kind, frameHeight }) => kind === "video" && frameHeight > 0);
  const shown = outbound.find(({ kind, active }) => kind === "video" && active !== false);
  const transport = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
  // A pair that is being checked again is not "succeeded" for the moment; Firefox has no transport and names the pair itself.
  const own = all.find(({ type, nominated, selected }) => type === "candidate-pair" && (selected ?? nominated));
  const pair = report.get(transport?.selectedCandidatePairId) ?? own;
  const available = pair?.availableOutgoingBitrate;
  // A stream that has stopped goes on saying what was measured when it ran.
  const fresh = heard.filter(({ id, roundTripTimeMeasurements = 0 }) => roundTripTimeMeasurements > (past?.echoes[id] ?? 0));
  counts.echoMs = 1_000 * Math.max(...fresh.map(({ roundTripTime = 0 }) => roundTripTime), 0) || (past?.echoMs ?? 0);
  return {
    inbound: {
      decodeMs: 1_000 * ratio(grown("decodeTime"), grown("decoded")),
      fps: ratio(grown("decoded"), seconds),
      loss: share(grown("lost"), grown("lost") + grown("packets")),
      // What only fills up, so that the line can be measured, is counted with what comes again.
      missed: share(grown("lost") + (grown("asked") > 0 ? grown("again") : 0), grown("lost") + grown("packets")),
      concealed: share(grown("concealed"), grown("samples")),
      jitterMs: 1_000 * Math.max(0, ...inbound.map(({ jitter = 0 }) => jitter)),
      kbps: ratio(grown("received") * 8, seconds) / 1_000,
      height: Math.min(seen?.frameHeight ?? 0, seen?.frameWidth ?? 0),
      width: Math.max(seen?.frameHeight ?? 0, seen?.frameWidth ?? 0),
      freezes: counts.freezes,
      audioPackets: counts.audioPackets,
      videoPackets: counts.videoPackets,
      decoded: counts.decoded,
      codec: codecOf(report, seen),
    },
    outbound: {
      available: typeof available === "number" && available > 0 ? available / 1_000 : null,
      kbps: ratio(grown("sent") * 8, seconds) / 1_000,
      loss: share(Math.max(0, ...heard.map(({ fractionLost = 0 }) => fractionLost)), 1),
      // RTCP measures once a second, the checks of a pair every few seconds.
      rttMs: counts.echoMs || 1_000 * (pair?.currentRoundTripTime || 0),
      limited: outbound.some(({ qualityLimitationReason }) => qualityLimitationReason === "cpu"),
      cheap: shown?.powerEfficientEncoder === true,
      encodeMs: 1_000 * ratio(grown("encodeTime"), grown("encoded")),
      fps: ratio(grown("encoded"), seconds),
      height: Math.min(shown?.frameHeight ?? 0, shown?.frameWidth ?? 0),
      width: Math.max(shown?.frameHeight ?? 0, shown?.frameWidth ?? 0),
      codec: codecOf(report, shown),
    },
    busy: ratio(grown("encodeTime") + grown("decodeTime"), seconds),
    counts,
  };
}

/** @param {any[]} inbound @param {any[]} outbound @param {any[]} heard @param {any[]} all @returns {Counts} */
function count(inbound, outbound, heard, all) {
  /** @param {any[]} list @param {string} field */
  const sum = (list, field) => list.reduce((total, entry) => total + (entry[field] ?? 0), 0);
  const of = (/** @type {string} */ kind) => inbound.filter((entry) => entry.kind === kind);
  return {
    at: all.reduce((latest, { timestamp = 0 }) => Math.max(latest, timestamp), 0),
    received: sum(inbound, "bytesReceived"),
    packets: sum(inbound, "packetsReceived"),
    lost: sum(inbound, "packetsLost"),
    asked: sum(inbound, "nackCount"),
    again: sum(inbound, "retransmittedPacketsReceived"),
    decoded: sum(inbound, "framesDecoded"),
    decodeTime: sum(inbound, "totalDecodeTime"),
    freezes: sum(inbound, "freezeCount"),
    frozenTime: sum(inbound, "totalFreezesDuration"),
    samples: sum(inbound, "totalSamplesReceived"),
    concealed: sum(inbound, "concealedSamples") - sum(inbound, "silentConcealedSamples"),
    audioPackets: sum(of("audio"), "packetsReceived"),
    videoPackets: sum(of("video"), "packetsReceived"),
    sent: sum(outbound, "bytesSent"),
    encoded: sum(outbound, "framesEncoded"),
    encodeTime: sum(outbound, "totalEncodeTime"),
    echoes: Object.fromEntries(heard.map(({ id, roundTripTimeMeasurements = 0 }) => [id, roundTripTimeMeasurements])),
    echoMs: 0,
  };
}

/**
 * @param {number} part
 * @param {number} whole
 * @returns {number} 0 to 1
 */
function share(part, whole) {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
}

/**
 * @param {RTCStatsReport | Stats} report
 * @param {any} stream
 * @returns {string} "VP9", "AV1"…; empty while there is none
 */
function codecOf(report, stream) {
  const codec = /** @type {any} */ (report.get(stream?.codecId));
  return codec?.mimeType?.split("/")[1]?.toUpperCase() ?? "";
}
