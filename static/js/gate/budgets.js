/** What other people's messages may cost this tab, counted by person: nothing is reset by leaving and coming back. */

import { RateLimiter } from "../lib/rate-limiter.js";

/** @typedef {{burst: number, perMinute: number}} Limit burst: at once; perMinute: in the long run, 0: never again */
/** @typedef {keyof typeof BUDGETS} Cost */
/** @typedef {Partial<Record<Cost, number>>} Costs */

/**
 * Everything costly that a peer's word can create, for each person. Honest people stay far below: most limits are several times
 * what this program sends when it is busiest.
 */
export const BUDGETS = Object.freeze({
  /** Control messages and their characters, before they are read: three times twelve offers of 5,000 files in a minute. */
  messages: { burst: 240_000, perMinute: 120_000 },
  characters: { burst: 100_000_000, perMinute: 60_000_000 },
  /** Characters that wait for a part of the call that is not loaded yet: the largest offer of files, twice. Never again. */
  early: { burst: 5_000_000, perMinute: 0 },
  /** Frames of files: 64 KB each at 10 Gbit/s. */
  frames: { burst: 1_200_000, perMinute: 1_200_000 },
  /** Sealed bodies, from the server or a third peer; the server relays 40 a second. */
  envelopes: { burst: 600, perMinute: 2_400 },
  /** Tabs that appear, or come back on another socket. */
  arrivals: { burst: 12, perMinute: 20 },
  /** RTCPeerConnections: connections that the peer starts over, and lanes in both directions. */
  connections: { burst: 64, perMinute: 30 },
  descriptions: { burst: 240, perMinute: 240 },
  candidates: { burst: 480, perMinute: 240 },
  laneCandidates: { burst: 1_200, perMinute: 600 },
  /** Offers of files, and characters of the names in them: three of the largest, or ten of 5,000 ordinary files. */
  transfers: { burst: 200, perMinute: 100 },
  names: { burst: 6_000_000, perMinute: 6_000_000 },
  /** Messages in the chat, the history included. */
  rows: { burst: 1_000, perMinute: 200 },
  /** Histories that are put together for the peer. */
  histories: { burst: 12, perMinute: 12 },
  /** Bodies that are forwarded for the peer. */
  forwards: { burst: 120, perMinute: 120 },
  /** Snapshots that are decoded. */
  pictures: { burst: 30, perMinute: 30 },
  /** Encoders that are restarted. */
  restarts: { burst: 6, perMinute: 6 },
  /** Reactions over the tiles. */
  effects: { burst: 60, perMinute: 60 },
  /** Toasts, sounds, notifications and announcements about the person. */
  alerts: { burst: 20, perMinute: 20 },
  /** Questions to the person here. */
  dialogs: { burst: 5, perMinute: 5 },
  /** Tabs that are shut out at the word of a host. */
  bans: { burst: 60, perMinute: 60 },
  /** Room keys that are tried. */
  keys: { burst: 6, perMinute: 6 },
  /** Proofs of a lasting device key that are checked. */
  proofs: { burst: 12, perMinute: 12 },
  /** What comes without a press, as long as the page is open: pictures in the chat, and files that waited. */
  chatBytes: { burst: 50_000_000, perMinute: 0 },
  chatFiles: { burst: 100, perMinute: 0 },
  waitingBytes: { burst: 2_000_000_000, perMinute: 0 },
  waitingFiles: { burst: 5_000, perMinute: 0 },
});

/** People with something used that are remembered. Who has used nothing needs no memory. */
const MAX_PEOPLE = 4_096;
/** From this many on, the unneeded are looked for. */
const TIDY_FROM = 256;

export class Budgets {
  #now;
  #tidyAt = TIDY_FROM;
  /** @type {Map<string, Map<string, RateLimiter>>} by person, then by name */
  #people = new Map();

  /** @param {() => number} [now] monotonic milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Spends all of it or nothing. @param {string} person @param {Costs} costs @returns {boolean} */
  spend(person, costs) {
    const now = this.#now();
    const wanted = /** @type {[Cost, number][]} */ (Object.entries(costs)).filter(([, amount]) => amount !== 0);
    const limiters = wanted.map(([cost]) => this.limiter(person, cost, BUDGETS[cost]));
    if (!wanted.every(([, amount], at) => limiters[at].allows(amount, now))) return false;
    return wanted.every(([, amount], at) => limiters[at].consume(amount, now));
  }

  /** Until one of it may be spent. @param {string} person @param {Cost} cost @returns {number} milliseconds */
  wait(person, cost) {
    return this.limiter(person, cost, BUDGETS[cost]).wait(this.#now());
  }

  /** @param {string} person @param {string} name of a budget or a topic @param {Limit} limit @returns {RateLimiter} */
  limiter(person, name, { perMinute, burst }) {
    let own = this.#people.get(person);
    if (own === undefined) {
      this.#tidy();
      this.#people.set(person, (own = new Map()));
    }
    const known = own.get(name);
    if (known) return known;
    const made = new RateLimiter(perMinute, burst);
    own.set(name, made);
    return made;
  }

  /** How many people are remembered. */
  get size() {
    return this.#people.size;
  }

  #tidy() {
    if (this.#people.size < this.#tidyAt) return;
    const now = this.#now();
    for (const [person, own] of this.#people) if ([...own.values()].every((limiter) => limiter.isFull(now))) this.#people.delete(person);
    // Many at once, so that this is rare.
    const most = this.#people.size < MAX_PEOPLE ? MAX_PEOPLE : MAX_PEOPLE / 2;
    while (this.#people.size > most) this.#people.delete(/** @type {string} */ (this.#people.keys().next().value));
    this.#tidyAt = Math.min(MAX_PEOPLE, Math.max(TIDY_FROM, 2 * this.#people.size));
  }
}
