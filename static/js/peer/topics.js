/** Messages of features over the control channel, one topic each. Only this module reads, checks and limits them. */

import { Emitter } from "../lib/emitter.js";
import { RateLimiter } from "../lib/rate-limiter.js";

/**
 * @template T @typedef {{read: (payload: any) => T | null, perMinute: number, patient?: boolean}} TopicOptions
 * read: checks a peer's JSON value, null drops it; perMinute: for each peer; patient: what is sent waits for its turn, see
 * `ControlChannel`
 */
/** @typedef {(pid: string, name: string, payload: unknown, patient?: boolean) => boolean} Send */

/** @template T @typedef {{message: {pid: string, message: T}}} TopicEvents message: checked, within the peer's limit */

/** @template T @extends {Emitter<TopicEvents<T>>} */
export class Topic extends Emitter {
  #name;
  #options;
  #send;
  #limiters = /** @type {Map<string, RateLimiter>} */ (new Map());

  /** @param {string} name @param {TopicOptions<T>} options @param {Send} send */
  constructor(name, options, send) {
    super();
    this.#name = name;
    this.#options = options;
    this.#send = send;
  }

  /** Returns false when the message was not sent. @param {string} pid @param {unknown} payload @returns {boolean} */
  send(pid, payload) {
    return this.#send(pid, this.#name, payload, this.#options.patient);
  }

  /** @param {string} pid @param {unknown} payload not checked yet */
  receive(pid, payload) {
    const limiter = this.#limiters.get(pid) ?? new RateLimiter(this.#options.perMinute);
    this.#limiters.set(pid, limiter);
    if (!limiter.consume()) return;
    const message = this.#options.read(payload);
    if (message !== null) this.emit("message", { pid, message });
  }

  /** @param {string} pid */
  forgetPeer(pid) {
    this.#limiters.delete(pid);
  }
}

/** The topics of one mesh. Messages on a topic that no feature has opened are dropped. */
export class Topics {
  #topics = /** @type {Map<string, Topic<any>>} */ (new Map());
  #send;

  /** @param {Send} send */
  constructor(send) {
    this.#send = send;
  }

  /** Throws when it is open already. @template T @param {string} name @param {TopicOptions<T>} options @returns {Topic<T>} */
  open(name, options) {
    if (this.#topics.has(name)) throw new Error(`The topic ${name} is open already.`);
    const topic = new Topic(name, options, this.#send);
    this.#topics.set(name, topic);
    return topic;
  }

  /** @param {string} pid @param {string} name @param {unknown} payload */
  receive(pid, name, payload) {
    this.#topics.get(name)?.receive(pid, payload);
  }

  /** @param {string} pid */
  forgetPeer(pid) {
    for (const topic of this.#topics.values()) topic.forgetPeer(pid);
  }
}
