/** One kind of message of peers: who reads it, how often, what it may create, and what it costs. */

import { Emitter } from "../lib/emitter.js";

/** @import { Cost } from "./budgets.js" */

/**
 * @template T @typedef {Partial<Record<Cost, number | ((message: T, pid: string) => number)>>} Creates for each message; `alerts` only
 *   says whether it may be loud
 */

/** For messages that create nothing: they change a value that is there, and cost no more than reading them. */
export const NOTHING = Object.freeze({});

/**
 * @template T @typedef {object} TopicOptions
 * @property {(payload: any) => T | null} read checks a peer's JSON value; null drops it
 * @property {number} perMinute messages of one person, unless the budgets are the only limit
 * @property {Creates<T>} creates what a message can create here, or `NOTHING`
 * @property {boolean} [latest] a state: beyond the limit the newest message is delivered later, instead of never
 * @property {(pid: string, message: T) => void} [refused] it would have cost more than the person may
 * @property {boolean} [patient] what is sent waits for its turn, see `ControlChannel`
 */
/**
 * What counts, by person: `meter` a message (milliseconds to wait; 0: counted), `spend` what it costs (all of it or nothing).
 * @typedef {{meter: (pid: string, name: string, perMinute: number) => number, spend: (pid: string, costs: Partial<Record<Cost, number>>) => boolean}} Meter
 */
/** @typedef {(pid: string, name: string, payload: unknown, patient?: boolean) => boolean} Send */
/** @template T @typedef {(message: T, loud: boolean) => void} Deliver */
/** @typedef {{payload: unknown, deliver: Deliver<any>, timer: ReturnType<typeof setTimeout>}} Held */

/**
 * @template T @typedef {object} TopicEvents
 * @property {{pid: string, message: T, loud: boolean}} message checked and paid for; loud: it may make a noise
 */

/** @template T @extends {Emitter<TopicEvents<T>>} */
export class Topic extends Emitter {
  #name;
  #options;
  #meter;
  #send;
  /** Newest states that wait for the limit, by pid. @type {Map<string, Held>} */
  #held = new Map();

  /** @param {string} name @param {TopicOptions<T>} options @param {Meter} meter @param {Send} send */
  constructor(name, options, meter, send) {
    super();
    this.#name = name;
    this.#options = options;
    this.#meter = meter;
    this.#send = send;
  }

  /** Returns false when the message was not sent. @param {string} pid @param {unknown} payload @returns {boolean} */
  send(pid, payload) {
    return this.#send(pid, this.#name, payload, this.#options.patient);
  }

  /** @param {string} pid @param {unknown} payload not checked yet */
  receive(pid, payload) {
    this.pass(pid, payload, (message, loud) => this.emit("message", { pid, message, loud }));
  }

  /** The only way in: meters, reads, charges, then delivers. @param {string} pid @param {unknown} payload @param {Deliver<T>} deliver */
  pass(pid, payload, deliver) {
    const held = this.#held.get(pid);
    if (held) return void Object.assign(held, { payload, deliver });
    const { read, perMinute, creates, latest, refused } = this.#options;
    const wait = this.#meter.meter(pid, this.#name, perMinute);
    if (wait > 0) return latest ? this.#hold(pid, payload, deliver, wait) : undefined;
    const message = read(payload);
    if (message === null) return;
    const { alerts = 0, ...costs } = this.#weigh(creates, message, pid);
    if (!this.#meter.spend(pid, costs)) return refused?.(pid, message);
    deliver(message, alerts === 0 || this.#meter.spend(pid, { alerts }));
  }

  /** @param {string} pid */
  forgetPeer(pid) {
    clearTimeout(this.#held.get(pid)?.timer);
    this.#held.delete(pid);
  }

  /** @param {string} pid @param {unknown} payload @param {Deliver<T>} deliver @param {number} wait milliseconds */
  #hold(pid, payload, deliver, wait) {
    const timer = setTimeout(() => {
      const held = /** @type {Held} */ (this.#held.get(pid));
      this.#held.delete(pid);
      this.pass(pid, held.payload, held.deliver);
    }, Math.ceil(wait));
    this.#held.set(pid, { payload, deliver, timer });
  }

  /** @param {Creates<T>} creates @param {T} message @param {string} pid @returns {Partial<Record<Cost, number>>} */
  #weigh(creates, message, pid) {
    const weighed = Object.entries(creates).map(([cost, amount]) => [cost, typeof amount === "function" ? amount(message, pid) : amount]);
    return Object.fromEntries(weighed);
  }
}
