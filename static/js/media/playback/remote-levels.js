/**
 * Levels of the voices of peers and of the own microphone, and who is speaking, without an audio graph. Packets of a voice say how loud it
 * is (RFC 6464), which costs a fortieth of reading statistics; a browser that does not pass it on has it in these.
 */

import { Emitter } from "../../lib/emitter.js";
import { loudness } from "../devices/level-meter.js";

const EVERY_MS = 250;
/** A packet says it of a fiftieth of a second, which may be between two syllables. */
const SAMPLE_MS = 50;
/** The page waits for the threads of WebRTC while it asks, on a busy machine for milliseconds each: a twentieth of its time at most. */
const REST = 20;
/** Packets have the mean of a voice, whose peaks are three times as high; statistics have peaks. */
const CREST = 3;
/** Levels to start and to continue speaking, for hysteresis. */
const BEGINS = 0.35;
const GOES_ON = 0.27;
/** Longer than a pause between words. */
const HOLD_MS = 800;

/** audio: the voice, screenAudio: what plays in a shared screen @typedef {Record<"audio" | "screenAudio", RTCRtpTransceiver | null>} MeasuredTransceivers */
/** @typedef {{getStats: () => Promise<RTCStatsReport>, transceivers?: MeasuredTransceivers}} Measured */
/** at: of the last packet; level: since the last event; null: packets do not say it @typedef {{at: number, level: number | null}} Heard */

/**
 * @typedef {object} RemoteLevelsEvents
 * @property {{id: string, level: number, speaking: boolean}} level 0 to 1, four times a second for each connection and for oneself
 */

/** @extends {Emitter<RemoteLevelsEvents>} */
export class RemoteLevels extends Emitter {
  #connections;
  #isHeard;
  /** When each was last loud enough, ms. @type {Map<string, number>} */
  #loudAt = new Map();
  /** @type {Map<string, Heard>} */
  #heard = new Map();
  #own;
  #emittedAt = -Infinity;
  #restUntil = -Infinity;
  #timer = setInterval(() => this.#poll(), SAMPLE_MS);

  /**
   * @param {ReadonlyMap<string, Measured>} connections live @param {string} own the id of oneself in events
   * @param {(id: string) => boolean} [isHeard] whether the voice of a peer is played at all
   */
  constructor(connections, own, isHeard = () => true) {
    super();
    this.#connections = connections;
    this.#isHeard = isHeard;
    this.#own = own;
  }

  stop() {
    clearInterval(this.#timer);
  }

  #poll() {
    const began = performance.now();
    if (began < this.#restUntil) return;
    for (const of of [this.#loudAt, this.#heard]) for (const id of of.keys()) if (id !== this.#own && !this.#connections.has(id)) of.delete(id);
    for (const [id, { transceivers }] of this.#connections) this.#heard.set(id, listen(transceivers?.audio?.receiver, this.#heard.get(id)));
    const now = performance.now();
    this.#restUntil = now + Math.min(REST * (now - began), EVERY_MS);
    if (now - this.#emittedAt < EVERY_MS - SAMPLE_MS / 2) return;
    this.#emittedAt = now;
    if (this.#connections.size === 0) this.#emitLevel(this.#own, 0);
    for (const [id, connection] of this.#connections) void this.#measure(id, connection);
  }

  /** @param {string} id @param {Measured} connection */
  async #measure(id, connection) {
    const heard = this.#heard.get(id);
    const level = heard?.level ?? null;
    if (heard && level !== null) this.#heard.set(id, { ...heard, level: 0 });
    // The microphone is the same on every connection.
    const [first] = this.#connections.keys();
    // Rejects only once the connection is closed.
    const report = id === first || level === null ? await connection.getStats().catch(() => null) : null;
    if (!this.#connections.has(id)) return;
    // What plays in a shared screen is no voice.
    const { receiver, sender } = connection.transceivers?.screenAudio ?? {};
    const spoken = level === null ? report && loudest(report, "inbound-rtp", receiver?.track.id) : loudness(Math.min(1, CREST * level));
    if (spoken !== null) this.#emitLevel(id, this.#isHeard(id) ? spoken : 0);
    if (id === first && report !== null) this.#emitLevel(this.#own, loudest(report, "media-source", sender?.track?.id));
  }

  /** @param {string} id @param {number} level */
  #emitLevel(id, level) {
    const now = performance.now();
    const spoke = now - (this.#loudAt.get(id) ?? -Infinity) < HOLD_MS;
    if (level >= (spoke ? GOES_ON : BEGINS)) this.#loudAt.set(id, now);
    const speaking = now - (this.#loudAt.get(id) ?? -Infinity) < HOLD_MS;
    this.emit("level", { id, level, speaking });
  }
}

/**
 * The loudest packet that has come since the last event. Without packets, as in a pause (DTX), nothing is heard.
 * @param {RTCRtpReceiver | undefined} receiver @param {Heard} [before] @returns {Heard}
 */
function listen(receiver, before = { at: 0, level: 0 }) {
  if (!receiver?.getSynchronizationSources) return { at: 0, level: null };
  const [newest] = receiver.getSynchronizationSources().sort((one, other) => other.timestamp - one.timestamp);
  if (newest === undefined || newest.timestamp === before.at) return before;
  const { timestamp: at, audioLevel } = newest;
  return { at, level: audioLevel === undefined ? null : Math.max(before.level ?? 0, audioLevel) };
}

/**
 * @param {RTCStatsReport} report @param {"inbound-rtp" | "media-source"} type received or sent
 * @param {string} [except] the id of a track that does not count @returns {number} 0 to 1
 */
export function loudest(report, type, except = "") {
  let level = 0;
  for (const { type: found, kind, trackIdentifier, audioLevel } of report.values()) {
    const counts = found === type && kind === "audio" && (except === "" || trackIdentifier !== except);
    if (counts) level = Math.max(level, loudness(audioLevel));
  }
  return level;
}
