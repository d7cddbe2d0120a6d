/** The connection's own messages over the control channel, checked here. Other topics pass unread to their features. */

import { Emitter } from "../lib/emitter.js";
import { ControlChannel } from "./control-channel.js";
import { RateLimiter } from "../lib/rate-limiter.js";
import { checkPeerMessage } from "./messages.js";

/** @import { Message } from "./control-channel.js" */
/** @import { PeerMessage } from "./messages.js" */
/** @import { Tracks } from "./transceiver-pair.js" */
/** @typedef {{audio: boolean, video: boolean}} MediaState whether each is sent */

export const TOPICS = Object.freeze(["signal", "media", "screen", "ping", "pong", "bye"]);
/** Pings a minute that are answered: an honest peer sends four a second at most. */
export const PONGS_PER_MINUTE = 300;

/**
 * @typedef {object} ConnectionMessagesEvents
 * @property {void} open `send` now reaches the peer
 * @property {void} version-mismatch the peer speaks another version of the protocol
 * @property {void} ended the peer closed the channel
 * @property {void} bye the peer is leaving
 * @property {{message: PeerMessage}} signal checked
 * @property {MediaState} media what the peer says it sends
 * @property {{shares: boolean}} screen whether the peer says it shares its screen
 * @property {Message} message of a topic that is not the connection's own; payload is not checked
 */

/** @extends {Emitter<ConnectionMessagesEvents>} */
export class ConnectionMessages extends Emitter {
  #control;
  #sentMediaState = "";
  #sentScreenState = false;
  #pongLimiter = new RateLimiter(PONGS_PER_MINUTE);

  /** @param {RTCPeerConnection} connection @param {AbortSignal} signal aborted when the connection is disposed of */
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

  get open() {
    return this.#control.open;
  }

  /** As in `ControlChannel`. @param {string} topic @param {unknown} payload @param {boolean} [patient] @returns {boolean} */
  send(topic, payload, patient) {
    return this.#control.send(topic, payload, patient);
  }

  /** Sends what changed since the last call. @param {Tracks} tracks */
  sendMediaState({ audio, video }) {
    const media = { audio: audio?.enabled ?? false, video: video?.enabled ?? false };
    const state = JSON.stringify(media);
    if (state !== this.#sentMediaState && this.send("media", media)) this.#sentMediaState = state;
  }

  /** @param {Tracks} screen */
  sendScreenState(screen) {
    const shares = screen.video !== null;
    if (shares !== this.#sentScreenState && this.send("screen", { video: shares })) this.#sentScreenState = shares;
  }

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
