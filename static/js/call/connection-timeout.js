/** Notices when connecting or reconnecting takes so long that the page should say why. */

/** @typedef {"" | "answer" | "relay"} Lateness in time; no answer from the peer; no answer from the relay, and only relays are allowed */

/** Most connections take less than a second. */
const TIMEOUT_MS = 4_000;
/** @type {readonly string[]} states without a path to the peer */
const WAITING = ["connecting", "interrupted", "failed"];

export class ConnectionTimeout {
  #onLate;
  #relayAway;
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();

  /**
   * @param {(pid: string, late: Lateness) => void} onLate
   * @param {(pid: string) => boolean} relayAway whether only a relay may be used, and none answers @param {AbortSignal} signal
   */
  constructor(onLate, relayAway, signal) {
    this.#onLate = onLate;
    this.#relayAway = relayAway;
    signal.addEventListener("abort", () => this.#timers.forEach(clearTimeout));
  }

  /** @param {string} pid @param {string} state of the connection; `closed` when it is gone */
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
