/** Measures the level of a local track. */

import { Emitter } from "../../lib/emitter.js";

const EVERY_MS = 80;
/** −60 dBFS reads as silence, 0 dBFS as full. */
const FLOOR_DB = -60;

/** @typedef {object} LevelMeterEvents @property {{level: number}} level 0 to 1, up to twelve times a second while it changes */

/** @extends {Emitter<LevelMeterEvents>} */
export class LevelMeter extends Emitter {
  #context;
  #analyser;
  #samples;
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  #timer = setInterval(() => this.#measure(), EVERY_MS);
  #level = 0;

  /** @param {AudioContextLatencyCategory} [latencyHint] playback: in longer blocks, which wake the processor seldom */
  constructor(latencyHint = "interactive") {
    super();
    this.#context = new AudioContext({ latencyHint });
    this.#analyser = this.#context.createAnalyser();
    this.#samples = new Float32Array(this.#analyser.fftSize);
  }

  /** @returns {number} 0 to 1 */
  get level() {
    return this.#level;
  }

  /** @param {MediaStreamTrack | null} track */
  setTrack(track) {
    const [metered = null] = this.#source?.mediaStream.getTracks() ?? [];
    if (track === metered) return;
    this.#source?.disconnect();
    this.#source = null;
    if (track === null) return;
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
    // Suspended until a user gesture; until then the level is 0.
    this.#context.resume().catch(() => {});
  }

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

/** Converts an amplitude to perceived loudness. @param {number} amplitude linear, 0 to 1 @returns {number} 0 (−60 dBFS) to 1 (0 dBFS) */
export function loudness(amplitude) {
  if (!(amplitude > 0)) return 0;
  return Math.min(1, Math.max(0, 1 - (20 * Math.log10(amplitude)) / FLOOR_DB));
}
