/**
 * Who is speaking: the audio levels of remote tracks and of the own microphone, polled from statistics, so that no audio graph
 * is needed.
 */

import { Emitter } from "../../lib/emitter.js";
import { loudness } from "../devices/level-meter.js";

const EVERY_MS = 250;
/** Loud enough to begin, and to go on: between the two nobody flickers. */
const BEGINS = 0.35;
const GOES_ON = 0.27;
/** Pauses between words do not end a turn. */
const HOLD_MS = 800;

/** @typedef {{getStats: () => Promise<RTCStatsReport>}} Measured */

/**
 * @typedef {object} RemoteLevelsEvents
 * @property {{id: string, level: number, speaking: boolean}} level level 0 to 1; for every connection four times a second, and
 *   for oneself (id: `own`) as often as there is a connection that says it
 */

/** @extends {Emitter<RemoteLevelsEvents>} */
export class RemoteLevels extends Emitter {
  #connections;
  /** @type {Map<string, number>} when each was last loud enough, ms on the page's clock */
  #loudAt = new Map();
  #own;
  #timer = setInterval(() => this.#poll(), EVERY_MS);

  /**
   * @param {ReadonlyMap<string, Measured>} connections live: what is added or removed later counts too
   * @param {string} own what oneself is called in events
   */
  constructor(connections, own) {
    super();
    this.#connections = connections;
    this.#own = own;
  }

  /** Stops polling, for good. */
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
    // It rejects only on a connection that was closed meanwhile.
    const report = await connection.getStats().catch(() => null);
    if (report === null || !this.#connections.has(id)) return;
    this.#emitLevel(id, loudest(report, "inbound-rtp"));
    // Every connection measures the same microphone: one is enough.
    const [first] = this.#connections.keys();
    if (id === first) this.#emitLevel(this.#own, loudest(report, "media-source"));
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
 * Reads the loudness of what is received, or of what is sent.
 * @param {RTCStatsReport} report
 * @param {"inbound-rtp" | "media-source"} type
 * @returns {number} 0 to 1
 */
export function loudest(report, type) {
  let level = 0;
  for (const stat of report.values()) {
    if (stat.type === type && stat.kind === "audio") level = Math.max(level, loudness(stat.audioLevel));
  }
  return level;
}
