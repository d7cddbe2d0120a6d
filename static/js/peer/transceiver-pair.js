/**
 * A pair of transceivers of a connection, audio and video: the first pair carries microphone and camera, the second the
 * screen with its sound. One side makes a pair, the other takes over the one that came with the offer, and nothing but
 * `replaceTrack` happens to it afterwards: muting, switching a camera or sharing the screen again needs no negotiation.
 * That is why both are `sendrecv` even when there is nothing to send: a sender without a track sends nothing.
 */

/** @typedef {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} Tracks */
/** @typedef {"audio" | "video"} Kind */
/** @typedef {0 | 1} PairIndex which pair of a connection: 0 camera and microphone, 1 screen and its sound */

/** @type {readonly Kind[]} */
const KINDS = ["audio", "video"];

/** @type {Readonly<Tracks>} */
export const NO_TRACKS = Object.freeze({ audio: null, video: null });

export class TransceiverPair {
  /** @type {Record<Kind, RTCRtpTransceiver | null>} */
  #transceivers = { audio: null, video: null };
  /** Both tracks belong to one stream, so that the receiver keeps lips and voice together. */
  #stream = new MediaStream();
  /** @type {Tracks} */
  #tracks;
  #index;
  #paused = false;
  /** @type {Record<Kind, MediaStreamTrack | null>} what the senders were last asked to send */
  #requested = { audio: null, video: null };

  /**
   * @param {Tracks} tracks what is sent first
   * @param {PairIndex} place
   */
  constructor(tracks, place) {
    this.#tracks = tracks;
    this.#index = place;
  }

  /** The pair is there on this side. */
  get made() {
    return this.#transceivers.video !== null;
  }

  /** @returns {Readonly<Record<Kind, RTCRtpTransceiver | null>>} */
  get transceivers() {
    return this.#transceivers;
  }

  /**
   * Makes the pair, for the side that offers it first.
   * @param {RTCPeerConnection} connection with as many pairs as come before this one
   */
  make(connection) {
    for (const kind of KINDS) {
      const init = { direction: /** @type {const} */ ("sendrecv"), streams: [this.#stream] };
      this.#transceivers[kind] = connection.addTransceiver(kind, init);
    }
    this.#applyTracks();
  }

  /**
   * Takes over the pair of a remote offer that has just been set, if it has one and there is none yet.
   * @param {RTCPeerConnection} connection
   */
  adopt(connection) {
    for (const kind of KINDS) {
      if (this.#transceivers[kind] !== null) continue;
      const found = ofKind(connection, kind)[this.#index];
      if (found === undefined) continue;
      found.direction = "sendrecv";
      found.sender.setStreams?.(this.#stream);
      this.#transceivers[kind] = found;
    }
    this.#applyTracks();
  }

  /** Changes what is sent. @param {Tracks} tracks */
  setTracks(tracks) {
    this.#tracks = tracks;
    this.#applyTracks();
  }

  /** @param {boolean} paused nothing is sent, whatever the tracks are */
  pause(paused) {
    if (paused === this.#paused) return;
    this.#paused = paused;
    this.#applyTracks();
  }

  /**
   * Hands a sender its track once more: it begins anew, with a picture that stands for itself.
   * @param {Kind} kind
   * @returns {Promise<void>} never rejects
   */
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
      const track = this.#paused ? null : this.#tracks[kind];
      // What was asked for last counts: `sender.track` follows only when the browser has got round to it.
      if (!sender || this.#requested[kind] === track) continue;
      this.#requested[kind] = track;
      // It rejects only on a connection that has been closed meanwhile: there is nothing left to send to.
      sender.replaceTrack(track).catch(() => {});
    }
  }
}

/**
 * Tells which pair a transceiver belongs to.
 * @param {RTCPeerConnection} connection
 * @param {RTCRtpTransceiver} transceiver
 * @returns {PairIndex | null} null for one that belongs to no pair
 */
export function pairIndexOf(connection, transceiver) {
  const { kind } = transceiver.receiver.track;
  const index = ofKind(connection, kind).indexOf(transceiver);
  return index === 0 || index === 1 ? index : null;
}

/**
 * @param {RTCPeerConnection} connection
 * @param {string} kind
 * @returns {RTCRtpTransceiver[]} in the order of their making
 */
function ofKind(connection, kind) {
  return connection.getTransceivers().filter(({ receiver }) => receiver.track.kind === kind);
}
