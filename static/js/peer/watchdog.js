/** Decides when a connection needs help; the connection knows what to do. */

/** @typedef {"connecting" | "connected" | "interrupted" | "failed" | "refused" | "closed"} PeerState */

/**
 * Milliseconds before the first help. A first connection over a slow relay takes seconds; an interrupted one that does not
 * recover within 1.5 s usually needs new candidates.
 * @type {Readonly<Record<PeerState, number | null>>}
 */
const PATIENCE = Object.freeze({ connecting: 6_000, connected: null, interrupted: 1_500, failed: 100, refused: null, closed: null });
/** The polite side waits longer, so that usually only one side offers. */
const POLITE_EXTRA_MS = 1_000;
const MIN_RETRY_MS = 4_000;
const MAX_RETRY_MS = 8_000;

export class Watchdog {
  #onHelp;
  #polite;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #helped = 0;

  /** @param {(times: number) => void} onHelp times: calls since it was last connected @param {{polite: boolean}} options */
  constructor(onHelp, { polite }) {
    this.#onHelp = onHelp;
    this.#polite = polite;
  }

  /** @param {PeerState} state */
  observe(state) {
    const patience = PATIENCE[state];
    if (patience === null) {
      this.stop();
      this.#helped = 0;
    } else if (this.#helped === 0) {
      this.#arm(patience + (this.#polite ? POLITE_EXTRA_MS : 0));
    }
  }

  /** The path is certainly dead: the first help comes now. */
  hurry() {
    if (this.#helped === 0) this.#arm(this.#polite ? POLITE_EXTRA_MS : 0);
  }

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
      this.#onHelp(this.#helped);
    }, wait);
  }
}
