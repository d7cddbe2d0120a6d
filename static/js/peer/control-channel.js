/**
 * The data channel that every connection has (negotiated, id 0): what two peers tell each other without the server.
 *
 * One JSON object a message, with one field: the topic, whose value is what is told (docs/protocol.md lists the topics).
 * Each side begins with the version it speaks. Topics that nobody listens to are ignored. Whoever listens to a topic
 * checks what came.
 */

import { Emitter } from "../lib/emitter.js";

/** Of the protocol between peers. */
export const VERSION = 1;
/** Characters of one message; a session description with everything in it fits. */
export const MAX_MESSAGE_CHARACTERS = 65_536;
/** Bytes that may wait for a peer that reads nothing. */
export const MAX_BUFFERED_BYTES = 1_048_576;
/** @typedef {{topic: string, payload: any}} Message payload: any JSON value */
const TOPIC = /^[a-z][a-z-]{0,31}$/;

/**
 * @typedef {object} ControlChannelEvents
 * @property {void} open from now on `send` reaches the other side
 * @property {Message} message payload is not checked; never before the other side has sent its version
 * @property {void} version-mismatch the other side speaks another version, or none; nothing that it sends is read
 * @property {void} ended the channel was closed from the other side
 */

/** @extends {Emitter<ControlChannelEvents>} */
export class ControlChannel extends Emitter {
  #channel;
  #life = new AbortController();
  /** @type {boolean | undefined} whether the other side speaks this version; not known before its first message */
  #sameVersion;

  /** @param {RTCPeerConnection} connection */
  constructor(connection) {
    super();
    this.#channel = connection.createDataChannel("control", { negotiated: true, id: 0 });
    const { signal } = this.#life;
    this.#channel.addEventListener("open", () => this.#onOpen(), { signal });
    this.#channel.addEventListener("message", ({ data }) => this.#onMessage(data), { signal });
    this.#channel.addEventListener("close", () => this.emit("ended"), { signal });
  }

  /** Whether the other side can be told anything. */
  get open() {
    return this.#channel.readyState === "open";
  }

  /**
   * Tells the other side something, in the order of the calls.
   * @param {string} topic
   * @param {unknown} payload a JSON value
   * @returns {boolean} false when it was not sent: the channel is not open, too much waits in it, or the message is too long
   */
  send(topic, payload) {
    if (!this.open || this.#channel.bufferedAmount > MAX_BUFFERED_BYTES) return false;
    const message = JSON.stringify({ [topic]: payload });
    if (message.length > MAX_MESSAGE_CHARACTERS) return false;
    this.#channel.send(message);
    return true;
  }

  /** Lets go of a connection that is gone. */
  detach() {
    this.#life.abort();
  }

  #onOpen() {
    this.send("version", { v: VERSION });
    this.emit("open");
  }

  /** @param {unknown} data */
  #onMessage(data) {
    const message = typeof data === "string" && data.length <= MAX_MESSAGE_CHARACTERS ? readMessage(data) : null;
    if (this.#sameVersion === undefined) this.#checkVersion(message);
    else if (this.#sameVersion && message) this.emit("message", message);
  }

  /** @param {Message | null} message the first message of the other side */
  #checkVersion(message) {
    this.#sameVersion = message?.topic === "version" && /** @type {any} */ (message.payload)?.v === VERSION;
    if (!this.#sameVersion) this.emit("version-mismatch");
  }
}

/**
 * Reads a message.
 * @param {string} text
 * @returns {Message | null} null when it is none
 */
export function readMessage(text) {
  try {
    const [[topic, payload], ...more] = Object.entries(JSON.parse(text));
    return TOPIC.test(topic) && more.length === 0 ? { topic, payload } : null;
  } catch {
    return null;
  }
}
