/**
 * What a connection itself tells its other end over the control channel, and hears from it. Everything heard is checked
 * here; what belongs to a topic of somebody else is handed on as it came.
 */

import { Emitter } from "../lib/emitter.js";
import { ControlChannel } from "./control-channel.js";
import { RateLimiter } from "../lib/rate-limiter.js";
import { checkPeerMessage } from "./messages.js";

/** @import { Message } from "./control-channel.js" */
/** @import { PeerMessage } from "./messages.js" */
/** @import { Tracks } from "./transceiver-pair.js" */
/** @typedef {{audio: boolean, video: boolean}} MediaState whether each is sent */

/** The topics that are the connection's own. */
export const TOPICS = Object.freeze(["signal", "media", "screen", "ping", "pong", "bye"]);
/** Questions a minute that are answered: an honest side asks four a second at most. */
export const PONGS_PER_MINUTE = 300;

/**
 * @typedef {object} ConnectionMessagesEvents
 * @property {void} open from now on `send` reaches the other side
 * @property {void} version-mismatch the other side speaks another version
 * @property {void} ended the channel was closed from the other side
 * @property {void} bye the other side leaves
 * @property {{message: PeerMessage}} signal checked
 * @property {MediaState} media what the other side says it sends
 * @property {{shares: boolean}} screen whether the other side says it shares its screen
 * @property {Message} message of a topic that is not the connection's own; payload is not checked
 */

/** @extends {Emitter<ConnectionMessagesEvents>} */
export class ConnectionMessages extends Emitter {
  #control;
  #sentMediaState = "";
  #sentScreenState = false;
  #pongLimiter = new RateLimiter(PONGS_PER_MINUTE);

  /**
   * @param {RTCPeerConnection} connection
   * @param {AbortSignal} signal when the connection is let go of
   */
  constructor(connection, signal) {
    super();
    const control = new ControlChannel(connection);
    control.on("open", () => this.emit("open"), { signal });
    control.on("version-mismatch", () => this.emit("version-mismatch"), { signal });
    control.on("ended", () => this.emit("ended"), { signal });
    control.on("message", (message) => this.#onMessage(message), { signal });
    signal.addEventListener("abort", () => control.detach());
    this.#control = control;
  }

  /** Whether the other side can be told anything. */
  get open() {
    return this.#control.open;
  }

  /**
   * Tells the other side something.
   * @param {string} topic
   * @param {unknown} payload a JSON value
   * @returns {boolean} false when it was not sent
   */
  send(topic, payload) {
    return this.#control.send(topic, payload);
  }

  /** Says what is sent, if it was not said yet. @param {Tracks} tracks */
  sendMediaState({ audio, video }) {
    const media = { audio: audio?.enabled ?? false, video: video?.enabled ?? false };
    const words = JSON.stringify(media);
    if (words !== this.#sentMediaState && this.send("media", media)) this.#sentMediaState = words;
  }

  /** Says whether a screen is shared, if it was not said yet. @param {Tracks} screen */
  sendScreenState(screen) {
    const shares = screen.video !== null;
    if (shares !== this.#sentScreenState && this.send("screen", { video: shares })) this.#sentScreenState = shares;
  }

  /** Asks for a sign of life. */
  ping() {
    this.send("ping", true);
  }

  /** @param {Message} message */
  #onMessage({ topic, payload }) {
    switch (topic) {
      case "bye":
        return this.emit("bye");
      case "signal":
        return this.#onSignal(checkPeerMessage(payload));
      case "media":
        return this.emit("media", { audio: payload?.audio === true, video: payload?.video === true });
      case "screen":
        return this.emit("screen", { shares: payload?.video === true });
      case "ping":
        return this.#pongLimiter.consume() ? this.send("pong", true) : false;
      case "pong":
        return; // that it came is all it says
      default:
        this.emit("message", { topic, payload });
    }
  }

  /** @param {PeerMessage | null} message */
  #onSignal(message) {
    if (message !== null) this.emit("signal", { message });
  }
}
