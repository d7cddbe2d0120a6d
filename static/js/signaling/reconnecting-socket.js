/** A WebSocket that pings, and reconnects when it is lost or silent; what is said on it is up to its owner. */

import { Emitter } from "../lib/emitter.js";
import { closeRule, CODE, secondsAway } from "./close-codes.js";
import { takeSocket } from "./early-socket.js";
import { ReconnectPolicy } from "./reconnect-policy.js";

const ANSWER_TIMEOUT_MS = 15_000;

/**
 * @typedef {object} ReconnectingSocketEvents
 * @property {void} open ask now what there is to ask: an answer is awaited
 * @property {{data: unknown}} message
 * @property {void} away the server cannot be reached; retries follow
 * @property {{code: number}} stopped for good
 */

/** @extends {Emitter<ReconnectingSocketEvents>} */
export class ReconnectingSocket extends Emitter {
  policy;
  #url;
  #pingInterval;
  /** @type {WebSocket | null} */
  #socket = null;
  #pings = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} next ping, answer deadline or next try */
  #timer;

  /**
   * @param {object} options
   * @param {string} options.url absolute, or a path on this host
   * @param {number} options.pingInterval milliseconds
   * @param {ReconnectPolicy} [options.reconnect]
   */
  constructor({ url, pingInterval, reconnect = new ReconnectPolicy() }) {
    super();
    this.#url = url;
    this.#pingInterval = pingInterval;
    this.policy = reconnect;
  }

  get connecting() {
    return this.#socket?.readyState === WebSocket.CONNECTING;
  }

  /** Connects; once more if it is connected. */
  start() {
    this.drop();
    const socket = takeSocket(this.#url);
    this.#socket = socket;
    const current = () => this.#socket === socket;
    const opened = () => current() && this.emit("open");
    if (socket.readyState === WebSocket.OPEN) queueMicrotask(opened);
    else socket.onopen = opened;
    socket.onmessage = ({ data }) => current() && this.emit("message", { data });
    socket.onclose = (event) => current() && this.#onClose(event);
    this.awaitAnswer();
  }

  /** Closes it; no event follows. */
  drop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  /** @param {object} message @returns {boolean} whether it was sent */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Takes the connection for lost unless `schedulePing` is called in time. */
  awaitAnswer() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#retry(false), ANSWER_TIMEOUT_MS);
  }

  /** @param {number} n of a pong @returns {boolean} whether it answers the last ping */
  isLastPing(n) {
    return n === this.#pings;
  }

  /** An answer has come: the next question is a ping. */
  schedulePing() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#pings += 1;
      this.send({ type: "ping", n: this.#pings });
      this.awaitAnswer();
    }, this.#pingInterval);
  }

  /** @param {{code: number, reason: string}} close */
  #onClose({ code, reason }) {
    if (closeRule(code).then === "reconnect") return this.#retry(code === CODE.draining, secondsAway({ code, reason }));
    this.drop();
    this.emit("stopped", { code });
  }

  /** @param {boolean} soon whether the server asked us to return at once @param {number} [away] seconds to stay away */
  #retry(soon, away = 0) {
    this.drop();
    this.#timer = setTimeout(() => this.start(), this.policy.nextDelay({ soon, away }));
    this.emit("away");
  }
}
