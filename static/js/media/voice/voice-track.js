/** The track of the microphone that is sent: as it was opened, or without its noise where the person wishes that. */

import { Emitter } from "../../lib/emitter.js";
import { SCRIPTS } from "../../lib/script-folder.js";

/** @import { NoiseFilter } from "./noise-filter.js" */

/** After this long without a sound through it, the filter does not work here: a browser without any device for sound computes none. */
const SILENT_MS = 5_000;

/**
 * @typedef {object} VoiceTrackEvents
 * @property {void} changed `track` is another one
 * @property {{why: "failed" | "stopped"}} failed the noise cannot be taken here; stopped: the filter is there, and computes nothing
 */

/** @extends {Emitter<VoiceTrackEvents>} */
export class VoiceTrack extends Emitter {
  /** @type {MediaStreamTrack | null} */
  #opened = null;
  /** @type {NoiseFilter | null} */
  #filter = null;
  /** For which it is being loaded. @type {MediaStreamTrack | null} */
  #loading = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

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
      clearTimeout(this.#timer);
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
      const filter = await NoiseFilter.open(opened, { scripts: SCRIPTS, onChanged: () => this.#onChanged() });
      if (this.#loading !== opened) return filter.close();
      this.#filter = filter;
      filter.track.enabled = opened.enabled;
      this.#onChanged();
    } catch {
      if (this.#loading === opened) this.emit("failed", { why: "failed" });
    } finally {
      if (this.#loading === opened) this.#loading = null;
    }
  }

  #onChanged() {
    this.#awaitSound();
    this.emit("changed");
  }

  #awaitSound() {
    clearTimeout(this.#timer);
    if (this.#filter === null || this.filtered) return;
    this.#timer = setTimeout(() => {
      // Until a press of the person, some browsers keep it suspended.
      if (navigator.userActivation?.hasBeenActive === false) this.#awaitSound();
      else this.emit("failed", { why: "stopped" });
    }, SILENT_MS);
  }
}
