/** Notices that a person speaks while muted, on this device alone: a copy of the track is measured, and sent to no one. */

import { Emitter } from "../../lib/emitter.js";
import { LevelMeter } from "../devices/level-meter.js";

const EVERY_MS = 100;
/** Two seconds. */
const SAMPLES = 20;
/** Levels as in `loudness`: −36 dBFS. */
const LOUD = 0.4;
/** Between syllables speech falls by more than 7 dB; a fan or a hum does not. */
const FALL = 0.12;
const LEAST_LOUD = 8;
const LEAST_RISES = 2;

/** @param {readonly number[]} levels 0 to 1, every 100 ms of the last two seconds @returns {boolean} */
export function soundsLikeSpeech(levels) {
  const floor = Math.max(...levels) - FALL;
  const rises = levels.filter((level, at) => at > 0 && level >= LOUD && level > floor && /** @type {number} */ (levels[at - 1]) <= floor);
  return levels.filter((level) => level >= LOUD).length >= LEAST_LOUD && rises.length >= LEAST_RISES;
}

/** @typedef {object} MutedSpeechEvents @property {void} speech about ten times a second while it lasts */

/** @extends {Emitter<MutedSpeechEvents>} */
export class MutedSpeech extends Emitter {
  /** An audio graph costs as long as it is there. @type {LevelMeter | null} */
  #meter = null;
  /** @type {MediaStreamTrack | null} */
  #original = null;
  /** @type {MediaStreamTrack | null} */
  #copy = null;
  /** @type {number[]} */
  #levels = [];
  #timer = setInterval(() => this.#measure(), EVERY_MS);

  /** @param {MediaStreamTrack | null} track of the muted microphone; null: it is on, or there is none */
  watch(track) {
    if (track === this.#original) return;
    this.#original = track;
    this.#copy?.stop();
    this.#levels = [];
    // A disabled track is silent; its copy is enabled by itself.
    this.#copy = track?.clone() ?? null;
    if (this.#copy) this.#copy.enabled = true;
    if (this.#copy) (this.#meter ??= new LevelMeter("playback")).setTrack(this.#copy);
    else this.#close();
  }

  stop() {
    clearInterval(this.#timer);
    this.watch(null);
  }

  #close() {
    this.#meter?.stop();
    this.#meter = null;
  }

  #measure() {
    if (this.#meter === null) return;
    this.#levels = [...this.#levels.slice(1 - SAMPLES), this.#meter.level];
    if (soundsLikeSpeech(this.#levels)) this.emit("speech");
  }
}
