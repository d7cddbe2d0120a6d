/** How the sound of the microphone is treated: it stays in this browser. */

import { StoredSettings } from "../../lib/stored-settings.js";

/**
 * natural: as the browser does for voices · quiet: RNNoise takes the noise after it · music: as it comes, in stereo
 * @typedef {"natural" | "quiet" | "music"} MicrophoneMode
 */

/** @type {StoredSettings<{mode: string}>} */
export const microphoneMode = new StoredSettings("meeting-point.microphone-mode", { mode: "natural" });

/** What a track is opened for: an open one with another hint has to be opened again. @returns {"music" | "speech"} */
export function audioHint() {
  return microphoneMode.value.mode === "music" ? "music" : "speech";
}
