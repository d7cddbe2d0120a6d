/**
 * Notices when a first connection takes so long that the person should be told: whoever carries the messages may lose them,
 * and "Connecting…" alone would say so for ever.
 *
 * @module
 */

/** Mostly a connection stands within a second; within five, the person must know. */
const PATIENCE_MS = 4_000;

export class LateNotice {
  #tell;
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();

  /**
   * @param {(pid: string, late: boolean) => void} tell
   * @param {AbortSignal} signal ends it
   */
  constructor(tell, signal) {
    this.#tell = tell;
    signal.addEventListener("abort", () => this.#timers.forEach(clearTimeout));
  }

  /**
   * @param {string} pid
   * @param {string} state of the connection; `closed` when there is none any more
   */
  observe(pid, state) {
    if (state === "connecting") {
      if (!this.#timers.has(pid)) this.#timers.set(pid, setTimeout(() => this.#tell(pid, true), PATIENCE_MS));
      return;
    }
    clearTimeout(this.#timers.get(pid));
    this.#timers.delete(pid);
    this.#tell(pid, false);
  }
}
