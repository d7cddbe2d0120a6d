/** The signaling socket: joins a room, stays in it, reconnects. It does not know WebRTC: what it relays is opaque. */

import { Emitter } from "../lib/emitter.js";
import { closeRule, CODE, secondsAway } from "./close-codes.js";
import { takeSocket } from "./early-socket.js";
import { readMessage } from "./incoming.js";
import { nextState } from "./lifecycle.js";
import { ReconnectPolicy } from "./reconnect-policy.js";
import { Roster } from "./roster.js";

/** @import { Input, State } from "./lifecycle.js" */
/** @import { ClientMessage, Joined, PathCounts, Peer, Room, ServerMessage, TurnedAway, WaitingTransfer } from "./wire.js" */
/** @typedef {{state: State, code?: number, reason?: string, retryAt?: number}} StateDetail retryAt: ms since the epoch */

const PING_INTERVAL_MS = 10_000;
const PONG_TIMEOUT_MS = 10_000;
const JOIN_TIMEOUT_MS = 15_000;
/** While connections to peers are interrupted, our own network is the likely cause: the shorter timeouts apply. */
const URGENT_TIMEOUT_MS = 4_000;
const URGENT_PONG_TIMEOUT_MS = 1_200;

const encoder = new TextEncoder();

/**
 * @typedef {object} SignalingSocketEvents
 * @property {StateDetail} state stopped for good: with `code` and `reason`
 * @property {Joined} joined at the first join and after every reconnect; the roster is up to date
 * @property {{peers: Peer[]}} roster the whole list, after changes were missed
 * @property {{peer: Peer}} peer-joined a peer joined, or rejoined with a new hello
 * @property {{pid: string, final: boolean}} peer-left final: they were removed
 * @property {{from: string, body: string}} relay a body from another peer
 * @property {{ice: RTCIceServer[], ice_ttl: number}} ice the answer to `requestIceServers`; ice_ttl: seconds
 * @property {{room: Room}} room name, size, epoch or join rule changed
 * @property {{what: string, left: number | null}} ending-soon the `room` or our own `membership` ends in `left` seconds; null: no
 *   longer soon
 * @property {{peer: Peer}} knocks a person knocks; sent to hosts only
 * @property {{member: string}} knock-ended
 * @property {TurnedAway} turned-away a person who wanted to join was turned away; sent to hosts only
 * @property {{transfers: WaitingTransfer[]}} waiting-transfers all that wait for or from our own membership
 * @property {{code: string, about: string}} error the server did not act on a message
 */

/** @extends {Emitter<SignalingSocketEvents>} */
export class SignalingSocket extends Emitter {
  /** Sent and received so far, in UTF-8, without frames. */
  bytes = 0;
  /** How far the server's clock is ahead of this device's, ms, as of the last join. */
  clockAhead = 0;
  #url;
  #pid;
  #hello;
  #policy;
  #roster = new Roster();
  /** @type {State} */
  #state = "stopped";
  /** @type {WebSocket | null} */
  #socket = null;
  #attempt = 0;
  #pings = 0;
  /** When this tab first joined, ms since the epoch. @type {number | null} */
  #joinedAt = null;
  /** When the pong is due, ms since the epoch; Infinity while none is awaited. */
  #pongDeadline = Infinity;
  /** Connections to peers are interrupted: shorter timeouts. */
  #urgent = false;
  /** @type {number | undefined} the one timer: join deadline, next ping, pong deadline or next try */
  #timer;
  /** @type {AbortController | null} */
  #running = null;

  /**
   * @param {{url: string, pid: string, hello: string, reconnect?: ReconnectPolicy}} options url: absolute, or a path on this host
   */
  constructor({ url, pid, hello, reconnect = new ReconnectPolicy() }) {
    super();
    this.#url = url;
    this.#pid = pid;
    this.#hello = hello;
    this.#policy = reconnect;
  }

  /** @returns {State} */
  get state() {
    return this.#state;
  }

  /** Joins; while waiting, retries now. */
  start() {
    if (this.#running === null) {
      this.#running = new AbortController();
    }
    this.#input("start");
  }

  /**
   * Sends a body to one peer. Without a connection it is dropped: send again after the next `joined` what must arrive.
   * @param {string} to @param {string} body @returns {boolean} whether it was sent
   */
  relay(to, body) {
    return this.#state === "open" && this.#send({ type: "relay", to, body });
  }

  /** Whether the server lists this peer in the room, and so can relay to them. @param {string} pid */
  hasPeer(pid) {
    return this.#state === "open" && this.#roster.has(pid);
  }

