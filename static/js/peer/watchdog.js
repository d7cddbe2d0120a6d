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
/**
 * How often the help for a first connection is put off on a full processor: the other attempt is under way, only late, and to begin again
 * would fill the processor all the more.
 */
const PUT_OFF = 3;

export class Watchdog {
  #onHelp;
  #polite;
  #isOverloaded;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #helped = 0;
  #putOff = 0;
  /** @type {PeerState} */
  #state = "connecting";

  /**
   * @param {(times: number) => void} onHelp times: calls since it was last connected
   * @param {{polite: boolean, isOverloaded?: () => boolean}} options isOverloaded: whether the processor is full
   */
  constructor(onHelp, { polite, isOverloaded = () => false }) {
    this.#onHelp = onHelp;
    this.#polite = polite;
    this.#isOverloaded = isOverloaded;
  }

  /** @param {PeerState} state */
  observe(state) {
    const patience = PATIENCE[state];
    this.#state = state;
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
      if (this.#state === "connecting" && this.#isOverloaded() && this.#putOff < PUT_OFF) {
        this.#putOff += 1;
        return this.#arm(wait);
      }
      this.#putOff = 0;
      this.#helped += 1;
      this.#arm(Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** (this.#helped - 1)));
      this.#onHelp(this.#helped);
    }, wait);
  }
}
