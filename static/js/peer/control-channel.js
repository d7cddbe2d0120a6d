/**
 * The data channel that every connection has (negotiated, id 0): what two peers tell each other without the server.
 *
 * One JSON object a message, with one field: the topic, whose value is what is told (docs/protocol.md lists the topics).
 * Each side begins with the version it speaks. Topics that nobody listens to are ignored. Whoever listens to a topic
 * checks what came.
 *
 * @module
 */

/** Of the protocol between peers. */
export const VERSION = 1;
/** Characters of one message; a session description with everything in it fits. */
export const LONGEST = 65_536;
/** Bytes that may wait for a peer that reads nothing. */
export const MOST_WAITING = 1_048_576;
/** @typedef {{topic: string, payload: unknown}} Told */
const TOPIC = /^[a-z][a-z-]{0,31}$/;

/**
 * Events, all `CustomEvent`:
 * - `open`: from now on `tell` reaches the other side
 * - `told` {topic, payload}: payload is any JSON value, not checked; never before the other side has told its version
 * - `foreign`: the other side speaks another version, or none; nothing of what it tells is taken
 * - `ended`: the channel was closed from the other side
 */
export class ControlChannel extends EventTarget {
  #channel;
  #life = new AbortController();
  /** @type {boolean | undefined} whether the other side speaks this version; not known before its first message */
  #understood;

  /** @param {RTCPeerConnection} connection */
  constructor(connection) {
    super();
    this.#channel = connection.createDataChannel("control", { negotiated: true, id: 0 });
    const { signal } = this.#life;
    this.#channel.addEventListener("open", () => this.#begin(), { signal });
    this.#channel.addEventListener("message", ({ data }) => this.#receive(data), { signal });
    this.#channel.addEventListener("close", () => this.dispatchEvent(new CustomEvent("ended")), { signal });
  }

  /** Whether the other side can be told anything. */
  get open() {
    return this.#channel.readyState === "open";
  }

  /**
   * Tells the other side something, in the order of the calls.
   *
   * @param {string} topic
   * @param {unknown} payload a JSON value
   * @returns {boolean} false when it was not sent: the channel is not open, too much waits in it, or the message is too long
   */
  tell(topic, payload) {
    if (!this.open || this.#channel.bufferedAmount > MOST_WAITING) return false;
    const message = JSON.stringify({ [topic]: payload });
    if (message.length > LONGEST) return false;
    this.#channel.send(message);
    return true;
  }

  /** Lets go of a connection that is gone. */
  detach() {
    this.#life.abort();
  }

  #begin() {
    this.tell("version", { v: VERSION });
    this.dispatchEvent(new CustomEvent("open"));
  }

  /** @param {unknown} data */
  #receive(data) {
    const told = typeof data === "string" && data.length <= LONGEST ? readTold(data) : null;
    if (this.#understood === undefined) this.#meet(told);
    else if (this.#understood && told) this.dispatchEvent(new CustomEvent("told", { detail: told }));
  }

  /** @param {Told | null} told the first message of the other side */
  #meet(told) {
    this.#understood = told?.topic === "version" && /** @type {any} */ (told.payload)?.v === VERSION;
    if (!this.#understood) this.dispatchEvent(new CustomEvent("foreign"));
  }
}

/**
 * Reads a message.
 *
 * @param {string} text
 * @returns {Told | null} null when it is none
 */
export function readTold(text) {
  try {
    const [[topic, payload], ...more] = Object.entries(JSON.parse(text));
    return TOPIC.test(topic) && more.length === 0 ? { topic, payload } : null;
  } catch {
    return null;
  }
}
