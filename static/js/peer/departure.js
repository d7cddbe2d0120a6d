/**
 * When a connection that is lost means that somebody has left. The server knows; while it is away, or when it has said
 * that their socket is gone, the connection's own end is all there is to go by. One that was closed over there says nothing as
 * long as the server knows them: they may have begun anew.
 */

/** @import { PeerState } from "./watchdog.js" */

/** Milliseconds of interruption after which somebody whose socket is gone is gone. */
const SOCKET_GONE_MS = 3_000;
/** The same for anybody, while no server can say who is here: long enough for a change of network. */
const NO_SERVER_MS = 25_000;

/** @typedef {{lostAt: number, socketGoneAt: number, closedRemotely: boolean, timer?: ReturnType<typeof setTimeout>}} Entry when the connection and the socket were lost: ms on the page's clock, Infinity while they are there; left: the connection was closed over there */

export class DepartureDetector {
  #onDeparture;
  #now;
  #serverReachable = true;
  /** @type {Map<string, Entry>} */
  #entries = new Map();

  /**
   * @param {(pid: string) => void} drop called when somebody has to be taken for gone
   * @param {() => number} [now] milliseconds on a clock that only rises
   */
  constructor(drop, now = () => performance.now()) {
    this.#onDeparture = drop;
    this.#now = now;
  }

  /** @param {boolean} served whether there is a server that says who is here */
  setServerReachable(served) {
    this.#serverReachable = served;
    for (const pid of this.#entries.keys()) this.#schedule(pid);
  }

  /** Somebody is here: the server says so. @param {string} pid */
  socketPresent(pid) {
    this.#entry(pid).socketGoneAt = Infinity;
    this.#schedule(pid);
  }

  /** Their socket is gone, the server says; the connection may stand. @param {string} pid */
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

  /** They have closed the connection. @param {string} pid */
  closedRemotely(pid) {
    this.#entry(pid).closedRemotely = true;
    this.#schedule(pid);
  }

  /** @param {string} pid */
  forgetPeer(pid) {
    clearTimeout(this.#entries.get(pid)?.timer);
    this.#entries.delete(pid);
  }

  /** Forgets everybody. */
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
    // Whose socket went because their network was gone is given the time to come back with both.
    const gone = Math.max(entry.socketGoneAt, entry.lostAt) + (entry.closedRemotely ? 0 : SOCKET_GONE_MS);
    const unheard = this.#serverReachable ? Infinity : entry.lostAt + (entry.closedRemotely ? 0 : NO_SERVER_MS);
    const rest = Math.min(gone, unheard) - this.#now();
    if (rest !== Infinity) entry.timer = setTimeout(() => this.#onDeadline(pid), Math.max(0, rest));
  }

  /** @param {string} pid */
  #onDeadline(pid) {
    const entry = this.#entry(pid);
    // Without any network of one's own, nothing can be said about others.
    if (globalThis.navigator?.onLine === false) entry.timer = setTimeout(() => this.#onDeadline(pid), SOCKET_GONE_MS);
    else this.#onDeparture(pid);
  }
}
