/** The socket of a page outside of calls: who is inside the account's rooms, and who knocks. It reconnects when it is lost. */

import { Emitter } from "../lib/emitter.js";
import { readWatchMessage } from "./incoming.js";
import { ReconnectingSocket } from "./reconnecting-socket.js";

/** @import { ReconnectPolicy } from "./reconnect-policy.js" */
/** @import { AnswerKnock, Peer, RoomNow, Watch } from "./wire.js" */

const PING_INTERVAL_MS = 30_000;

/**
 * @typedef {object} WatchSocketEvents
 * @property {{stamp: string, rooms: RoomNow[]}} watching all rooms: at first, after a reconnect, and when one of them has changed
 * @property {{room: RoomNow}} occupied who is inside has changed
 * @property {{slug: string, peer: Peer}} knocks repeated every few seconds
 * @property {{slug: string, member: string}} knock-ended
 * @property {void} away the server cannot be reached; retries follow
 * @property {{code: number}} stopped for good: signed out, for example
 */

/** @extends {Emitter<WatchSocketEvents>} */
export class WatchSocket extends Emitter {
  #connection;

  /** @param {{url: string, reconnect?: ReconnectPolicy}} options url: absolute, or a path on this host */
  constructor({ url, reconnect }) {
    super();
    this.#connection = new ReconnectingSocket({ url, pingInterval: PING_INTERVAL_MS, reconnect });
    this.#connection.on("open", () => this.look());
    this.#connection.on("message", ({ data }) => this.#onMessage(data));
    this.#connection.on("away", () => this.emit("away"));
    this.#connection.on("stopped", (detail) => this.emit("stopped", detail));
  }

  /** Connects; once more if it is connected. */
  start() {
    this.#connection.start();
  }

  /** Stops; no event follows. */
  stop() {
    this.#connection.drop();
  }

  /** Asks for all rooms again; connects if the connection is lost. */
  look() {
    if (this.#connection.connecting) return;
    if (!this.#connection.send(/** @type {Watch} */ ({ type: "watch", v: 1 }))) return this.start();
    this.#connection.awaitAnswer();
  }

  /** @param {string} slug @param {string} member who knocks @param {string | null} body null: deny @returns {boolean} whether it was sent */
  answerKnock(slug, member, body) {
    /** @type {AnswerKnock} */
    const answer = { type: "answer_knock", slug, member, admitted: body !== null, body: body ?? "" };
    return this.#connection.send(answer);
  }

  /** @param {unknown} data */
  #onMessage(data) {
    const message = readWatchMessage(data);
    switch (message?.type) {
      case "watching":
        this.#connection.policy.reset();
        this.#connection.schedulePing();
        return this.emit("watching", { stamp: message.stamp, rooms: message.rooms });
      case "occupied":
        return this.emit("occupied", { room: message.room });
      case "knocks_at":
        return this.emit("knocks", { slug: message.slug, peer: message.peer });
      case "knock_ended_at":
        return this.emit("knock-ended", { slug: message.slug, member: message.member });
      case "pong":
        if (this.#connection.isLastPing(message.n)) this.#connection.schedulePing();
    }
  }
}
