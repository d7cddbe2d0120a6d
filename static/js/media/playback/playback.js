/** Plays remote streams, and detects when autoplay of audio is blocked. */

import { Emitter } from "../../lib/emitter.js";

/**
 * @typedef {object} PlaybackEvents
 * @property {void} refused a stream plays muted until `resumeSound()` is called from a user gesture
 * @property {void} resumed no stream is muted any more
 */

/** @extends {Emitter<PlaybackEvents>} */
export class Playback extends Emitter {
  /** @type {Set<HTMLMediaElement>} */
  #refused = new Set();

  /** Plays a stream, muted if autoplay is blocked. @param {HTMLMediaElement} element @param {MediaStream} stream @returns {Promise<void>} */
  async playStream(element, stream) {
    if (element.srcObject !== stream) element.srcObject = stream;
    try {
      await element.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      element.muted = true;
      this.#refused.add(element);
      this.emit("refused");
      await element.play().catch(() => {});
    }
  }

  /** Unmutes; call it from a user gesture. @returns {Promise<void>} */
  async resumeSound() {
    const elements = [...this.#refused];
    this.#refused.clear();
    for (const element of elements) {
      element.muted = false;
      if (element.srcObject instanceof MediaStream) await this.playStream(element, element.srcObject);
    }
    if (this.#refused.size === 0) this.emit("resumed");
  }
}
