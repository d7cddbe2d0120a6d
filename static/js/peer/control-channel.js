/**
 * The data channel that every connection has (negotiated, id 0): what two peers tell each other without the server.
 *
 * One JSON object a message, with one field: the topic, whose value is what is told (docs/protocol.md lists the topics).
 * Topics that nobody listens to are ignored. Whoever listens to a topic checks what came.
 *
 * @module
 */

/** Characters of one message; a session description with everything in it fits. */
export const LONGEST = 65_536;
const TOPIC = /^[a-z][a-z-]{0,31}$/;

/**
 * Events, all `CustomEvent`:
 * - `open`: from now on `tell` reaches the other side
 * - `told` {topic, payload}: payload is any JSON value, not checked
 * - `ended`: the channel was closed from the other side
 */
export class ControlChannel extends EventTarget {
  #channel;
  #life = new AbortController();

  /** @param {RTCPeerConnection} connection */
  constructor(connection) {
    super();
    this.#channel = connection.createDataChannel("control", { negotiated: true, id: 0 });
    const { signal } = this.#life;
    this.#channel.addEventListener("open", () => this.dispatchEvent(new CustomEvent("open")), { signal });
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
   * @returns {boolean} false when it was not sent: the channel is not open, or the message is too long
   */
  tell(topic, payload) {
    if (!this.open) return false;
    const message = JSON.stringify({ [topic]: payload });
    if (message.length > LONGEST) return false;
    this.#channel.send(message);
    return true;
  }

  /** Lets go of a connection that is gone. */
  detach() {
    this.#life.abort();
  }

  /** @param {unknown} data */
  #receive(data) {
    const told = typeof data === "string" && data.length <= LONGEST ? read(data) : null;
    if (told) this.dispatchEvent(new CustomEvent("told", { detail: told }));
  }
}

/**
 * @param {string} text
 * @returns {{topic: string, payload: unknown} | null}
 */
function read(text) {
  try {
    const [[topic, payload], ...more] = Object.entries(JSON.parse(text));
    return TOPIC.test(topic) && more.length === 0 ? { topic, payload } : null;
  } catch {
    return null;
  }
}
