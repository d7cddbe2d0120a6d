/**
 * Whether packets still come: the browser itself says so only after many seconds. It looks at the count of packets twice
 * a second; in a silence it asks the other side, so that a call in which nobody sends anything is not taken for a dead one.
 *
 * Timers of a page in the background come once a second, and none come while the machine sleeps: a silence counts only when
 * the other side was asked and had time to answer.
 *
 * @module
 */

const EVERY_MS = 500;
const CLOSER_MS = 250;
/** A path without a packet for this long is taken for dead, if nothing answered meanwhile. */
const SILENCE_MS = 1_500;
const QUESTIONS = 3;
/** The question with which doubt begins. */
const DOUBT = 2;
/** After a change of network, what was heard before says little: this much silence is enough. */
const SUSPICIOUS_MS = 1_000;

/**
 * @typedef {object} Options
 * @property {() => Promise<{path: string, count: number}>} count how many packets have come so far; a higher number on the
 *   same path means life
 * @property {() => void} ask asks the other side for a sign of life
 * @property {() => void} doubt told when a question was not answered at once: well before it counts as silence
 * @property {(silent: boolean) => void} changed told once at each change
 * @property {() => number} [now] milliseconds on a clock that only rises
 */

export class Pulse {
  #options;
  #now;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #running = false;
  /** @type {string | null} null before the first look */
  #path = null;
  #count = 0;
  #silent = false;
  #asked = 0;
  /** When a packet was last seen, ms on the page's clock. */
  #heardAt = 0;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** No packet has come for too long. */
  get silent() {
    return this.#silent;
  }

  /** Begins to look; does nothing when it looks already. */
  start() {
    if (this.#running) return;
    this.#running = true;
    this.#heardAt = this.#now();
    this.#later(EVERY_MS);
  }

  /** Stops, for good. */
  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /** Something may have happened to the network: looks at once, and is content with less silence. */
  suspect() {
    if (!this.#running || this.#silent) return;
    this.#heardAt = Math.min(this.#heardAt, this.#now() - (SILENCE_MS - SUSPICIOUS_MS));
    this.#later(0);
  }

  /** @param {number} wait */
  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), wait);
  }

  async #look() {
    // It rejects only on a connection that was closed meanwhile.
    const { path, count } = await this.#options.count().catch(() => ({ path: "", count: 0 }));
    if (!this.#running) return;
    const now = this.#now();
    // Checks that get through elsewhere while the path in use is dead are no sign of life, nor is a change of path.
    const more = this.#path === null || (path === this.#path && count > this.#count);
    this.#path = path;
    this.#count = count;
    if (more) this.#heard(now);
    else if (!this.#silent) this.#miss(now);
    this.#later(this.#asked > 0 && !this.#silent ? CLOSER_MS : EVERY_MS);
  }

  /** @param {number} now */
  #heard(now) {
    this.#heardAt = now;
    this.#asked = 0;
    this.#become(false);
  }

  /** @param {number} now */
  #miss(now) {
    if (this.#asked >= QUESTIONS && now - this.#heardAt >= SILENCE_MS) return this.#become(true);
    this.#asked += 1;
    if (this.#asked === DOUBT) this.#options.doubt();
    this.#options.ask();
  }

  /** @param {boolean} silent */
  #become(silent) {
    if (silent === this.#silent) return;
    this.#silent = silent;
    this.#options.changed(silent);
  }
}

/**
 * Counts what has come over a connection: packets of media and data, and checks of the path in use.
 *
 * @param {RTCStatsReport} report
 * @returns {{path: string, count: number}} path: the browser's name for it
 */
export function packetsHeard(report) {
  let [path, count] = ["", 0];
  /** @type {Map<string, any>} */
  const stats = new Map(report.entries());
  for (const { type, packetsReceived = 0, messagesReceived = 0, selectedCandidatePairId } of stats.values()) {
    if (type === "transport" && selectedCandidatePairId) {
      const { responsesReceived = 0, requestsReceived = 0 } = stats.get(selectedCandidatePairId) ?? {};
      path = selectedCandidatePairId;
      count += responsesReceived + requestsReceived;
    }
    // Firefox counts no packets of the transport: there, media and messages have to do.
    if (type === "transport" || type === "inbound-rtp") count += packetsReceived;
    if (type === "data-channel") count += messagesReceived;
  }
  return { path, count };
}
