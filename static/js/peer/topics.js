/**
 * What features send each other over the control channel, each on a topic of its own. This is the one place where a message
 * from a peer is read, bounded and limited: a feature only sees what its topic has let through.
 */

import { Emitter } from "../lib/emitter.js";
import { RateLimiter } from "../lib/rate-limiter.js";

/**
 * @template T
 * @typedef {object} TopicOptions
 * @property {(payload: any) => T | null} read checks a JSON value of a peer; null: it does not fit and is dropped
 * @property {number} perMinute messages of one peer that are read; more are dropped
 */

/**
 * @template T
 * @typedef {object} TopicEvents
 * @property {{pid: string, message: T}} message read, and within the limit of this peer
 */

/**
 * @template T
 * @extends {Emitter<TopicEvents<T>>}
 */
export class Topic extends Emitter {
  #name;
  #options;
  #send;
  /** @type {Map<string, RateLimiter>} */
  #limiters = new Map();

  /** @param {string} name @param {TopicOptions<T>} options @param {(pid: string, name: string, payload: unknown) => boolean} send */
  constructor(name, options, send) {
    super();
    this.#name = name;
    this.#options = options;
    this.#send = send;
  }

  /**
   * Sends to a peer, without the server.
   * @param {string} pid
   * @param {unknown} payload a JSON value
   * @returns {boolean} false when it was not sent
   */
  send(pid, payload) {
    return this.#send(pid, this.#name, payload);
  }

  /**
   * Takes what a peer has sent.
   * @param {string} pid
   * @param {unknown} payload not checked yet
   */
  receive(pid, payload) {
    const limiter = this.#limiters.get(pid) ?? new RateLimiter(this.#options.perMinute);
    this.#limiters.set(pid, limiter);
    if (!limiter.consume()) return;
    const message = this.#options.read(payload);
    if (message !== null) this.emit("message", { pid, message });
  }

  /** @param {string} pid has left */
  forgetPeer(pid) {
    this.#limiters.delete(pid);
  }
}

/** The topics of one mesh. Messages on a topic that no feature has opened are dropped. */
export class Topics {
  /** @type {Map<string, Topic<any>>} */
  #topics = new Map();
  #send;

  /** @param {(pid: string, name: string, payload: unknown) => boolean} send false when it was not sent */
  constructor(send) {
    this.#send = send;
  }

  /**
   * Opens a topic, once.
   * @template T
   * @param {string} name
   * @param {TopicOptions<T>} options
   * @returns {Topic<T>}
   */
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
