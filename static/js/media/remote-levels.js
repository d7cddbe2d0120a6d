/**
 * Who is speaking: the audio levels of remote tracks, polled from statistics, so that no audio graph is needed.
 *
 * @module
 */

import { loudness } from "./meter.js";

const EVERY_MS = 250;
const SPEAKING = 0.35;
/** Pauses between words do not end a turn. */
const HOLD_MS = 800;

/** @typedef {{getStats: () => Promise<RTCStatsReport>}} Measured */

/**
 * Events, all `CustomEvent`:
 * - `level` {id, level, speaking}: level 0 to 1; fires for every connection four times a second
 */
export class RemoteLevels extends EventTarget {
  #connections;
  /** @type {Map<string, number>} when each was last loud enough, ms on the page's clock */
  #loudAt = new Map();
  #timer = setInterval(() => this.#poll(), EVERY_MS);

  /** @param {ReadonlyMap<string, Measured>} connections live: what is added or removed later counts too */
  constructor(connections) {
    super();
    this.#connections = connections;
  }

  /** Stops polling, for good. */
  stop() {
    clearInterval(this.#timer);
  }

  #poll() {
    for (const id of this.#loudAt.keys()) if (!this.#connections.has(id)) this.#loudAt.delete(id);
    for (const [id, connection] of this.#connections) void this.#measure(id, connection);
  }

  /**
   * @param {string} id
   * @param {Measured} connection
   */
  async #measure(id, connection) {
    // It rejects only on a connection that was closed meanwhile.
    const report = await connection.getStats().catch(() => null);
    if (report === null || !this.#connections.has(id)) return;
    const level = remoteLoudness(report);
    const now = performance.now();
    if (level >= SPEAKING) this.#loudAt.set(id, now);
    const speaking = now - (this.#loudAt.get(id) ?? -Infinity) < HOLD_MS;
    this.dispatchEvent(new CustomEvent("level", { detail: { id, level, speaking } }));
  }
}

/**
 * Reads the loudness of what is received.
 *
 * @param {RTCStatsReport} report
 * @returns {number} 0 to 1
 */
export function remoteLoudness(report) {
  let loudest = 0;
  for (const stat of report.values()) {
    if (stat.type === "inbound-rtp" && stat.kind === "audio") loudest = Math.max(loudest, loudness(stat.audioLevel));
  }
  return loudest;
}
