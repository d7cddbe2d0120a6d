/**
 * Decides when a lost connection means that the peer has left. The server knows; while it is unreachable, or once it has reported
 * the peer's socket gone, the state of the connection is all there is to go by. A connection closed by the peer means nothing as
 * long as the server lists the peer, who may have restarted it.
 */

/** @import { PeerState } from "./watchdog.js" */

/** How long a connection may be interrupted once the peer's socket is gone. */
const SOCKET_GONE_MS = 3_000;
/** The same while no server can say who is here: long enough for a change of network. */
const NO_SERVER_MS = 25_000;

/**
 * @typedef {{lostAt: number, socketGoneAt: number, closedRemotely: boolean, timer?: ReturnType<typeof setTimeout>}} Entry
 * times in ms on the page's clock, Infinity while connected
 */

export class DepartureDetector {
  #onDeparture;
  #now;
  #serverReachable = true;
  #entries = new Map();

  /** @param {(pid: string) => void} onDeparture @param {() => number} [now] monotonic milliseconds */
  constructor(onDeparture, now = () => performance.now()) {
    this.#onDeparture = onDeparture;
    this.#now = now;
  }

  /** @param {boolean} reachable */
  setServerReachable(reachable) {
    this.#serverReachable = reachable;
    for (const pid of this.#entries.keys()) this.#schedule(pid);
  }

  /** @param {string} pid */
  socketPresent(pid) {
    this.#entry(pid).socketGoneAt = Infinity;
    this.#schedule(pid);
  }

  /** The server reports their socket gone; the connection may still work. @param {string} pid */
  socketGone(pid) {
    this.#entry(pid).socketGoneAt = this.#now();
    this.#schedule(pid);
  }

  /** @param {string} pid @param {PeerState} state */
  observeState(pid, state) {
    const entry = this.#entry(pid);
    if (state === "connected") Object.assign(entry, { lostAt: Infinity, closedRemotely: false });
    else if (entry.lostAt === Infinity) entry.lostAt = this.#now();
    this.#schedule(pid);
  }

  /** @param {string} pid */
  closedRemotely(pid) {
    this.#entry(pid).closedRemotely = true;
    this.#schedule(pid);
  }

  /** @param {string} pid */
  forgetPeer(pid) {
    clearTimeout(this.#entries.get(pid)?.timer);
    this.#entries.delete(pid);
  }

  clear() {
    for (const pid of [...this.#entries.keys()]) this.forgetPeer(pid);
  }

  /** @param {string} pid */
  #entry(pid) {
    const entry = this.#entries.get(pid) ?? { lostAt: this.#now(), socketGoneAt: Infinity, closedRemotely: false };
    this.#entries.set(pid, entry);
    return entry;
  }

  /** @param {string} pid */
  #schedule(pid) {
    const entry = this.#entry(pid);
    clearTimeout(entry.timer);
    // A peer whose socket went down with their network gets time to return with both.
    const gone = Math.max(entry.socketGoneAt, entry.lostAt) + (entry.closedRemotely ? 0 : SOCKET_GONE_MS);
    const unreachable = this.#serverReachable ? Infinity : entry.lostAt + (entry.closedRemotely ? 0 : NO_SERVER_MS);
    const remaining = Math.min(gone, unreachable) - this.#now();
    if (remaining !== Infinity) entry.timer = setTimeout(() => this.#onDeadline(pid), Math.max(0, remaining));
  }

  /** @param {string} pid */
  #onDeadline(pid) {
    const entry = this.#entry(pid);
    // Without a network of our own, we cannot say anything about others.
    if (globalThis.navigator?.onLine === false) entry.timer = setTimeout(() => this.#onDeadline(pid), SOCKET_GONE_MS);
    else this.#onDeparture(pid);
  }
}
