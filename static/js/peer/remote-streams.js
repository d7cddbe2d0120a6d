/**
 * What the other side sends: one stream for camera and microphone, one for the screen and its sound, the same ones for
 * the whole life of a connection, whatever happens to the RTCPeerConnection underneath.
 */

import { pairIndexOf } from "./transceiver-pair.js";

export class RemoteStreams {
  /** Camera and microphone. */
  stream = new MediaStream();
  /** Whether the other side says that it shares a screen. */
  sharesScreen = false;
  #screen = new MediaStream();

  /** @returns {MediaStream | null} what the other side shares, once it has said so and the track is there */
  get screen() {
    return this.sharesScreen && this.#screen.getVideoTracks().length > 0 ? this.#screen : null;
  }

  /**
   * Takes a remote track.
   * @param {RTCPeerConnection} connection
   * @param {RTCTrackEvent} event
   * @returns {MediaStream | null} where it went; null for one that belongs nowhere
   */
  addTrack(connection, { track, transceiver }) {
    const place = pairIndexOf(connection, transceiver);
    if (place === null) return null;
    const stream = place === 0 ? this.stream : this.#screen;
    for (const other of stream.getTracks()) if (other.kind === track.kind) stream.removeTrack(other);
    stream.addTrack(track);
    return stream;
  }

  /** The RTCPeerConnection is gone: nothing of it is kept. */
  clear() {
    this.sharesScreen = false;
    for (const stream of [this.stream, this.#screen]) {
      for (const track of stream.getTracks()) stream.removeTrack(track);
    }
  }
}
