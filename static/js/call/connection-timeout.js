/**
 * Notices when a connection takes so long to come, or to come back, that the person should be told why: "Connecting…" alone
 * would say so for ever.
 */

/** @typedef {"" | "answer" | "relay"} Lateness nothing to say; no answer comes; no relay server answers, and only relays may be used */

/** Mostly a connection stands within a second; within five, the person must know. */
const TIMEOUT_MS = 4_000;
/** @type {readonly string[]} states in which there is no way to the peer */
const WAITING = ["connecting", "interrupted", "failed"];

export class ConnectionTimeout {
  #onLate;
  #relayAway;
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();

  /**
   * @param {(pid: string, late: Lateness) => void} onLate
   * @param {(pid: string) => boolean} relayAway whether the way to this peer must be a relay's, and none answers
   * @param {AbortSignal} signal ends it
   */
  constructor(onLate, relayAway, signal) {
    this.#onLate = onLate;
    this.#relayAway = relayAway;
    signal.addEventListener("abort", () => this.#timers.forEach(clearTimeout));
  }

  /**
   * @param {string} pid
   * @param {string} state of the connection; `closed` when there is none any more
   */
  observeState(pid, state) {
    if (WAITING.includes(state)) {
      const report = () => this.#onLate(pid, this.#relayAway(pid) ? "relay" : "answer");
      if (!this.#timers.has(pid)) this.#timers.set(pid, setTimeout(report, TIMEOUT_MS));
      return;
    }
    clearTimeout(this.#timers.get(pid));
    this.#timers.delete(pid);
    this.#onLate(pid, "");
  }
}
