/** The media of a connection to one peer, while RTCPeerConnections are replaced. `PeerLink` adds negotiation and recovery. */

import { Emitter } from "../lib/emitter.js";
import { RemoteStreams } from "./remote-streams.js";
import { NO_TRACKS } from "./transceiver-pair.js";

/** @import { MediaState } from "./connection-messages.js" */
/** @import { Message } from "./control-channel.js" */
/** @import { MediaPart, Tracks } from "./transceiver-pair.js" */
/** @import { Transport } from "./transport.js" */
/** @import { PeerState } from "./watchdog.js" */

/**
 * @typedef {object} PeerLinkEvents
 * @property {{state: PeerState, reason?: string}} state interrupted: was connected, is recovering; refused: for good, reason
 *   `certificate` (not the pinned one), `version`, or what `refuse` was given; closed: the peer left, or `close()` was called
 * @property {void} closed-remotely without a `bye`: the peer is gone or has restarted; the state is interrupted
 * @property {void} unresponsive a ping was not answered at once; the connection may turn out to be interrupted
 * @property {{track: MediaStreamTrack, kind: string}} track a remote track, already in `remoteStream`
 * @property {{stream: MediaStream | null}} screen null: sharing has ended; otherwise always the same stream
 * @property {void} sending transceivers were created; see `transceivers`
 * @property {{stream: MediaStream}} tracks-changed tracks of `remoteStream` were added, removed, muted or unmuted
 * @property {MediaState} media what the peer says it sends
 * @property {void} channel-open the control channel is open, for the first time or again; earlier messages may be lost
 * @property {Message} message of a topic that is not this class's own; payload is not checked
 */

/** @extends {Emitter<PeerLinkEvents>} */
export class MediaLink extends Emitter {
  #remote = new RemoteStreams();
  #polite;
  #tracks;
  #screen;
  /** Set by `attachMedia`, which a subclass calls in its constructor. */
  #transport = /** @type {Transport} */ (/** @type {unknown} */ (null));
  /** @type {MediaStream | null} */
  #shownScreen = null;

  /** @param {{polite: boolean, tracks?: Tracks, screen?: Tracks}} options */
  constructor({ polite, tracks = NO_TRACKS, screen = NO_TRACKS }) {
    super();
    this.#polite = polite;
    this.#tracks = tracks;
    this.#screen = screen;
  }

  /** The peer's camera and microphone: one stream for the whole life of this object. */
  get remoteStream() {
    return this.#remote.stream;
  }

  get screen() {
    return this.#remote.screen;
  }

  /** What a new transport sends first. */
  get outgoingTracks() {
    return { tracks: this.#tracks, screen: this.#screen };
  }

  /** Null until made. @returns {Readonly<Record<"audio" | "video" | "screenAudio" | "screenVideo", RTCRtpTransceiver | null>>} */
  get transceivers() {
    const { pair, screen } = this.#transport;
    return { ...pair.transceivers, screenAudio: screen.transceivers.audio, screenVideo: screen.transceivers.video };
  }

  /** Never negotiates. A disabled track counts as muted. @param {Tracks} tracks */
  setTracks(tracks) {
    this.#tracks = tracks;
    this.#transport.pair.setTracks(tracks);
    this.#transport.messages?.sendMediaState(tracks);
  }

  /** Shares a screen, or stops. Negotiates only the first time. @param {Tracks} screen */
  setScreen(screen) {
    this.#screen = screen;
    this.#transport.screen.setTracks(screen);
    this.#makeScreen();
    this.#transport.messages?.sendScreenState(screen);
  }

  /**
   * Sends another track in place of a picture, wherever there is a picture, until the connection is replaced.
   * @param {"camera" | "screen"} picture @param {MediaStreamTrack | null} track null: the picture itself
   */
  substitute(picture, track) {
    const { pair, screen } = this.#transport;
    (picture === "screen" ? screen : pair).substitute("video", track);
  }

  /** For a peer that gets nothing of a track, or cannot show it: restarts its encoder. Never rejects. @param {MediaPart} part */
  async refreshTrack(part) {
    const { pair, screen } = this.#transport;
    await (part === "screen" ? screen.refreshTrack("video") : pair.refreshTrack(part));
  }

  /** @protected @param {Transport} transport that carries the media from now on */
  attachMedia(transport) {
    this.#transport = transport;
    transport.on("track", (event) => this.#onTrack(event));
    transport.on("screen", ({ shares }) => this.#onScreenState(shares));
    transport.on("open", () => this.#onOpen());
  }

  /** @protected */
  clearMedia() {
    this.#remote.clear();
    this.#showScreen();
  }

  #onOpen() {
    this.#makeScreen();
    this.#transport.messages?.sendMediaState(this.#tracks);
    this.#transport.messages?.sendScreenState(this.#screen);
  }

  /** Only the impolite side adds the sections for screens, so that colliding offers never add them twice. */
  #makeScreen() {
    const wanted = this.#screen.video !== null || this.#remote.sharesScreen;
    if (wanted && !this.#polite) this.#transport.makeScreen();
  }

  /** @param {boolean} shares */
  #onScreenState(shares) {
    this.#remote.sharesScreen = shares;
    this.#makeScreen();
    this.#showScreen();
  }

  #showScreen() {
    const { screen } = this.#remote;
    if (screen === this.#shownScreen) return;
    this.#shownScreen = screen;
    this.emit("screen", { stream: screen });
  }

  /** @param {RTCTrackEvent} event */
  #onTrack(event) {
    const { track } = event;
    const stream = this.#remote.addTrack(this.#transport.connection, event);
    if (stream !== this.remoteStream) return this.#showScreen();
    const changed = () => this.emit("tracks-changed", { stream: this.remoteStream });
    const { signal } = this.#transport;
    for (const type of ["mute", "unmute", "ended"]) track.addEventListener(type, changed, { signal });
    this.emit("track", { track, kind: track.kind });
    changed();
  }
}
