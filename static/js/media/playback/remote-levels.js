/** Levels of the voices of peers and of the own microphone, and who is speaking; from statistics, without an audio graph. */

import { Emitter } from "../../lib/emitter.js";
import { loudness } from "../devices/level-meter.js";

const EVERY_MS = 250;
/** Levels to start and to continue speaking, for hysteresis. */
const BEGINS = 0.35;
const GOES_ON = 0.27;
/** Longer than a pause between words. */
const HOLD_MS = 800;

/** @typedef {{getStats: () => Promise<RTCStatsReport>, transceivers?: {screenAudio: RTCRtpTransceiver | null}}} Measured */

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
  #own;
  #timer = setInterval(() => this.#poll(), EVERY_MS);

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
    for (const id of this.#loudAt.keys()) if (id !== this.#own && !this.#connections.has(id)) this.#loudAt.delete(id);
    if (this.#connections.size === 0) this.#emitLevel(this.#own, 0);
    for (const [id, connection] of this.#connections) void this.#measure(id, connection);
  }

  /** @param {string} id @param {Measured} connection */
  async #measure(id, connection) {
    // Rejects only once the connection is closed.
    const report = await connection.getStats().catch(() => null);
    if (report === null || !this.#connections.has(id)) return;
    // What plays in a shared screen is no voice.
    const { receiver, sender } = connection.transceivers?.screenAudio ?? {};
    this.#emitLevel(id, this.#isHeard(id) ? loudest(report, "inbound-rtp", receiver?.track.id) : 0);
    // The microphone is the same on every connection.
    const [first] = this.#connections.keys();
    if (id === first) this.#emitLevel(this.#own, loudest(report, "media-source", sender?.track?.id));
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
