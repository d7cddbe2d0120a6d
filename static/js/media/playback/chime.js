/** A synthesized two-tone chime: no file to load. */

/** @import { MediaOutputs } from "./media-outputs.js" */

const NOTES = [659.26, 523.25]; // E5, C5: hertz
const APART_S = 0.22;
const RING_S = 0.7;
const LOUDNESS = 0.12;
/** Several knocks at once ring once. */
const MIN_INTERVAL_MS = 4_000;
/** Where the browser allows sound only later, an old chime is left out. */
const MAX_LATE_MS = 2_000;

export class Chime {
  /** @type {AudioContext | null} */
  #context = null;
  #last = -Infinity;
  #outputs;

  /** @param {MediaOutputs} outputs */
  constructor(outputs) {
    this.#outputs = outputs;
  }

  /** Rings, unless the browser blocks audio. */
  async ring() {
    const now = performance.now();
    if (now - this.#last < MIN_INTERVAL_MS || !globalThis.AudioContext) return;
    this.#last = now;
    const context = this.#context ?? this.#makeContext();
    await context.resume().catch(() => {});
    if (context.state !== "running" || performance.now() - now > MAX_LATE_MS) return;
    NOTES.forEach((note, at) => play(context, note, context.currentTime + at * APART_S));
  }

  close() {
    if (this.#context === null) return;
    this.#outputs.removeContext(this.#context);
    void this.#context.close();
    this.#context = null;
  }

  #makeContext() {
    const context = new AudioContext();
    this.#context = context;
    this.#outputs.addContext(context);
    return context;
  }
}

/** @param {AudioContext} context @param {number} frequency hertz @param {number} at seconds on the context's clock */
function play(context, frequency, at) {
  const tone = new OscillatorNode(context, { frequency });
  const loudness = new GainNode(context, { gain: 0 });
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.0001, at + RING_S);
  tone.connect(loudness).connect(context.destination);
  tone.start(at);
  tone.stop(at + RING_S);
}
