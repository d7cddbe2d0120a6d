/** Counts the ICE paths of one stay, reported once, on leaving, without names: operators see whether people reach each other. */

/** @import { Route } from "../peer/ice/ice-path.js" */
/** @import { PathCounts } from "../signaling/wire.js" */

/** The limit of the server for each. */
const MAX_COUNT = 64;

export class PathStats {
  #pid;
  /** @type {Map<string, keyof PathCounts>} the last path, by pid */
  #paths = new Map();

  /** @param {string} pid our own: the end whose pid sorts first counts the connection */
  constructor(pid) {
    this.#pid = pid;
  }

  /** @param {string} pid @param {Route} route */
  record(pid, { kind, protocol }) {
    if (kind === "direct") this.#paths.set(pid, "direct");
    else this.#paths.set(pid, protocol === "udp" ? "relay_udp" : "relay_tcp");
  }

  /** A connection that broke later is no failure. @param {string} pid */
  recordFailure(pid) {
    if (!this.#paths.has(pid)) this.#paths.set(pid, "failed");
  }

  /** @returns {PathCounts} */
  get counts() {
    const counts = { direct: 0, relay_udp: 0, relay_tcp: 0, failed: 0 };
    for (const [pid, path] of this.#paths) {
      if (this.#pid < pid) counts[path] = Math.min(counts[path] + 1, MAX_COUNT);
    }
    return counts;
  }
}
