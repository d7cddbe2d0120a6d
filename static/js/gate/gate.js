/**
 * The one place where the messages of peers come in, whatever brings them: control channels, sealed bodies, lanes. Each kind is a
 * topic, which cannot be opened without its reader, its rate and what it may create. All is counted by person, as far as the
 * server says who a person is: another tab, or the same one again, gets no more.
 */

import { BUDGETS, Budgets } from "./budgets.js";
import { HeldMessages } from "./held-messages.js";
import { Topic } from "./topic.js";

/** @import { Cost, Costs } from "./budgets.js" */
/** @import { Send, TopicOptions } from "./topic.js" */

export class Gate {
  #send;
  #budgets;
  #topics = /** @type {Map<string, Topic<any>>} */ (new Map());
  #members = /** @type {Map<string, string>} */ (new Map());
  /** @type {HeldMessages | null} */
  #held = null;

  /** @param {Send} send @param {Budgets} [budgets] */
  constructor(send, budgets = new Budgets()) {
    this.#send = send;
    this.#budgets = budgets;
  }

  /** Names of all topics. */
  get names() {
    return [...this.#topics.keys()];
  }

  /**
   * Throws when it is open already, or does not say what its messages may create.
   * @template T @param {string} name @param {TopicOptions<T>} options @returns {Topic<T>}
   */
  open(name, options) {
    if (this.#topics.has(name)) throw new Error(`The topic ${name} is open already.`);
    const { read, perMinute, creates } = options;
    const unknown = Object.keys(creates ?? { "": 0 }).filter((cost) => !(cost in BUDGETS));
    if (typeof read !== "function" || !(perMinute > 0) || unknown.length > 0) throw new TypeError(`The topic ${name} lacks a reader, a rate, or a budget ${unknown}.`);
    const topic = new Topic(name, options, this, this.#send);
    this.#topics.set(name, topic);
    return topic;
  }

  /** Whose tab it is. @param {string} pid @param {string} member empty: unknown */
  introduce(pid, member) {
    if (member !== "") this.#members.set(pid, member);
  }

  /** A message on a topic that no feature has opened is dropped, unless `hold` was called. @param {string} pid @param {string} name @param {unknown} payload */
  receive(pid, name, payload) {
    const topic = this.#topics.get(name);
    if (topic) topic.receive(pid, payload);
    else this.#held?.keep(pid, name, payload);
  }

  /** Features are on their way: keeps messages on topics that are not open yet. */
  hold() {
    this.#held ??= new HeldMessages((pid, costs) => this.spend(pid, costs));
  }

  /** The features are there, and have opened their topics: they receive what was kept. */
  release() {
    const held = this.#held?.all ?? [];
    this.#held = null;
    for (const { pid, name, payload } of held) this.receive(pid, name, payload);
  }

  /** As `Topic.pass`. @param {string} pid @param {string} name @param {unknown} payload @param {(message: any) => void} deliver */
  pass(pid, name, payload, deliver) {
    this.#topics.get(name)?.pass(pid, payload, deliver);
  }

  /** Spends all of it or nothing. @param {string} pid @param {Costs} costs @returns {boolean} */
  spend(pid, costs) {
    return this.#budgets.spend(this.personOf(pid), costs);
  }

  /** Until one of it may be spent. @param {string} pid @param {Cost} cost @returns {number} milliseconds */
  wait(pid, cost) {
    return this.#budgets.wait(this.personOf(pid), cost);
  }

  /** Counts a message of a topic. @param {string} pid @param {string} name @param {number} perMinute @returns {number} milliseconds to wait; 0: counted */
  meter(pid, name, perMinute) {
    const limiter = this.#budgets.limiter(this.personOf(pid), `topic ${name}`, { perMinute, burst: perMinute });
    const now = performance.now();
    return limiter.consume(1, now) ? 0 : limiter.wait(now);
  }

  /** The part of this gate that one connection needs. @param {string} pid @returns {PeerGate} */
  for(pid) {
    return {
      spend: (costs) => this.spend(pid, costs),
      pass: (name, payload, deliver) => this.pass(pid, name, payload, deliver),
    };
  }

  /** @param {string} pid @returns {string} */
  personOf(pid) {
    return this.#members.get(pid) ?? pid;
  }

  /** What they used stays counted. @param {string} pid */
  forgetPeer(pid) {
    for (const topic of this.#topics.values()) topic.forgetPeer(pid);
    this.#held?.forgetPeer(pid);
    this.#members.delete(pid);
  }
}

/** @typedef {{spend: (costs: Costs) => boolean, pass: (name: string, payload: unknown, deliver: (message: any) => void) => void}} PeerGate */