  /** @param {boolean} urgent connections to peers are interrupted: checks the server at once */
  set urgent(urgent) {
    if (urgent === this.#urgent) return;
    this.#urgent = urgent;
    if (urgent) this.checkConnection();
  }

  /** @param {string} member who knocks @param {string | null} body null: deny @returns {boolean} whether it was sent */
  answerKnock(member, body) {
    if (this.#state !== "open") return false;
    return this.#send(body === null ? { type: "deny", member } : { type: "admit", member, body });
  }

  requestIceServers() {
    if (this.#state === "open") this.#send({ type: "refresh" });
  }

  /** The network may have changed: a waiting socket retries, an open one pings. */
  checkConnection() {
    if (this.#state === "open") this.#ping(URGENT_PONG_TIMEOUT_MS);
    else this.#input("online");
  }

  /** @param {string} hello for the next join */
  setHello(hello) {
    this.#hello = hello;
  }

  /** Joins with the current hello; the server then replaces the old socket, so that the others do not see us leave. */
  rejoin() {
    this.#input("renew");
  }

  /** Leaves; the others see it at once. @param {PathCounts} [paths] this tab's connections by outcome */
  leave(paths = { direct: 0, relay_udp: 0, relay_tcp: 0, failed: 0 }) {
    if (this.#state === "open") this.#send({ type: "leave", paths });
    this.#input("leave");
  }

  /** @param {Input} input @param {{code?: number, soon?: boolean, away?: number}} [why] */
  #input(input, { code, soon = false, away = 0 } = {}) {
    const state = nextState(this.#state, input);
    if (state === null) return;
    this.#state = state;
    clearTimeout(this.#timer);
    /** @type {StateDetail} */
    const detail = { state };
    if (code !== undefined) Object.assign(detail, { code, reason: closeRule(code).reason });
    if (state === "connecting") this.#connect();
    if (state === "joining") this.#join();
    if (state === "open") this.#schedulePing();
    if (state === "waiting") {
      const wait = this.#policy.nextDelay({ soon, away, longest: this.#urgent ? URGENT_TIMEOUT_MS : undefined });
      detail.retryAt = Date.now() + wait;
      this.#timer = setTimeout(() => this.#input("due"), wait);
    }
    if (state === "waiting" || state === "stopped") this.#drop();
    if (state === "stopped") this.#onStopped();
    this.emit("state", detail);
  }

  #connect() {
    this.#attempt += 1;
    const attempt = this.#attempt;
    const socket = takeSocket(this.#url);
    const current = () => attempt === this.#attempt;
    const opened = () => current() && this.#input("opened");
    if (socket.readyState === WebSocket.OPEN) queueMicrotask(opened);
    else socket.onopen = opened;
    socket.onmessage = ({ data }) => current() && this.#onMessage(data);
    socket.onclose = (event) => current() && this.#onClose(event);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#input("silent"), this.#urgent ? URGENT_TIMEOUT_MS : JOIN_TIMEOUT_MS);
  }

  #join() {
    const inside = this.#joinedAt === null ? 0 : Math.max(0, Math.round((Date.now() - this.#joinedAt) / 1000));
    this.#send({ type: "join", v: 1, pid: this.#pid, hello: this.#hello, inside });
    this.#timer = setTimeout(() => this.#input("silent"), JOIN_TIMEOUT_MS);
  }

  /** @param {{code: number, reason: string}} close */
  #onClose({ code, reason }) {
    if (closeRule(code).then === "stop") this.#input("refused", { code });
    else this.#input("lost", { code, soon: code === CODE.draining, away: secondsAway({ code, reason }) });
  }

  /** Whatever the dropped socket still reports belongs to a superseded attempt. */
  #drop() {
    this.#attempt += 1;
    this.#socket?.close(1000);
    this.#socket = null;
  }

  #onStopped() {
    this.#running?.abort();
    this.#running = null;
    this.#policy.reset();
  }

  #schedulePing() {
    this.#pongDeadline = Infinity;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ping(), PING_INTERVAL_MS);
  }

  /** @param {number} [within] milliseconds */
  #ping(within = this.#urgent ? URGENT_PONG_TIMEOUT_MS : PONG_TIMEOUT_MS) {
    // A ping while a pong is awaited must not postpone the deadline.
    if (this.#pongDeadline < Date.now() + within) return;
    this.#pongDeadline = Date.now() + within;
    clearTimeout(this.#timer);
    this.#pings += 1;
    this.#send({ type: "ping", n: this.#pings });
    this.#timer = setTimeout(() => this.#input("silent"), within);
  }

  /** @param {unknown} data */
  #onMessage(data) {
    if (typeof data === "string") this.bytes += sizeOf(data);
    const message = readMessage(data);
    if (message === null) return;
    if (message.type === "joined" && this.#state === "joining") {
      this.#joinedAt ??= Date.now();
      this.clockAhead = message.now - Date.now();
      this.#roster.replacePeers(message.peers, message.seq);
      this.#input("joined");
      this.emit("joined", message);
    } else if (this.#state === "open") {
      this.#deliver(message);
    }
  }

  /** @param {ServerMessage} message */
  #deliver(message) {
    switch (message.type) {
      case "peer_joined":
        if (!this.#roster.addPeer(message.peer, message.seq)) this.#send({ type: "sync" });
        return this.emit("peer-joined", { peer: message.peer });
      case "peer_left":
        if (!this.#roster.removePeer(message.pid, message.seq)) this.#send({ type: "sync" });
        return this.emit("peer-left", { pid: message.pid, final: message.final });
      case "roster":
        this.#roster.replacePeers(message.peers, message.seq);
        return this.emit("roster", { peers: message.peers });
      case "relay":
        return this.emit("relay", { from: message.from, body: message.body });
      case "ice":
        return this.emit("ice", { ice: message.ice, ice_ttl: message.ice_ttl });
      case "room":
        return this.emit("room", { room: message.room });
      case "ending_soon":
        return this.emit("ending-soon", { what: message.what, left: message.left });
      case "knocks":
        return this.emit("knocks", { peer: message.peer });
      case "turned_away":
        return this.emit("turned-away", message);
      case "waiting_transfers":
        return this.emit("waiting-transfers", { transfers: message.transfers });
      case "knock_ended":
        return this.emit("knock-ended", { member: message.member });
      case "error":
        return this.emit("error", { code: message.code, about: message.about });
      case "pong":
        if (message.n !== this.#pings) return;
        this.#policy.reset();
        this.#schedulePing();
    }
  }

  /** @param {ClientMessage} message */
  #send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    const data = JSON.stringify(message);
    this.bytes += sizeOf(data);
    this.#socket.send(data);
    return true;
  }
}

/** @param {string} text @returns {number} bytes in UTF-8 */
function sizeOf(text) {
  return encoder.encode(text).length;
}
