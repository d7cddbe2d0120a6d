/** The socket of a person who knocks: asks for entry, waits, and reconnects when it is lost. */

import { Emitter } from "../lib/emitter.js";
import { closeRule, CODE } from "./close-codes.js";
import { readMessage } from "./incoming.js";
import { ReconnectPolicy } from "./reconnect-policy.js";

/** @import { ClientMessage, Room } from "./wire.js" */

const PING_INTERVAL_MS = 10_000;
const ANSWER_TIMEOUT_MS = 15_000;

/**
 * @typedef {object} KnockSocketEvents
 * @property {{why: string, hosts: boolean, left: number, room: Room}} waiting sent again when any of it changes
 * @property {{from: string, body: string}} admitted the socket is closed by then; join on another
 * @property {void} away the server cannot be reached; retries follow
 * @property {{code: number}} stopped denied or refused
 */

/** @extends {Emitter<KnockSocketEvents>} */
export class KnockSocket extends Emitter {
  #url;
  /** @type {ClientMessage} */
  #knock;
  #policy = new ReconnectPolicy();
  /** @type {WebSocket | null} */
  #socket = null;
  #pings = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} next ping, answer deadline or next try */
  #timer;

  /** @param {{url: string, pid: string, hello: string, lobby: boolean}} options url: absolute, or a path on this host */
  constructor({ url, pid, hello, lobby }) {
    super();
    this.#url = url;
    this.#knock = { type: "knock", v: 1, pid, hello, lobby };
  }

  start() {
    const url = new URL(this.#url, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.#drop();
    this.#socket = socket;
    const current = () => this.#socket === socket;
    socket.onopen = () => current() && socket.send(JSON.stringify(this.#knock));
    socket.onmessage = ({ data }) => current() && this.#onMessage(data);
    socket.onclose = ({ code }) => current() && this.#onClose(code);
    this.#startTimeout(ANSWER_TIMEOUT_MS);
  }

  /** Stops knocking; no event follows. */
  leave() {
    this.#drop();
  }

  /** @param {unknown} data */
  #onMessage(data) {
    const message = readMessage(data);
    if (message?.type === "waiting") {
      const { why, hosts, left, room } = message;
      this.#schedulePing();
      this.emit("waiting", { why, hosts, left, room });
    } else if (message?.type === "admitted") {
      this.#drop();
      this.emit("admitted", { from: message.from, body: message.body });
    } else if (message?.type === "pong" && message.n === this.#pings) {
      this.#policy.reset();
      this.#schedulePing();
    }
  }

  #schedulePing() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#pings += 1;
      this.#socket?.send(JSON.stringify({ type: "ping", n: this.#pings }));
      this.#startTimeout(ANSWER_TIMEOUT_MS);
    }, PING_INTERVAL_MS);
  }

  /** @param {number} within milliseconds */
  #startTimeout(within) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#retry(false), within);
  }

  /** @param {number} code */
  #onClose(code) {
    if (closeRule(code).then === "reconnect") return this.#retry(code === CODE.draining);
    this.#drop();
    this.emit("stopped", { code });
  }

  /** @param {boolean} soon whether the server asked us to return at once */
  #retry(soon) {
    this.#drop();
    this.#timer = setTimeout(() => this.start(), this.#policy.nextDelay({ soon }));
    this.emit("away");
  }

  #drop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }
}
