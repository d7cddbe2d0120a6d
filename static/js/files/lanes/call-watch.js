/** The live call as file transfers see it: they back off where it suffers. One reading a second serves all transfers of this tab. */

import { EventLoopLag } from "../../lib/event-loop-lag.js";
import { PathWatch } from "./path-watch.js";

/**
 * The media to one peer, or to the peer with the shortest queue where this one gets none. queueMs: delay above the shortest round
 * trip, rttMs: that one; loss: 0 to 1; concealed: share of the audio, the worst of what this side and the peer hear; strained:
 * whether a processor is, at either end; squeezed: whether the browser's estimate of the bandwidth has collapsed.
 * @typedef {{queueMs: number, rttMs: number, loss: number, concealed: number, strained: boolean, squeezed: boolean}} CallHealth
 */

/** What the media know of a peer. @typedef {{strained: boolean, concealed: number}} Heard concealed: share of our audio, there */
/** @typedef {{state: string, getStats: () => Promise<ReadonlyMap<string, any> | RTCStatsReport>}} Connection */

/** One second, less timer jitter; without a call three, since each reading costs processor time. */
const FRESH_MS = 800;
const IDLE_FRESH_MS = 2_800;
/** Nine of ten timers are less late than this, unless the processor is strained; and it counts as strained for a while. */
const STRAINED_LAG_MS = 25;
const STRAINED_MS = 4_000;
/** A strained processor delays most packets, and now and then none: only the shortest of several round trips shows the line. */
const WINDOW_MS = 900;
const STRAINED_WINDOW_MS = 3_000;

export class CallWatch {
  #peers;
  #heardFrom;
  #now;
  #lag;
  /** @type {WeakMap<Connection, PathWatch>} */
  #paths = new WeakMap();
  /** @type {Promise<void>} */
  #reading = Promise.resolve();
  #readAt = -Infinity;
  #strainedAt = -Infinity;

  /**
   * @param {ReadonlyMap<string, Connection>} peers @param {(pid: string) => Heard} heardFrom
   * @param {{now?: () => number, lag?: {readonly p90: number}}} [clock] now: ms, monotonic
   */
  constructor(peers, heardFrom, { now = () => performance.now(), lag = new EventLoopLag() } = {}) {
    this.#peers = peers;
    this.#heardFrom = heardFrom;
    this.#now = now;
    this.#lag = lag;
  }

  /** @param {string} pid @returns {Promise<CallHealth | null>} null while no media is sent to anyone */
  async read(pid) {
    const now = this.#now();
    if (now - this.#readAt >= (this.#livePaths.length > 0 ? FRESH_MS : IDLE_FRESH_MS)) {
      this.#readAt = now;
      this.#reading = this.#readAll(now);
    }
    await this.#reading;
    return this.#healthFor(pid);
  }

  /** A round trip to a peer, measured otherwise. @param {string} pid @param {number} ms */
  addRoundTrip(pid, ms) {
    const peer = this.#peers.get(pid);
    if (peer) this.#pathOf(peer).addRoundTrip(ms, this.#now());
  }

  /** @param {Connection} connection */
  #pathOf(connection) {
    const path = this.#paths.get(connection) ?? new PathWatch();
    this.#paths.set(connection, path);
    return path;
  }

  /** @param {number} now */
  async #readAll(now) {
    if (this.#livePaths.length > 0 && this.#lag.p90 > STRAINED_LAG_MS) this.#strainedAt = now;
    const connected = [...this.#peers.values()].filter(({ state }) => state === "connected");
    const read = async (/** @type {Connection} */ connection) => {
      const stats = await connection.getStats().catch(() => null);
      if (stats !== null) this.#pathOf(connection).addReading(/** @type {ReadonlyMap<string, any>} */ (stats), now);
    };
    await Promise.all(connected.map(read));
  }

  /** Connections on which media is sent, by peer. */
  get #livePaths() {
    return [...this.#peers].flatMap(([id, peer]) => {
      const path = peer.state === "connected" ? this.#paths.get(peer) : undefined;
      return path?.isLive ? [{ id, path }] : [];
    });
  }

  /** @param {string} pid @returns {CallHealth | null} */
  #healthFor(pid) {
    const now = this.#now();
    const paths = this.#livePaths;
    if (paths.length === 0) return null;
    const heard = this.#heardFrom(pid);
    const strained = heard.strained || now - this.#strainedAt < STRAINED_MS;
    const queueOf = (/** @type {PathWatch} */ path) => path.queueMs(strained ? STRAINED_WINDOW_MS : WINDOW_MS, now);
    const shortest = paths.reduce((best, one) => (queueOf(one.path) < queueOf(best.path) ? one : best));
    const { path } = paths.find(({ id }) => id === pid) ?? shortest;
    const [samples, concealed] = paths.reduce(([all, bad], one) => [all + one.path.grown.samples, bad + one.path.grown.concealed], [0, 0]);
    const { sent, lost } = path.grown;
    return {
      queueMs: queueOf(path),
      rttMs: path.floor ?? 0,
      loss: sent > 0 ? Math.min(1, lost / sent) : 0,
      concealed: Math.max(heard.concealed, samples > 0 ? concealed / samples : 0),
      strained,
      squeezed: path.isSqueezed,
    };
  }
}
