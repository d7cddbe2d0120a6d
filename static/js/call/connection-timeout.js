/**
 * Notices when a connection takes so long to come, or to come back, that the person should be told why: "Connecting…" alone
 * would say so for ever.
 *
 * @module
 */

/** @typedef {"" | "answer" | "relay"} Lateness nothing to say; no answer comes; no relay server answers, and only relays may be used */

/** Mostly a connection stands within a second; within five, the person must know. */
const PATIENCE_MS = 4_000;
/** @type {readonly string[]} states in which there is no way to the peer */
const WAITING = ["connecting", "interrupted", "failed"];

export class LateNotice {
  #tell;
  #relayAway;
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();

  /**
   * @param {(pid: string, late: Lateness) => void} tell
   * @param {(pid: string) => boolean} relayAway whether the way to this peer must be a relay's, and none answers
   * @param {AbortSignal} signal ends it
   */
  constructor(tell, relayAway, signal) {
    this.#tell = tell;
    this.#relayAway = relayAway;
    signal.addEventListener("abort", () => this.#timers.forEach(clearTimeout));
  }

  /**
   * @param {string} pid
   * @param {string} state of the connection; `closed` when there is none any more
   */
  observe(pid, state) {
    if (WAITING.includes(state)) {
      const tell = () => this.#tell(pid, this.#relayAway(pid) ? "relay" : "answer");
      if (!this.#timers.has(pid)) this.#timers.set(pid, setTimeout(tell, PATIENCE_MS));
      return;
    }
    clearTimeout(this.#timers.get(pid));
    this.#timers.delete(pid);
    this.#tell(pid, "");
  }
}
