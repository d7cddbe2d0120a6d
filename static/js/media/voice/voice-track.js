/** The track of the microphone that is sent: as it was opened, or without its noise where the person wishes that. */

import { Emitter } from "../../lib/emitter.js";
import { SCRIPTS } from "../../lib/script-folder.js";

/** @import { NoiseFilter } from "./noise-filter.js" */

/**
 * @typedef {object} VoiceTrackEvents
 * @property {void} changed `track` is another one
 * @property {void} failed the noise cannot be taken here
 */

/** @extends {Emitter<VoiceTrackEvents>} */
export class VoiceTrack extends Emitter {
  /** @type {MediaStreamTrack | null} */
  #opened = null;
  /** @type {NoiseFilter | null} */
  #filter = null;
  /** For which it is being loaded. @type {MediaStreamTrack | null} */
  #loading = null;

  /** @returns {MediaStreamTrack | null} */
  get track() {
    return this.filtered ? this.#filter?.track ?? null : this.#opened;
  }

  get filtered() {
    return this.#filter?.runs === true;
  }

  /** @param {MediaStreamTrack | null} opened what is on and off with it @param {boolean} quiet whether to take the noise */
  follow(opened, quiet) {
    if (opened !== this.#opened || !quiet) {
      this.#filter?.close();
      this.#filter = this.#loading = null;
    }
    this.#opened = opened;
    if (quiet && opened && !this.#filter && this.#loading !== opened) void this.#load(opened);
    if (this.#filter && opened) this.#filter.track.enabled = opened.enabled;
  }

  /** @param {MediaStreamTrack} opened */
  async #load(opened) {
    this.#loading = opened;
    try {
      const { NoiseFilter } = await import("./noise-filter.js");
      const filter = await NoiseFilter.open(opened, { scripts: SCRIPTS, onChanged: () => this.emit("changed") });
      if (this.#loading !== opened) return filter.close();
      this.#filter = filter;
      filter.track.enabled = opened.enabled;
      this.emit("changed");
    } catch {
      if (this.#loading === opened) this.emit("failed");
    } finally {
      if (this.#loading === opened) this.#loading = null;
    }
  }
}
