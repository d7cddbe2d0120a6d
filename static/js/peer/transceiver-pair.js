/**
 * An audio and a video transceiver: the first pair is microphone and camera, the second the screen. One side creates a pair, the
 * other adopts it; both stay `sendrecv` and use `replaceTrack`, so that muting or another camera needs no negotiation.
 */

import { silentTrack } from "./silent-track.js";

/** @typedef {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} Tracks */
/** @typedef {"audio" | "video"} Kind */
/** @typedef {"audio" | "video" | "screen"} MediaPart microphone, camera, shared screen */
/** @typedef {0 | 1} PairIndex 0: camera and microphone, 1: screen and its sound */

/** @type {readonly Kind[]} */
const KINDS = ["audio", "video"];

/** @type {Readonly<Tracks>} */
export const NO_TRACKS = Object.freeze({ audio: null, video: null });

/** A held pair sends after this long at the latest: the other side may not say that it has set the answer. */
const HELD_AT_MOST_MS = 3_000;

export class TransceiverPair {
  /** @type {Record<Kind, RTCRtpTransceiver | null>} */
  #transceivers = { audio: null, video: null };
  /** One stream for both tracks, so that the receiver keeps them in sync. */
  #stream = new MediaStream();
  /** @type {Tracks} */
  #tracks;
  #index;
  #picturePaused = false;
  #held = false;
  /** Sent in place of the track of that kind. @type {Record<Kind, MediaStreamTrack | null>} */
  #substitutes = { audio: null, video: null };
  /** @type {Record<Kind, MediaStreamTrack | null>} the last arguments of `replaceTrack` */
  #requested = { audio: null, video: null };

  /** @param {Tracks} tracks @param {PairIndex} place */
  constructor(tracks, place) {
    this.#tracks = tracks;
    this.#index = place;
  }

  get made() {
    return this.#transceivers.video !== null;
  }

  /** @returns {Readonly<Record<Kind, RTCRtpTransceiver | null>>} */
  get transceivers() {
    return this.#transceivers;
  }

  /** Creates the pair, on the side that offers it first. @param {RTCPeerConnection} connection */
  make(connection) {
    for (const kind of KINDS) {
      const init = { direction: /** @type {const} */ ("sendrecv"), streams: [this.#stream] };
      this.#transceivers[kind] = connection.addTransceiver(kind, init);
    }
    this.#applyTracks();
  }

  /**
   * Adopts the pair of the remote offer just set, if there is one and none yet.
   * @param {RTCPeerConnection} connection @param {{hold?: boolean}} [options] hold: it sends nothing before `release`
   */
  adopt(connection, { hold = false } = {}) {
    const before = this.made;
    for (const kind of KINDS) {
      if (this.#transceivers[kind] !== null) continue;
      const found = ofKind(connection, kind)[this.#index];
      if (found === undefined) continue;
      found.direction = "sendrecv";
      found.sender.setStreams?.(this.#stream);
      this.#transceivers[kind] = found;
    }
    if (hold && this.made && !before) {
      this.#held = true;
      setTimeout(() => this.release(), HELD_AT_MOST_MS);
    }
    this.#applyTracks();
  }

  /** The other side is ready for what this pair sends. */
  release() {
    this.#held = false;
    this.#applyTracks();
  }

  /** @param {Tracks} tracks */
  setTracks(tracks) {
    this.#tracks = tracks;
    this.#applyTracks();
  }

  /** Sends another track wherever there is one to send. @param {Kind} kind @param {MediaStreamTrack | null} track null: the track itself */
  substitute(kind, track) {
    this.#substitutes[kind] = track;
    this.#applyTracks();
  }

  /**
   * Sends no picture, whatever the tracks are. Sound goes on: the times of its packets stand still in a sender without a track, and the
   * receiver would delay all that follows to match the picture.
   * @param {boolean} paused
   */
  pausePicture(paused) {
    if (paused === this.#picturePaused) return;
    this.#picturePaused = paused;
    this.#applyTracks();
  }

  /** Sets a sender's track again: the encoder starts with a key frame. Never rejects. @param {Kind} kind */
  async refreshTrack(kind) {
    const sender = this.#transceivers[kind]?.sender;
    const track = this.#requested[kind];
    if (!sender || !track) return;
    await sender.replaceTrack(null).catch(() => {});
    if (this.#requested[kind] === track) await sender.replaceTrack(track).catch(() => {});
  }

  #applyTracks() {
    for (const kind of KINDS) {
      const sender = this.#transceivers[kind]?.sender;
      const track = this.#held ? null : this.#trackFor(kind);
      // `sender.track` follows only when the browser gets round to it.
      if (!sender || this.#requested[kind] === track) continue;
      this.#requested[kind] = track;
      // It rejects only on a connection that was closed meanwhile.
      sender.replaceTrack(track).catch(() => {});
    }
  }

  /** @param {Kind} kind */
  #trackFor(kind) {
    if (kind === "video" && this.#picturePaused) return null;
    const track = this.#tracks[kind];
    if (track !== null) return this.#substitutes[kind] ?? track;
    return kind === "audio" && this.#requested.audio !== null ? silentTrack() : null;
  }
}

/** @param {RTCPeerConnection} connection @param {RTCRtpTransceiver} transceiver @returns {PairIndex | null} null: neither pair */
export function pairIndexOf(connection, transceiver) {
  const { kind } = transceiver.receiver.track;
  const index = ofKind(connection, kind).indexOf(transceiver);
  return index === 0 || index === 1 ? index : null;
}

/** @param {RTCPeerConnection} connection @param {string} kind @returns {RTCRtpTransceiver[]} */
function ofKind(connection, kind) {
  return connection.getTransceivers().filter(({ receiver }) => receiver.track.kind === kind);
}
