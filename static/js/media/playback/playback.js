/** Plays remote streams, and notices when the browser refuses sound before the person has touched the page. */

import { Emitter } from "../../lib/emitter.js";

/**
 * @typedef {object} PlaybackEvents
 * @property {void} refused a stream plays silently until `resumeSound()` is called from a gesture: offer "press to hear"
 * @property {void} resumed everything is heard
 */

/** @extends {Emitter<PlaybackEvents>} */
export class Playback extends Emitter {
  /** @type {Set<HTMLMediaElement>} */
  #refused = new Set();

  /**
   * Plays a stream in an element. Where sound is refused, the picture still plays, muted.
   * @param {HTMLMediaElement} element
   * @param {MediaStream} stream
   * @returns {Promise<void>} never rejects
   */
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

  /** Gives the sound back; to be called from a gesture. @returns {Promise<void>} */
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
