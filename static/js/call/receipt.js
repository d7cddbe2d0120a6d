/** What a call was: how many bytes went which way, with whom, and who was verified. Counted by this page alone, and sent to no one. */

import { traffic } from "../peer/stats/traffic.js";

/** @import { Bytes } from "../peer/stats/traffic.js" */
/** @import { Person } from "./person.js" */
/** @import { CallSession } from "./session.js" */
/**
 * @typedef {object} Summary
 * @property {Date} from @property {Date} until
 * @property {Readonly<Bytes>} bytes between browsers @property {number} server bytes on the socket of the server
 * @property {readonly string[]} versions of DTLS, as in `traffic`
 * @property {readonly {name: string, verified: boolean}[]} people who were connected; verified: by the person here, now or earlier
 */

/** A call can have many visitors. */
const MAX_PEOPLE = 1_000;

export class Receipt {
  #session;
  #from = new Date();
  /** @type {Date | null} */
  #until = null;
  /** By pid. @type {Map<string, {member: string, name: string, verified: boolean}>} */
  #people = new Map();

  /** @param {CallSession} session @param {AbortSignal} signal ends with the call */
  constructor(session, signal) {
    this.#session = session;
    traffic.reset();
    session.on("person-changed", ({ person }) => this.#record(person), { signal });
    signal.addEventListener("abort", () => (this.#until = new Date()));
  }

  /** @returns {Summary} */
  get summary() {
    const members = new Map();
    for (const { member, name, verified } of this.#people.values()) {
      // Two tabs of a person were two connections: both count.
      members.set(member, { name, verified: verified && (members.get(member)?.verified ?? true) });
    }
    const { bytes, versions } = traffic;
    return { from: this.#from, until: this.#until ?? new Date(), bytes, versions, server: this.#session.socket.bytes, people: [...members.values()] };
  }

  /** @param {Person} person */
  #record({ self, pid, member, name, state, safety, device }) {
    if (self || state !== "connected" || (this.#people.size >= MAX_PEOPLE && !this.#people.has(pid))) return;
    this.#people.set(pid, { member: member || pid, name, verified: safety?.confirmed === true || device?.state === "before" });
  }
}
