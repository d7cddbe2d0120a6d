/**
 * The data channel of every connection (negotiated, id 0), over which two peers talk without the server. A message is a JSON
 * object with one field: its name is the topic, its value the payload (docs/protocol.md lists the topics). Each side first sends
 * the version it speaks. Topics without a listener are ignored; listeners check payloads.
 */

import { Emitter } from "../lib/emitter.js";

/** Version of the protocol between peers. */
export const VERSION = 1;
/** Longest message: a session description with every section fits. */
export const MAX_MESSAGE_CHARACTERS = 65_536;
/** Limit on bytes queued for a peer that does not read. */
export const MAX_BUFFERED_BYTES = 1_048_576;
/** @typedef {{topic: string, payload: any}} Message payload: any JSON value */
const TOPIC = /^[a-z][a-z-]{0,31}$/;

/**
 * @typedef {object} ControlChannelEvents
 * @property {void} open `send` now reaches the peer
 * @property {Message} message payload is not checked; never before the peer has sent its version
 * @property {void} version-mismatch the peer speaks another version, or none; nothing it sends is read
 * @property {void} ended the peer closed the channel
 */

/** @extends {Emitter<ControlChannelEvents>} */
export class ControlChannel extends Emitter {
  #channel;
  #life = new AbortController();
  /** @type {boolean | undefined} undefined until the peer's first message */
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

  get open() {
    return this.#channel.readyState === "open";
  }

  /**
   * Keeps the order of calls. @param {string} topic @param {unknown} payload a JSON value
   * @returns {boolean} false when it was not sent: the channel is closed, too much is buffered, or the message is too long
   */
  send(topic, payload) {
    if (!this.open || this.#channel.bufferedAmount > MAX_BUFFERED_BYTES) return false;
    const message = JSON.stringify({ [topic]: payload });
    if (message.length > MAX_MESSAGE_CHARACTERS) return false;
    this.#channel.send(message);
    return true;
  }

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
