/** The connection's own messages over the control channel, checked here. Other topics pass unread to their features. */

import { Emitter } from "../lib/emitter.js";
import { ControlChannel } from "./control-channel.js";
import { NOTHING } from "../gate/topic.js";
import { checkPeerMessage } from "./messages.js";

/** @import { Gate, PeerGate } from "../gate/gate.js" */
/** @import { Message } from "./control-channel.js" */
/** @import { PeerMessage } from "./messages.js" */
/** @import { Tracks } from "./transceiver-pair.js" */
/** @typedef {{audio: boolean, video: boolean}} MediaState whether each is sent */

/** Pings a minute that are answered: an honest peer sends four a second at most. */
export const PONGS_PER_MINUTE = 300;
/** Descriptions and candidates, on up to three ways at once. */
const SIGNALS_PER_MINUTE = 1_200;
const STATES_PER_MINUTE = 120;

const ANYTHING = () => true;
/** What each topic costs beyond this, `PeerLink` says: it knows what a signal makes it do. */
const OPTIONS = Object.freeze({
  signal: { read: checkPeerMessage, perMinute: SIGNALS_PER_MINUTE, creates: { descriptions: (/** @type {PeerMessage} */ { description }) => (description ? 1 : 0) } },
  media: { read: readMedia, perMinute: STATES_PER_MINUTE, creates: NOTHING, latest: true },
  screen: { read: readScreen, perMinute: STATES_PER_MINUTE, creates: NOTHING, latest: true },
  ping: { read: ANYTHING, perMinute: PONGS_PER_MINUTE, creates: NOTHING },
  pong: { read: ANYTHING, perMinute: PONGS_PER_MINUTE, creates: NOTHING },
  bye: { read: ANYTHING, perMinute: STATES_PER_MINUTE, creates: NOTHING },
});
export const TOPICS = Object.freeze(/** @type {(keyof typeof OPTIONS)[]} */ (Object.keys(OPTIONS)));

/** Opens the topics of all connections, once for each gate. @param {Gate} gate */
export function openConnectionTopics(gate) {
  for (const name of TOPICS) gate.open(name, /** @type {any} */ (OPTIONS[name]));
}

/**
 * @typedef {object} ConnectionMessagesEvents
 * @property {void} open `send` now reaches the peer
 * @property {void} version-mismatch the peer speaks another version of the protocol
 * @property {void} ended the peer closed the channel
 * @property {void} flooding the peer sends more than any honest one
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
  #gate;

  /** @param {RTCPeerConnection} connection @param {PeerGate} gate @param {AbortSignal} signal aborted when the connection is disposed of */
  constructor(connection, gate, signal) {
    super();
    this.#gate = gate;
    const control = new ControlChannel(connection, gate.spend);
    control.on("flooding", () => this.emit("flooding"), { signal });
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
    const own = TOPICS.find((one) => one === topic);
    if (own === undefined) return this.emit("message", { topic, payload });
    this.#gate.pass(own, payload, (message) => this.#onOwnMessage(own, message));
  }

  /** @param {typeof TOPICS[number]} topic @param {any} message */
  #onOwnMessage(topic, message) {
    if (topic === "bye") this.emit("bye");
    else if (topic === "signal") this.emit("signal", { message });
    else if (topic === "media") this.emit("media", message);
    else if (topic === "screen") this.emit("screen", message);
    // That a pong came is all it says.
    else if (topic === "ping") this.send("pong", true);
  }
}

/** @param {any} payload @returns {MediaState} */
function readMedia(payload) {
  return { audio: payload?.audio === true, video: payload?.video === true };
}

/** @param {any} payload @returns {{shares: boolean}} */
function readScreen(payload) {
  return { shares: payload?.video === true };
}
