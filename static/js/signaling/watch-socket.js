/** The socket of a page outside of calls: who is inside the account's rooms, and who knocks. It reconnects when it is lost. */

import { Emitter } from "../lib/emitter.js";
import { closeRule, CODE } from "./close-codes.js";
import { readWatchMessage } from "./incoming.js";
import { ReconnectPolicy } from "./reconnect-policy.js";

/** @import { AnswerKnock, Peer, Ping, RoomNow, Watch } from "./wire.js" */

const PING_INTERVAL_MS = 30_000;
const ANSWER_TIMEOUT_MS = 15_000;

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
  #url;
  #policy;
  /** @type {WebSocket | null} */
  #socket = null;
  #pings = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} next ping, answer deadline or next try */
  #timer;

  /** @param {{url: string, reconnect?: ReconnectPolicy}} options url: absolute, or a path on this host */
  constructor({ url, reconnect = new ReconnectPolicy() }) {
    super();
    this.#url = url;
    this.#policy = reconnect;
  }

  /** Connects; once more if it is connected. */
  start() {
    const url = new URL(this.#url, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.#drop();
    const socket = new WebSocket(url);
    this.#socket = socket;
    const current = () => this.#socket === socket;
    socket.onopen = () => current() && this.look();
    socket.onmessage = ({ data }) => current() && this.#onMessage(data);
    socket.onclose = ({ code }) => current() && this.#onClose(code);
    this.#startTimeout();
  }

  /** Stops; no event follows. */
  stop() {
    this.#drop();
  }

  /** Asks for all rooms again; connects if the connection is lost. */
  look() {
    if (this.#socket?.readyState === WebSocket.CONNECTING) return;
    if (!this.#send({ type: "watch", v: 1 })) return this.start();
    this.#startTimeout();
  }

  /** @param {string} slug @param {string} member who knocks @param {string | null} body null: deny @returns {boolean} whether it was sent */
  answerKnock(slug, member, body) {
    return this.#send({ type: "answer_knock", slug, member, admitted: body !== null, body: body ?? "" });
  }

  /** @param {unknown} data */
  #onMessage(data) {
    const message = readWatchMessage(data);
    switch (message?.type) {
      case "watching":
        this.#policy.reset();
        this.#schedulePing();
        return this.emit("watching", { stamp: message.stamp, rooms: message.rooms });
      case "occupied":
        return this.emit("occupied", { room: message.room });
      case "knocks_at":
        return this.emit("knocks", { slug: message.slug, peer: message.peer });
      case "knock_ended_at":
        return this.emit("knock-ended", { slug: message.slug, member: message.member });
      case "pong":
        if (message.n === this.#pings) this.#schedulePing();
    }
  }

  #schedulePing() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#pings += 1;
      this.#send({ type: "ping", n: this.#pings });
      this.#startTimeout();
    }, PING_INTERVAL_MS);
  }

  #startTimeout() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#retry(false), ANSWER_TIMEOUT_MS);
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

  /** @param {Watch | AnswerKnock | Ping} message */
  #send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }
}
