/**
 * Detects a dead path, which browsers report only after many seconds: compares packet counts twice a second and pings in a
 * silence, as no one may be sending. Timers slow down in the background and stop in sleep: a silence counts only after a ping and
 * time to answer.
 */

const INTERVAL_MS = 500;
const FAST_INTERVAL_MS = 250;
/** A path without a packet for this long, and without an answer to pings, is dead. */
const SILENCE_TIMEOUT_MS = 1_500;
const MIN_PINGS = 3;
/** The ping after which a missing answer makes the peer unresponsive. */
const UNRESPONSIVE_AT_PING = 2;
/** After a change of network, this much silence is enough. */
const PROBE_TIMEOUT_MS = 1_000;
/** On a full processor answers come late. */
const OVERLOADED = 2;
/** @type {Counts} */
const NOTHING = Object.freeze({ packets: 0, path: "", others: 0 });

/**
 * More packets mean life, on whatever path, and so does more of anything else on the same path; each path counts its own checks.
 * @typedef {{packets: number, path: string, others: number, at?: number}} Counts packets: of the transport, which Firefox does not count;
 *   at: when they were counted, ms; without it, now
 */

/**
 * @typedef {object} Options
 * @property {(fresh: boolean) => Promise<Counts>} countPackets fresh: now, not a moment ago
 * @property {() => void} ping
 * @property {() => void} onUnresponsive a ping was not answered at once, well before the path counts as lost
 * @property {(lost: boolean) => void} onChange
 * @property {() => boolean} [isOverloaded] whether the processor is full
 * @property {() => number} [now] monotonic milliseconds
 */

export class Heartbeat {
  #options;
  #now;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #running = false;
  /** @type {Counts | null} null before the first look */
  #counts = null;
  #lost = false;
  #pings = 0;
  #lastPacketAt = 0;
  #probing = false;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  get lost() {
    return this.#lost;
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    this.#lastPacketAt = this.#now();
    this.#schedule(INTERVAL_MS);
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /** The network may have changed: checks at once, and accepts less silence. */
  probeNow() {
    if (!this.#running || this.#lost) return;
    this.#lastPacketAt = Math.min(this.#lastPacketAt, this.#now() - (SILENCE_TIMEOUT_MS - PROBE_TIMEOUT_MS));
    this.#probing = true;
    this.#schedule(0);
  }

  /** @param {number} wait */
  #schedule(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), wait);
  }

  async #check() {
    // It rejects only on a connection that was closed meanwhile.
    const fresh = this.#probing;
    this.#probing = false;
    const counts = await this.#options.countPackets(fresh).catch(() => NOTHING);
    if (!this.#running) return;
    const now = this.#now();
    const before = this.#counts;
    this.#counts = counts;
    // Connectivity checks on another path, or a change of path, do not prove that this path works. Nor does a path that changes
    // between all looks, as when both sides restart ICE again and again, mean that there is none.
    const more = before === null || counts.packets > before.packets || (counts.path === before.path && counts.others > before.others);
    if (more) this.#onPackets(counts.at ?? now);
    else if (!this.#lost) this.#onSilence(now);
    this.#schedule(this.#pings > 0 && !this.#lost ? FAST_INTERVAL_MS : INTERVAL_MS);
  }

  /** @param {number} at */
  #onPackets(at) {
    this.#lastPacketAt = at;
    this.#pings = 0;
    this.#setLost(false);
  }

  /** @param {number} now */
  #onSilence(now) {
    const silence = SILENCE_TIMEOUT_MS * (this.#options.isOverloaded?.() ? OVERLOADED : 1);
    if (this.#pings >= MIN_PINGS && now - this.#lastPacketAt >= silence) return this.#setLost(true);
    this.#pings += 1;
    if (this.#pings === UNRESPONSIVE_AT_PING) this.#options.onUnresponsive();
    this.#options.ping();
  }

  /** @param {boolean} lost */
  #setLost(lost) {
    if (lost === this.#lost) return;
    this.#lost = lost;
    this.#options.onChange(lost);
  }
}

/**
 * Counts packets of media and data, and connectivity checks on the path in use.
 * @param {ReadonlyMap<string, any>} stats @returns {Counts} path: the browser's id of the candidate pair
 */
export function countReceivedPackets(stats) {
  let [packets, path, others] = [0, "", 0];
  for (const { type, packetsReceived = 0, messagesReceived = 0, selectedCandidatePairId } of stats.values()) {
    if (type === "transport" && selectedCandidatePairId) {
      const { responsesReceived = 0, requestsReceived = 0 } = stats.get(selectedCandidatePairId) ?? {};
      path = selectedCandidatePairId;
      others += responsesReceived + requestsReceived;
    }
    // Firefox does not count packets of the transport: there we count media packets and messages.
    if (type === "transport") packets += packetsReceived;
    if (type === "inbound-rtp") others += packetsReceived;
    if (type === "data-channel") others += messagesReceived;
  }
  return { packets, path, others };
}
