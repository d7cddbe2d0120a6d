/** How loud it is: of a local track by an analyser, of a remote one by what the browser measures anyway. */

import { Emitter } from "../../lib/emitter.js";

const EVERY_MS = 80;
/** −60 dBFS reads as silence, 0 dBFS as full. */
const FLOOR_DB = -60;

/**
 * @typedef {object} LevelMeterEvents
 * @property {{level: number}} level 0 to 1 on a scale of loudness, about twelve times a second while something changes
 */

/** @extends {Emitter<LevelMeterEvents>} */
export class LevelMeter extends Emitter {
  #context = new AudioContext();
  #analyser = this.#context.createAnalyser();
  #samples = new Float32Array(this.#analyser.fftSize);
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  #timer = setInterval(() => this.#measure(), EVERY_MS);
  #level = 0;

  /** @returns {number} 0 to 1 */
  get level() {
    return this.#level;
  }

  /** Measures this track from now on. @param {MediaStreamTrack | null} track */
  setTrack(track) {
    this.#source?.disconnect();
    this.#source = null;
    if (track === null) return;
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
    // Before a gesture of the person the context waits; measuring then reads silence and starts by itself later.
    this.#context.resume().catch(() => {});
  }

  /** Stops measuring, for good. */
  stop() {
    clearInterval(this.#timer);
    this.setTrack(null);
    if (this.#context.state !== "closed") void this.#context.close();
  }

  #measure() {
    const level = this.#source === null ? 0 : this.#loudness();
    if (Math.abs(level - this.#level) < 0.01) return;
    this.#level = level;
    this.emit("level", { level });
  }

  #loudness() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return loudness(Math.sqrt(power));
  }
}

/**
 * Brings an amplitude onto a scale on which equal steps sound equal.
 * @param {number} amplitude linear, 0 to 1
 * @returns {number} 0 (−60 dBFS and below) to 1 (full scale)
 */
export function loudness(amplitude) {
  if (!(amplitude > 0)) return 0;
  return Math.min(1, Math.max(0, 1 - (20 * Math.log10(amplitude)) / FLOOR_DB));
}
