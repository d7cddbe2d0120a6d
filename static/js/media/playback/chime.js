/** Synthesized chimes: no file to load. */

/** @import { MediaOutputs } from "./media-outputs.js" */

/** Of a knock: E5, C5, in hertz. */
const NOTES = [659.26, 523.25];
const APART_S = 0.22;
const RING_S = 0.7;
const LOUDNESS = 0.12;
/** Several knocks at once ring once. */
const MIN_INTERVAL_MS = 4_000;
/** Where the browser allows sound only later, an old chime is left out. */
const MAX_LATE_MS = 2_000;

export class Chime {
  /** Only while it rings, or waits until it may: a graph costs as long as it is there. @type {AudioContext | null} */
  #context = null;
  #tones = 0;
  /** When each was last rung, ms. @type {Map<readonly number[], number>} */
  #last = new Map();
  #outputs;
  #loudness;
  #interval;

  /** @param {MediaOutputs} outputs @param {{loudness?: number, intervalMs?: number}} [manner] loudness: gain, 0 to 1 */
  constructor(outputs, { loudness = LOUDNESS, intervalMs = MIN_INTERVAL_MS } = {}) {
    this.#outputs = outputs;
    this.#loudness = loudness;
    this.#interval = intervalMs;
  }

  /** Rings, unless the browser blocks audio or it has just rung. @param {readonly number[]} [notes] hertz, one after the other */
  async ring(notes = NOTES) {
    const now = performance.now();
    if (now - (this.#last.get(notes) ?? -Infinity) < this.#interval || !globalThis.AudioContext) return;
    this.#last.set(notes, now);
    const context = this.#context ?? this.#makeContext();
    await context.resume().catch(() => {});
    if (context !== this.#context) return;
    if (context.state !== "running" || performance.now() - now > MAX_LATE_MS) return this.#tones === 0 ? this.close() : undefined;
    this.#tones += notes.length;
    for (const [at, note] of notes.entries()) {
      const tone = play(context, { note, loudness: this.#loudness, at: context.currentTime + at * APART_S });
      tone.addEventListener("ended", () => this.#onEnded(context));
    }
  }

  close() {
    if (this.#context === null) return;
    this.#outputs.removeContext(this.#context);
    void this.#context.close();
    this.#context = null;
    this.#tones = 0;
  }

  /** @param {AudioContext} context of a tone */
  #onEnded(context) {
    if (context !== this.#context) return;
    this.#tones -= 1;
    if (this.#tones === 0) this.close();
  }

  #makeContext() {
    const context = new AudioContext();
    this.#context = context;
    this.#outputs.addContext(context);
    return context;
  }
}

/**
 * @param {AudioContext} context @param {{note: number, loudness: number, at: number}} tone note: hertz; at: seconds on the context's clock
 * @returns {OscillatorNode}
 */
function play(context, { note: frequency, loudness, at }) {
  const tone = new OscillatorNode(context, { frequency });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(loudness, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + RING_S);
  tone.connect(gain).connect(context.destination);
  tone.start(at);
  tone.stop(at + RING_S);
  return tone;
}
