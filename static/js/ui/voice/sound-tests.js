/** "Hear yourself" and "Play a test sound", before and during a call, loaded with the first press. */

import { playSample, playTestSound } from "../../media/playback/test-sound.js";
import { recordSample } from "../../media/voice/voice-sample.js";

/** @import { MediaOutputs } from "../../media/playback/media-outputs.js" */
/** @import { DeviceControls } from "../devices/device-controls.js" */

const RECORD_MS = 4_000;

/** Under way; a second press ends it. @type {AbortController | null} */
let running = null;

/**
 * @param {HTMLButtonElement} button with `data-sound-test`: microphone or speaker, in a `.sound-tests`
 * @param {{devices: DeviceControls, outputs: MediaOutputs, text: (key: string) => string}} page
 */
export async function runSoundTest(button, { devices, outputs, text }) {
  const again = running !== null;
  running?.abort();
  if (again) return;
  const life = (running = new AbortController());
  const { signal } = life;
  const output = button.parentElement?.querySelector("output");
  const say = (/** @type {string} */ message) => output && (output.textContent = message);
  button.setAttribute("aria-pressed", "true");
  try {
    if (button.dataset.soundTest === "speaker") {
      say(text("test.speaker"));
      await playTestSound(outputs, signal);
      say("");
    } else say(await hearYourself(say, { devices, outputs, text, signal }));
  } catch {
    say(text("test.failed"));
  } finally {
    life.abort();
    running = null;
    button.setAttribute("aria-pressed", "false");
  }
}

/** @param {(message: string) => void} say @param {{devices: DeviceControls, outputs: MediaOutputs, text: (key: string) => string, signal: AbortSignal}} page @returns {Promise<string>} what to say at the end */
async function hearYourself(say, { devices, outputs, text, signal }) {
  const { audio } = devices.tracks;
  if (audio === null) return text("test.no-microphone");
  say(text("test.recording"));
  const sample = await recordSample(audio, RECORD_MS, signal);
  if (signal.aborted) return "";
  say(text("test.playing"));
  await playSample(outputs, sample, signal);
  return "";
}
