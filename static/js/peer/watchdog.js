/** Decides when a connection needs help. The patience with each state is written here; what help is, the connection knows. */

/** @typedef {"connecting" | "connected" | "interrupted" | "failed" | "refused" | "closed"} PeerState */

/**
 * Milliseconds before the first help. A first connection over a slow relay takes seconds; an interrupted one that does
 * not come back within 1.5 s mostly needs new candidates. `hurry` is for when it is certain that nothing comes any more.
 * @type {Readonly<Record<PeerState, number | null>>}
 */
const PATIENCE = Object.freeze({ connecting: 6_000, connected: null, interrupted: 1_500, failed: 100, refused: null, closed: null });
/** The polite side waits longer, so that mostly only one side offers. */
const POLITE_EXTRA_MS = 1_000;
const MIN_RETRY_MS = 4_000;
const MAX_RETRY_MS = 8_000;

export class Watchdog {
  #help;
  #polite;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #helped = 0;

  /**
   * @param {(times: number) => void} help called with how often it was called since the connection was last connected
   * @param {{polite: boolean}} options
   */
  constructor(help, { polite }) {
    this.#help = help;
    this.#polite = polite;
  }

  /** Notes a change of state. @param {PeerState} state */
  observe(state) {
    const patience = PATIENCE[state];
    if (patience === null) {
      this.stop();
      this.#helped = 0;
    } else if (this.#helped === 0) {
      this.#arm(patience + (this.#polite ? POLITE_EXTRA_MS : 0));
    }
  }

  /** The path is dead for certain: the first help comes now. */
  hurry() {
    if (this.#helped === 0) this.#arm(this.#polite ? POLITE_EXTRA_MS : 0);
  }

  /** Stops watching. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** @param {number} wait */
  #arm(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#helped += 1;
      this.#arm(Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** (this.#helped - 1)));
      this.#help(this.#helped);
    }, wait);
  }
}
