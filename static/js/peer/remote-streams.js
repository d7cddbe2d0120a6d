/** What a peer sends: a stream for camera and microphone, one for the screen; both outlive RTCPeerConnections. */

import { pairIndexOf } from "./transceiver-pair.js";

export class RemoteStreams {
  stream = new MediaStream();
  sharesScreen = false;
  #screen = new MediaStream();

  /** @returns {MediaStream | null} null until the peer has announced the screen and its track is there */
  get screen() {
    return this.sharesScreen && this.#screen.getVideoTracks().length > 0 ? this.#screen : null;
  }

  /**
   * @param {RTCPeerConnection} connection @param {RTCTrackEvent} event
   * @returns {MediaStream | null} the stream that the track was added to; null for a track of neither pair
   */
  addTrack(connection, { track, transceiver }) {
    const place = pairIndexOf(connection, transceiver);
    if (place === null) return null;
    const stream = place === 0 ? this.stream : this.#screen;
    for (const other of stream.getTracks()) if (other.kind === track.kind) stream.removeTrack(other);
    stream.addTrack(track);
    return stream;
  }

  /** Removes all tracks: their RTCPeerConnection is gone. */
  clear() {
    this.sharesScreen = false;
    for (const stream of [this.stream, this.#screen]) {
      for (const track of stream.getTracks()) stream.removeTrack(track);
    }
  }
}
