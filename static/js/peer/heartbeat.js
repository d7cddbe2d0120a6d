/**
 * Whether packets still come: the browser itself says so only after many seconds. It looks at the count of packets twice
 * a second; in a silence it asks the other side, so that a call in which nobody sends anything is not taken for a dead one.
 *
 * Timers of a page in the background come once a second, and none come while the machine sleeps: a silence counts only when
 * the other side was asked and had time to answer.
 */

const INTERVAL_MS = 500;
const FAST_INTERVAL_MS = 250;
/** A path without a packet for this long is taken for dead, if nothing answered meanwhile. */
const SILENCE_TIMEOUT_MS = 1_500;
const MIN_PINGS = 3;
/** The question with which doubt begins. */
const UNRESPONSIVE_AT_PING = 2;
/** After a change of network, what was heard before says little: this much silence is enough. */
const PROBE_TIMEOUT_MS = 1_000;

/**
 * @typedef {object} Options
 * @property {() => Promise<{path: string, count: number}>} countPackets how many packets have come so far; a higher number on the
 *   same path means life
 * @property {() => void} ping asks the other side for a sign of life
 * @property {() => void} onUnresponsive told when a question was not answered at once: well before it counts as silence
 * @property {(silent: boolean) => void} onChange told once at each change
 * @property {() => number} [now] milliseconds on a clock that only rises
 */

export class Heartbeat {
  #options;
  #now;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #running = false;
  /** @type {string | null} null before the first look */
  #path = null;
  #count = 0;
  #lost = false;
  #pings = 0;
  /** When a packet was last seen, ms on the page's clock. */
  #lastPacketAt = 0;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** No packet has come for too long. */
  get lost() {
    return this.#lost;
  }

  /** Begins to look; does nothing when it looks already. */
  start() {
    if (this.#running) return;
    this.#running = true;
    this.#lastPacketAt = this.#now();
    this.#schedule(INTERVAL_MS);
  }

  /** Stops, for good. */
  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /** Something may have happened to the network: looks at once, and is content with less silence. */
  probeNow() {
    if (!this.#running || this.#lost) return;
    this.#lastPacketAt = Math.min(this.#lastPacketAt, this.#now() - (SILENCE_TIMEOUT_MS - PROBE_TIMEOUT_MS));
    this.#schedule(0);
  }

  /** @param {number} wait */
  #schedule(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), wait);
  }

  async #check() {
    // It rejects only on a connection that was closed meanwhile.
    const { path, count } = await this.#options.countPackets().catch(() => ({ path: "", count: 0 }));
    if (!this.#running) return;
    const now = this.#now();
    // Checks that get through elsewhere while the path in use is dead are no sign of life, nor is a change of path.
    const more = this.#path === null || (path === this.#path && count > this.#count);
    this.#path = path;
    this.#count = count;
    if (more) this.#onPackets(now);
    else if (!this.#lost) this.#onSilence(now);
    this.#schedule(this.#pings > 0 && !this.#lost ? FAST_INTERVAL_MS : INTERVAL_MS);
  }

  /** @param {number} now */
  #onPackets(now) {
    this.#lastPacketAt = now;
    this.#pings = 0;
    this.#setLost(false);
  }

  /** @param {number} now */
  #onSilence(now) {
    if (this.#pings >= MIN_PINGS && now - this.#lastPacketAt >= SILENCE_TIMEOUT_MS) return this.#setLost(true);
    this.#pings += 1;
    if (this.#pings === UNRESPONSIVE_AT_PING) this.#options.onUnresponsive();
    this.#options.ping();
  }

  /** @param {boolean} silent */
  #setLost(silent) {
    if (silent === this.#lost) return;
    this.#lost = silent;
    this.#options.onChange(silent);
  }
}

/**
 * Counts what has come over a connection: packets of media and data, and checks of the path in use.
 * @param {RTCStatsReport} report
 * @returns {{path: string, count: number}} path: the browser's name for it
 */
export function countReceivedPackets(report) {
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
