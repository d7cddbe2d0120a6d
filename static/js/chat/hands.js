/**
 * Raised hands, in the order in which they were raised. Clocks differ, so peers send for how long a hand has been up, and
 * the first message counts: a later one cannot change the order.
 */

import { Emitter } from "../lib/emitter.js";
import { HOSTS } from "../signaling/roles.js";

/** @import { Room } from "./chat.js" */

export const TOPICS = Object.freeze({ hand: "hand", lower: "lower-hand" });
const PER_MINUTE = 60;
const DAY_MS = 86_400_000;

/** Reads the topic `hand`. @param {any} payload @returns {{up: boolean, for: number} | null} for: milliseconds */
export function readHand(payload) {
  const { up, for: time } = payload ?? {};
  if (up === false) return { up, for: 0 };
  return up === true && Number.isSafeInteger(time) && time >= 0 && time <= DAY_MS ? { up, for: time } : null;
}

/**
 * @typedef {object} HandsEvents
 * @property {{pid: string, up: boolean, news: boolean}} changed our own too; `order` is up to date; news: false: it was up before
 * @property {{by: string}} lowered a host has lowered our own hand; by: the host's pid
 */

/** @extends {Emitter<HandsEvents>} */
export class Hands extends Emitter {
  #room;
  #mesh;
  #now;
  /** When, on our clock. @type {Map<string, number>} */
  #raised = new Map();
  #hands;
  #lowering;

  /** @param {Room} room @param {AbortSignal} signal @param {() => number} [now] milliseconds on a clock that only rises */
  constructor(room, signal, now = () => performance.now()) {
    super();
    this.#room = room;
    this.#mesh = room.mesh;
    this.#now = now;
    this.#hands = this.#mesh.topic(TOPICS.hand, { read: readHand, perMinute: PER_MINUTE, creates: { alerts: 1 }, latest: true });
    this.#hands.on("message", ({ pid, message, loud }) => this.#onHand(pid, message, loud), { signal });
    this.#lowering = this.#mesh.topic(TOPICS.lower, { read: (payload) => payload === true || null, perMinute: PER_MINUTE, creates: { alerts: 1 } });
    this.#lowering.on("message", ({ pid }) => this.#onLower(pid), { signal });
    this.#mesh.on("peer-channel-open", ({ pid }) => this.up && this.#sendHand(pid), { signal });
    this.#mesh.on("peer-removed", ({ pid }) => this.#onPeerGone(pid), { signal });
  }

  /** Whether our own hand is up. */
  get up() {
    return this.#raised.has(this.#room.self.pid);
  }

  /** @returns {string[]} pids, first raised first */
  get order() {
    return [...this.#raised].toSorted(([, one], [, other]) => one - other).map(([pid]) => pid);
  }

  /** @param {boolean} up */
  raiseHand(up) {
    if (up === this.up) return;
    this.#set(this.#room.self.pid, up ? this.#now() : null, true);
    for (const pid of this.#mesh.peers.keys()) this.#sendHand(pid);
  }

  /** As a host. @param {string} pid */
  requestLower(pid) {
    this.#lowering.send(pid, true);
  }

  /** @param {string} pid */
  #sendHand(pid) {
    const since = this.#raised.get(this.#room.self.pid);
    const hand = since === undefined ? { up: false } : { up: true, for: Math.round(this.#now() - since) };
    this.#hands.send(pid, hand);
  }

  /** @param {string} pid */
  #onLower(pid) {
    if (!this.up || !HOSTS.includes(this.#room.people.get(pid)?.role ?? "")) return;
    this.raiseHand(false);
    this.emit("lowered", { by: pid });
  }

  /** @param {string} pid @param {{up: boolean, for: number}} hand @param {boolean} loud */
  #onHand(pid, hand, loud) {
    if (!this.#room.people.has(pid) || hand.up === this.#raised.has(pid)) return;
    // Up for a while already: raised before we were connected.
    this.#set(pid, hand.up ? this.#now() - hand.for : null, loud && hand.for < 2_000);
  }

  /** @param {string} pid */
  #onPeerGone(pid) {
    if (this.#raised.has(pid)) this.#set(pid, null, false);
  }

  /** @param {string} pid @param {number | null} since null: down @param {boolean} news */
  #set(pid, since, news) {
    if (since === null) this.#raised.delete(pid);
    else this.#raised.set(pid, since);
    this.emit("changed", { pid, up: since !== null, news });
  }
}
