/**
 * Something that hosts decide for everyone in the call. Each browser checks itself that a host sent it; the newest update counts, and
 * it counts as long as a host is here. Hosts pass it on to those who come later.
 */

import { Emitter } from "../lib/emitter.js";
import { HOSTS } from "../signaling/roles.js";

/** @import { Topic } from "../gate/topic.js" */
/** @import { Mesh } from "../peer/mesh.js" */
/** @typedef {{pid: string, name: string, role?: string, member?: string}} Participant */
/** socket: knows the server's clock. @typedef {{mesh: Mesh, self: Participant, people: ReadonlyMap<string, Participant>, socket?: {clockAhead: number}}} Room */
/** @template T @typedef {{at: number, value: T}} Update at: milliseconds since 1970 on the server's clock, later than all that it replaces */

/** How far an update may be ahead of the server's clock: none can block later ones for longer. */
const MAX_AHEAD_MS = 600_000;
/** News of a role come by the server, and what a new host decides may be there before. */
const ROLE_NEWS_MS = 10_000;

/** Reads what a host says. @template T @param {(value: any) => T | undefined} read undefined: unreadable @returns {(payload: any) => Update<T> | null} */
export function readUpdate(read) {
  return (payload) => {
    const { at, value } = payload ?? {};
    const known = Number.isSafeInteger(at) && at > 0 ? read(value) : undefined;
    return known === undefined ? null : { at, value: known };
  };
}

/**
 * @template T @typedef {object} HostValueEvents
 * @property {{value: T, before: T, by: string, loud: boolean}} changed by: the pid of the host; empty: no host is here any more; loud: it may be announced
 */

/** @template T @extends {Emitter<HostValueEvents<T>>} */
export class HostValue extends Emitter {
  #room;
  #topic;
  #initial;
  #write;
  #value;
  #at = 0;
  #by = "";
  /** The latest of each person who is not known as a host. @type {Map<string, {update: Update<T>, until: number}>} */
  #early = new Map();

  /**
   * @param {Room} room @param {Topic<Update<T>>} topic with a reader of `readUpdate`
   * @param {{initial: T, write?: (value: T) => unknown}} options write: makes what is sent @param {AbortSignal} signal
   */
  constructor(room, topic, { initial, write = (value) => value }, signal) {
    super();
    this.#room = room;
    this.#topic = topic;
    this.#initial = initial;
    this.#write = write;
    this.#value = initial;
    topic.on("message", ({ pid, message, loud }) => this.#onUpdate(pid, message, loud), { signal });
    room.mesh.on("peer-channel-open", ({ pid }) => this.mayChange && this.#send(pid), { signal });
    room.mesh.on("peer-removed", ({ pid }) => this.#onRemoved(pid), { signal });
    room.mesh.on("peer-updated", ({ pid }) => this.#onRole(pid), { signal });
  }

  get value() {
    return this.#value;
  }

  /** Whether this person is a host. */
  get mayChange() {
    return isHost(this.#room.self);
  }

  /** What holds, to be sent or kept; null: nothing was decided. @returns {Update<unknown> | null} */
  get update() {
    return this.#at > 0 ? { at: this.#at, value: this.#write(this.#value) } : null;
  }

  /** As a host who was here before: unless something later holds. @param {Update<T>} update */
  restore({ at, value }) {
    if (this.mayChange && at > this.#at && at <= this.#now() + MAX_AHEAD_MS) this.#apply(value, at, this.#room.self.pid, false);
  }

  /** As a host. @param {T} value */
  change(value) {
    if (!this.mayChange) return;
    this.#apply(value, Math.max(this.#now(), this.#at + 1), this.#room.self.pid, true);
    for (const pid of this.#room.mesh.peers.keys()) this.#send(pid);
  }

  /** @param {string} pid */
  #send(pid) {
    if (this.update) this.#topic.send(pid, this.update);
  }

  /** @param {string} pid @param {Update<T>} update @param {boolean} loud */
  #onUpdate(pid, { at, value }, loud) {
    if (at > this.#now() + MAX_AHEAD_MS) return;
    if (!isHost(this.#room.people.get(pid))) return void this.#early.set(pid, { update: { at, value }, until: Date.now() + ROLE_NEWS_MS });
    if (at > this.#at || (at === this.#at && pid > this.#by)) this.#apply(value, at, pid, loud);
  }

  /** @param {string} pid */
  #onRole(pid) {
    const early = this.#early.get(pid);
    if (early && isHost(this.#room.people.get(pid))) {
      this.#early.delete(pid);
      if (early.until > Date.now()) this.#onUpdate(pid, early.update, false);
    }
    this.check();
  }

  /** @param {string} pid */
  #onRemoved(pid) {
    this.#early.delete(pid);
    this.check(pid);
  }

  /** Devices' own clocks may be wrong by hours. */
  #now() {
    return Date.now() + (this.#room.socket?.clockAhead ?? 0);
  }

  /** Who is here, or a role, has changed: without a host it holds no longer. @param {string} [gone] the pid of who has left just now */
  check(gone) {
    const others = [...this.#room.people.values()].filter(({ pid }) => pid !== gone);
    if (this.#at > 0 && ![this.#room.self, ...others].some(isHost)) this.#apply(this.#initial, 0, "", false);
  }

  /** @param {T} value @param {number} at @param {string} by @param {boolean} loud */
  #apply(value, at, by, loud) {
    const before = this.#value;
    this.#value = value;
    this.#at = at;
    this.#by = by;
    this.emit("changed", { value, before, by, loud });
  }
}

/** @param {Participant | undefined} person */
function isHost(person) {
  return HOSTS.includes(person?.role ?? "");
}
