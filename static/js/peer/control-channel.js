/**
 * The data channel of every connection (negotiated, id 0), over which two peers talk without the server. A message is a JSON
 * object with one field: its name is the topic, its value the payload (docs/protocol.md lists the topics). Each side first sends
 * the version it speaks. Topics without a listener are ignored; listeners check payloads.
 */

import { PacedQueue } from "../gate/paced-queue.js";
import { Emitter } from "../lib/emitter.js";

/** Version of the protocol between peers. */
export const VERSION = 1;
/** Longest message: a session description with every section fits. */
export const MAX_MESSAGE_CHARACTERS = 65_536;
/** Limit on bytes queued for a peer that does not read. */
export const MAX_BUFFERED_BYTES = 1_048_576;
/** Patient messages wait here while more than this is queued, so that others pass them. */
export const PATIENT_BYTES = 131_072;
/** Characters of patient messages that may wait. */
const MAX_WAITING = 16_777_216;
/** @import { PeerGate } from "../gate/gate.js" */
/** @typedef {{topic: string, payload: any}} Message payload: any JSON value */
const TOPIC = /^[a-z][a-z-]{0,31}$/;

/**
 * @typedef {object} ControlChannelEvents
 * @property {void} open `send` now reaches the peer
 * @property {Message} message payload is not checked; never before the peer has sent its version
 * @property {void} version-mismatch the peer speaks another version, or none; nothing it sends is read
 * @property {void} ended the peer closed the channel
 * @property {void} flooding more than this side reads, and read by no one: close the connection
 */

/** @extends {Emitter<ControlChannelEvents>} */
export class ControlChannel extends Emitter {
  #channel;
  #spend;
  #life = new AbortController();
  /** @type {boolean | undefined} undefined until the peer's first message */
  #sameVersion;
  /** Patient messages, in order. @type {string[]} */
  #waiting = [];
  #waitingCharacters = 0;
  /** What came and is not handled yet; null: the end of the channel. @type {PacedQueue<string | null>} */
  #arrived = new PacedQueue((text) => (text === null ? this.emit("ended") : this.#read(text)));

  /** @param {RTCPeerConnection} connection @param {PeerGate["spend"]} spend */
  constructor(connection, spend) {
    super();
    this.#spend = spend;
    this.#channel = connection.createDataChannel("control", { negotiated: true, id: 0 });
    const { signal } = this.#life;
    this.#channel.addEventListener("open", () => this.#onOpen(), { signal });
    this.#channel.addEventListener("message", ({ data }) => this.#onMessage(data), { signal });
    this.#channel.addEventListener("close", () => this.#arrived.push(null), { signal });
    this.#channel.bufferedAmountLowThreshold = PATIENT_BYTES / 2;
    this.#channel.addEventListener("bufferedamountlow", () => this.#sendWaiting(), { signal });
  }

  get open() {
    return this.#channel.readyState === "open";
  }

  /**
   * Keeps the order of calls, and that of patient ones. @param {string} topic @param {unknown} payload a JSON value
   * @param {boolean} [patient] waits for its turn instead of being dropped, and lets others pass
   * @returns {boolean} false when it was not sent: the channel is closed, too much is buffered, or the message is too long
   */
  send(topic, payload, patient = false) {
    if (!this.open) return false;
    const message = JSON.stringify({ [topic]: payload });
    if (message.length > MAX_MESSAGE_CHARACTERS) return false;
    if (patient) return this.#enqueue(message);
    if (this.#channel.bufferedAmount > MAX_BUFFERED_BYTES) return false;
    this.#channel.send(message);
    return true;
  }

  /** @param {string} message */
  #enqueue(message) {
    if (this.#waitingCharacters + message.length > MAX_WAITING) return false;
    this.#waitingCharacters += message.length;
    this.#waiting.push(message);
    this.#sendWaiting();
    return true;
  }

  #sendWaiting() {
    let sent = 0;
    for (; sent < this.#waiting.length && this.open && this.#channel.bufferedAmount <= PATIENT_BYTES; sent += 1) {
      this.#waitingCharacters -= this.#waiting[sent].length;
      this.#channel.send(this.#waiting[sent]);
    }
    this.#waiting.splice(0, sent);
  }

  detach() {
    this.#life.abort();
    this.#arrived.clear();
  }

  #onOpen() {
    this.send("version", { v: VERSION });
    this.emit("open");
  }

  /** @param {unknown} data */
  #onMessage(data) {
    const characters = typeof data === "string" ? data.length : 0;
    if (!this.#spend({ messages: 1, characters })) return this.emit("flooding");
    this.#arrived.push(typeof data === "string" && characters <= MAX_MESSAGE_CHARACTERS ? data : "");
  }

  /** @param {string} text */
  #read(text) {
    const message = readMessage(text);
    if (this.#sameVersion === undefined) this.#checkVersion(message);
    else if (this.#sameVersion && message) this.emit("message", message);
  }

  /** @param {Message | null} message the peer's first */
  #checkVersion(message) {
    this.#sameVersion = message?.topic === "version" && /** @type {any} */ (message.payload)?.v === VERSION;
    if (!this.#sameVersion) this.emit("version-mismatch");
  }
}

/** Returns null for anything that is not a message of this protocol. @param {string} text @returns {Message | null} */
export function readMessage(text) {
  try {
    const [[topic, payload], ...more] = Object.entries(JSON.parse(text));
    return TOPIC.test(topic) && more.length === 0 ? { topic, payload } : null;
  } catch {
    return null;
  }
}
