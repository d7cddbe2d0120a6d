/**
 * The data channel that every connection has (negotiated, id 0): what two peers tell each other without the server.
 *
 * One JSON object a message: `{"media": {"audio": true, "video": false}}` what the sender sends at the moment, and
 * `{"bye": true}` it has left. Unknown fields are ignored.
 *
 * @module
 */

/** @typedef {{audio: boolean, video: boolean}} MediaState whether something is to be heard and seen */

const LONGEST = 1_024;

/**
 * Events, all `CustomEvent`:
 * - `media` {@link MediaState}: the other side says what it sends
 * - `bye`: the other side has left
 * - `ended`: the channel was closed from the other side
 */
export class ControlChannel extends EventTarget {
  #channel;
  #life = new AbortController();
  /** @type {MediaState} */
  #media;

  /**
   * @param {RTCPeerConnection} connection
   * @param {MediaState} media told as soon as the channel opens
   */
  constructor(connection, media) {
    super();
    this.#media = media;
    this.#channel = connection.createDataChannel("control", { negotiated: true, id: 0 });
    const { signal } = this.#life;
    this.#channel.addEventListener("open", () => this.#send({ media: this.#media }), { signal });
    this.#channel.addEventListener("message", ({ data }) => this.#receive(data), { signal });
    this.#channel.addEventListener("close", () => this.dispatchEvent(new CustomEvent("ended")), { signal });
  }

  /**
   * Tells the other side what is sent, now or when the channel opens.
   *
   * @param {MediaState} media
   */
  setMedia(media) {
    if (media.audio === this.#media.audio && media.video === this.#media.video) return;
    this.#media = media;
    this.#send({ media });
  }

  /** Says goodbye and lets go. */
  leave() {
    this.#send({ bye: true });
    this.detach();
  }

  /** Lets go of a connection that is gone. */
  detach() {
    this.#life.abort();
  }

  /** @param {object} message */
  #send(message) {
    if (this.#channel.readyState === "open") this.#channel.send(JSON.stringify(message));
  }

  /** @param {unknown} data */
  #receive(data) {
    if (typeof data !== "string" || data.length > LONGEST) return;
    const { bye, media } = parse(data);
    if (bye === true) this.dispatchEvent(new CustomEvent("bye"));
    if (typeof media !== "object" || media === null) return;
    const detail = { audio: media.audio === true, video: media.video === true };
    this.dispatchEvent(new CustomEvent("media", { detail }));
  }
}

/**
 * @param {string} text
 * @returns {any} an object
 */
function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
