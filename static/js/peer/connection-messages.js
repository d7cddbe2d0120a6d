/**
 * What a connection itself tells its other end over the control channel, and hears from it. Everything heard is checked
 * here; what belongs to a topic of somebody else is handed on as it came.
 *
 * @module
 */

import { ControlChannel } from "./control-channel.js";
import { Allowance, checkPeerMessage } from "./messages.js";

/** @typedef {import("./messages.js").PeerMessage} PeerMessage */
/** @typedef {import("./transceiver-pair.js").Tracks} Tracks */

/** The topics that are the connection's own. */
export const TOPICS = Object.freeze(["signal", "media", "screen", "ping", "pong", "bye"]);
/** Questions a minute that are answered: an honest side asks four a second at most. */
export const ANSWERS_PER_MINUTE = 300;

/**
 * Events, all `CustomEvent`:
 * - `open`: from now on `tell` reaches the other side
 * - `foreign`: the other side speaks another version
 * - `ended`: the channel was closed from the other side
 * - `bye`: the other side leaves
 * - `signal` {message}: checked
 * - `media` {audio, video}, `screen` {shares}: what the other side says it sends
 * - `told` {topic, payload}: of a topic that is not the connection's own; payload is not checked
 */
export class Talk extends EventTarget {
  #control;
  #toldMedia = "";
  #toldScreen = false;
  #answers = new Allowance(ANSWERS_PER_MINUTE);

  /**
   * @param {RTCPeerConnection} connection
   * @param {AbortSignal} signal when the connection is let go of
   */
  constructor(connection, signal) {
    super();
    const control = new ControlChannel(connection);
    for (const type of ["open", "foreign", "ended"]) control.addEventListener(type, () => this.#emit(type, {}), { signal });
    const heard = (/** @type {Event} */ event) => this.#heard(/** @type {CustomEvent} */ (event).detail);
    control.addEventListener("told", heard, { signal });
    signal.addEventListener("abort", () => control.detach());
    this.#control = control;
  }

  /** Whether the other side can be told anything. */
  get open() {
    return this.#control.open;
  }

  /**
   * Tells the other side something.
   *
   * @param {string} topic
   * @param {unknown} payload a JSON value
   * @returns {boolean} false when it was not sent
   */
  tell(topic, payload) {
    return this.#control.tell(topic, payload);
  }

  /**
   * Says what is sent, if it was not said yet.
   *
   * @param {Tracks} tracks
   */
  tellMedia({ audio, video }) {
    const media = { audio: audio?.enabled ?? false, video: video?.enabled ?? false };
    const words = JSON.stringify(media);
    if (words !== this.#toldMedia && this.tell("media", media)) this.#toldMedia = words;
  }

  /**
   * Says whether a screen is shared, if it was not said yet.
   *
   * @param {Tracks} screen
   */
  tellScreen(screen) {
    const shares = screen.video !== null;
    if (shares !== this.#toldScreen && this.tell("screen", { video: shares })) this.#toldScreen = shares;
  }

  /** Asks for a sign of life. */
  ask() {
    this.tell("ping", true);
  }

  /** @param {{topic: string, payload: any}} told */
  #heard({ topic, payload }) {
    switch (topic) {
      case "bye":
        return this.#emit("bye", {});
      case "signal":
        return this.#signalled(checkPeerMessage(payload));
      case "media":
        return this.#emit("media", { audio: payload?.audio === true, video: payload?.video === true });
      case "screen":
        return this.#emit("screen", { shares: payload?.video === true });
      case "ping":
        return this.#answers.take() ? this.tell("pong", true) : false;
      case "pong":
        return; // that it came is all it says
      default:
        this.#emit("told", { topic, payload });
    }
  }

  /** @param {PeerMessage | null} message */
  #signalled(message) {
    if (message !== null) this.#emit("signal", { message });
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
