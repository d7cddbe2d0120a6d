/** Sounds for the chosen speaker, through media elements: Firefox gives an audio context no speaker of its own. */

/** @import { MediaOutputs } from "./media-outputs.js" */
/** @import { VideoElement } from "./media-output.js" */

const NOTES = [523.25, 659.26, 783.99]; // C5, E5, G5: hertz
const APART_S = 0.25;
const LENGTH_S = 1.4;
const LOUDNESS = 0.2;

/** @param {MediaOutputs} outputs @param {AbortSignal} signal ends it early @returns {Promise<void>} when it has ended @throws {Error} if the browser does not play it */
export async function playTestSound(outputs, signal) {
  const context = new AudioContext();
  const output = new MediaStreamAudioDestinationNode(context);
  const begin = context.currentTime + 0.1;
  for (const [at, frequency] of NOTES.entries()) {
    const tone = new OscillatorNode(context, { frequency });
    const loudness = new GainNode(context, { gain: 0 });
    const from = begin + at * APART_S;
    loudness.gain.setValueAtTime(0, from);
    loudness.gain.linearRampToValueAtTime(LOUDNESS, from + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, begin + LENGTH_S);
    tone.connect(loudness).connect(output);
    tone.start(from);
    tone.stop(begin + LENGTH_S);
  }
  try {
    await playOn(outputs, (element) => (element.srcObject = output.stream), () => new Promise((resolve) => setTimeout(resolve, LENGTH_S * 1_000)), signal);
  } finally {
    await context.close();
  }
}

/** @param {MediaOutputs} outputs @param {Blob} sample @param {AbortSignal} signal @returns {Promise<void>} as `playTestSound` */
export async function playSample(outputs, sample, signal) {
  const url = URL.createObjectURL(sample);
  const ended = (/** @type {HTMLMediaElement} */ element) => new Promise((resolve) => element.addEventListener("ended", resolve, { once: true }));
  try {
    await playOn(outputs, (element) => (element.src = url), ended, signal);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * @param {MediaOutputs} outputs @param {(element: HTMLMediaElement) => unknown} fill
 * @param {(element: HTMLMediaElement) => Promise<unknown>} ended @param {AbortSignal} signal
 */
async function playOn(outputs, fill, ended, signal) {
  const element = /** @type {VideoElement} */ (/** @type {unknown} */ (new Audio()));
  outputs.add(element, { pid: "" });
  fill(element);
  const stopped = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  try {
    const over = ended(element);
    await element.play();
    if (!signal.aborted) await Promise.race([over, stopped]);
  } finally {
    element.pause();
    outputs.remove(element);
  }
}
