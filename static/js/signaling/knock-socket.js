/** The socket of a person who knocks: asks for entry, waits, and reconnects when it is lost. */

import { Emitter } from "../lib/emitter.js";
import { readMessage } from "./incoming.js";
import { ReconnectingSocket } from "./reconnecting-socket.js";

/** @import { ClientMessage, Room } from "./wire.js" */

const PING_INTERVAL_MS = 10_000;

/**
 * @typedef {object} KnockSocketEvents
 * @property {{why: string, hosts: boolean, left: number, room: Room}} waiting sent again when any of it changes
 * @property {{from: string, body: string}} admitted the socket is closed by then; join on another
 * @property {void} away the server cannot be reached; retries follow
 * @property {{code: number}} stopped denied or refused
 */

/** @extends {Emitter<KnockSocketEvents>} */
export class KnockSocket extends Emitter {
  #connection;

  /** @param {{url: string, pid: string, hello: string, lobby: boolean}} options url: absolute, or a path on this host */
  constructor({ url, pid, hello, lobby }) {
    super();
    /** @type {ClientMessage} */
    const knock = { type: "knock", v: 1, pid, hello, lobby };
    this.#connection = new ReconnectingSocket({ url, pingInterval: PING_INTERVAL_MS });
    this.#connection.on("open", () => this.#connection.send(knock));
    this.#connection.on("message", ({ data }) => this.#onMessage(data));
    this.#connection.on("away", () => this.emit("away"));
    this.#connection.on("stopped", (detail) => this.emit("stopped", detail));
  }

  start() {
    this.#connection.start();
  }

  /** Stops knocking; no event follows. */
  leave() {
    this.#connection.drop();
  }

  /** @param {unknown} data */
  #onMessage(data) {
    const message = readMessage(data);
    if (message?.type === "waiting") {
      const { why, hosts, left, room } = message;
      this.#connection.schedulePing();
      this.emit("waiting", { why, hosts, left, room });
    } else if (message?.type === "admitted") {
      this.#connection.drop();
      this.emit("admitted", { from: message.from, body: message.body });
    } else if (message?.type === "pong" && this.#connection.isLastPing(message.n)) {
      this.#connection.policy.reset();
      this.#connection.schedulePing();
    }
  }
}
