/**
 * The one pair of transceivers of a connection: audio, then video. The offerer makes them, the answerer takes over the
 * ones that came with the offer, and nothing but `replaceTrack` happens to them afterwards: muting, switching a camera
 * or plugging one in later needs no negotiation. That is why they are `sendrecv` even when there is no device: a sender
 * without a track sends nothing.
 *
 * @module
 */

/** @typedef {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} Tracks */
/** @typedef {"audio" | "video"} Kind */

/** @type {readonly Kind[]} */
const KINDS = ["audio", "video"];

export class MediaPair {
  /** @type {Record<Kind, RTCRtpTransceiver | null>} */
  #transceivers = { audio: null, video: null };
  /** Both tracks belong to one stream, so that the receiver keeps lips and voice together. */
  #stream = new MediaStream();
  /** @type {Tracks} */
  #tracks;

  /** @param {Tracks} tracks what is sent first */
  constructor(tracks) {
    this.#tracks = tracks;
  }

  /**
   * Makes the pair, for the offerer.
   *
   * @param {RTCPeerConnection} connection without transceivers
   */
  make(connection) {
    for (const kind of KINDS) {
      const init = { direction: /** @type {const} */ ("sendrecv"), streams: [this.#stream] };
      this.#transceivers[kind] = connection.addTransceiver(kind, init);
    }
    this.#place();
  }

  /**
   * Takes over the pair of a remote offer that has just been set, for the answerer. Does nothing at later offers.
   *
   * @param {RTCPeerConnection} connection
   */
  adopt(connection) {
    for (const kind of KINDS) {
      if (this.#transceivers[kind] !== null) continue;
      const found = connection.getTransceivers().find(({ receiver }) => receiver.track.kind === kind);
      if (found === undefined) continue;
      found.direction = "sendrecv";
      found.sender.setStreams?.(this.#stream);
      this.#transceivers[kind] = found;
    }
    this.#place();
  }

  /**
   * Changes what is sent.
   *
   * @param {Tracks} tracks
   */
  setTracks(tracks) {
    this.#tracks = tracks;
    this.#place();
  }

  #place() {
    for (const kind of KINDS) {
      const sender = this.#transceivers[kind]?.sender;
      const track = this.#tracks[kind];
      // It rejects only on a connection that has been closed meanwhile: there is nothing left to send to.
      if (sender && sender.track !== track) sender.replaceTrack(track).catch(() => {});
    }
  }
}
