/**
 * When a connection that is lost means that somebody has left. The server knows; while it is away, or when it has said
 * that their socket is gone, the connection's own end is all there is to go by. One that was closed over there says nothing as
 * long as the server knows them: they may have begun anew.
 *
 * @module
 */

/** @typedef {import("./watchdog.js").PeerState} PeerState */

/** Milliseconds of interruption after which somebody whose socket is gone is gone. */
const SOCKET_GONE_MS = 3_000;
/** The same for anybody, while no server can say who is here: long enough for a change of network. */
const NO_SERVER_MS = 25_000;

/** @typedef {{lostAt: number, goneAt: number, left: boolean, timer?: ReturnType<typeof setTimeout>}} Entry when the connection and the socket were lost: ms on the page's clock, Infinity while they are there; left: the connection was closed over there */

export class Attendance {
  #drop;
  #now;
  #served = true;
  /** @type {Map<string, Entry>} */
  #entries = new Map();

  /**
   * @param {(pid: string) => void} drop called when somebody has to be taken for gone
   * @param {() => number} [now] milliseconds on a clock that only rises
   */
  constructor(drop, now = () => performance.now()) {
    this.#drop = drop;
    this.#now = now;
  }

  /** @param {boolean} served whether there is a server that says who is here */
  set served(served) {
    this.#served = served;
    for (const pid of this.#entries.keys()) this.#judge(pid);
  }

  /**
   * Somebody is here: the server says so.
   *
   * @param {string} pid
   */
  here(pid) {
    this.#entry(pid).goneAt = Infinity;
    this.#judge(pid);
  }

  /**
   * Their socket is gone, the server says; the connection may stand.
   *
   * @param {string} pid
   */
  gone(pid) {
    this.#entry(pid).goneAt = this.#now();
    this.#judge(pid);
  }

  /**
   * @param {string} pid
   * @param {PeerState} state
   */
  observe(pid, state) {
    const entry = this.#entry(pid);
    if (state === "connected") Object.assign(entry, { lostAt: Infinity, left: false });
    else if (entry.lostAt === Infinity) entry.lostAt = this.#now();
    this.#judge(pid);
  }

  /**
   * They have closed the connection.
   *
   * @param {string} pid
   */
  left(pid) {
    this.#entry(pid).left = true;
    this.#judge(pid);
  }

  /** @param {string} pid */
  forget(pid) {
    clearTimeout(this.#entries.get(pid)?.timer);
    this.#entries.delete(pid);
  }

  /** Forgets everybody. */
  clear() {
    for (const pid of [...this.#entries.keys()]) this.forget(pid);
  }

  /** @param {string} pid */
  #entry(pid) {
    const entry = this.#entries.get(pid) ?? { lostAt: this.#now(), goneAt: Infinity, left: false };
    this.#entries.set(pid, entry);
    return entry;
  }

  /** @param {string} pid */
  #judge(pid) {
    const entry = this.#entry(pid);
    clearTimeout(entry.timer);
    // Whose socket went because their network was gone is given the time to come back with both.
    const gone = Math.max(entry.goneAt, entry.lostAt) + (entry.left ? 0 : SOCKET_GONE_MS);
    const unheard = this.#served ? Infinity : entry.lostAt + (entry.left ? 0 : NO_SERVER_MS);
    const rest = Math.min(gone, unheard) - this.#now();
    if (rest !== Infinity) entry.timer = setTimeout(() => this.#end(pid), Math.max(0, rest));
  }

  /** @param {string} pid */
  #end(pid) {
    const entry = this.#entry(pid);
    // Without any network of one's own, nothing can be said about others.
    if (globalThis.navigator?.onLine === false) entry.timer = setTimeout(() => this.#end(pid), SOCKET_GONE_MS);
    else this.#drop(pid);
  }
}
