/**
 * Counts which way the connections of one stay took, to be said once, on leaving. No name goes with it: the server only adds
 * the numbers up, so that whoever runs it sees whether people reach each other.
 */

/** @import { Route } from "../peer/ice/ice-path.js" */
/** @import { PathCounts } from "../signaling/wire.js" */

/** The server takes no more of each. */
const MAX_COUNT = 64;

export class PathStats {
  #pid;
  /** @type {Map<string, keyof PathCounts>} the last way to each, by pid */
  #paths = new Map();

  /** @param {string} pid one's own: of the two ends of a connection the one whose pid sorts first counts it */
  constructor(pid) {
    this.#pid = pid;
  }

  /** A connection stands. @param {string} pid @param {Route} route */
  record(pid, { kind, protocol }) {
    if (kind === "direct") this.#paths.set(pid, "direct");
    else this.#paths.set(pid, protocol === "udp" ? "relay_udp" : "relay_tcp");
  }

  /** A connection did not come about, or broke; only the first is a failure. @param {string} pid */
  recordFailure(pid) {
    if (!this.#paths.has(pid)) this.#paths.set(pid, "failed");
  }

  /** @returns {PathCounts} */
  get counts() {
    const counts = { direct: 0, relay_udp: 0, relay_tcp: 0, failed: 0 };
    for (const [pid, way] of this.#paths) {
      if (this.#pid < pid) counts[way] = Math.min(counts[way] + 1, MAX_COUNT);
    }
    return counts;
  }
}
