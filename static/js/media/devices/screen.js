/** Shares a screen, window or tab, with audio where the browser can. */

import { Emitter } from "../../lib/emitter.js";
import { findDeviceCause } from "./device-errors.js";

/** `restrictOwnAudio` leaves the call itself out of the audio: otherwise peers hear an echo. */
const WISHES = {
  video: { frameRate: { ideal: 5, max: 15 } },
  audio: { restrictOwnAudio: true, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  selfBrowserSurface: "exclude",
  systemAudio: "include",
};

/** Phones cannot share a screen. */
export function canShare() {
  return globalThis.navigator?.mediaDevices?.getDisplayMedia !== undefined;
}

/** @import { DeviceCause } from "./device-errors.js" */
/** @typedef {{video: MediaStreamTrack, audio: MediaStreamTrack | null}} SharedScreen */

/**
 * @typedef {object} ScreenShareEvents
 * @property {{screen: SharedScreen | null}} changed null: stopped by this page, the browser's bar, or because the window closed
 * @property {{cause: DeviceCause}} failed a cancelled prompt is no failure
 */

/** @extends {Emitter<ScreenShareEvents>} */
export class ScreenShare extends Emitter {
  /** @type {SharedScreen | null} */
  #screen = null;
  #asking = false;

  get sharing() {
    return this.#screen !== null;
  }

  /** @returns {Promise<void>} settles when it is shared, or will not be */
  async start() {
    if (this.#screen !== null || this.#asking) return;
    this.#asking = true;
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia(/** @type {DisplayMediaStreamOptions} */ (WISHES));
      const [video] = stream.getVideoTracks();
      const audio = stream.getAudioTracks()[0] ?? null;
      video.contentHint = "detail";
      if (audio) audio.contentHint = "music";
      video.addEventListener("ended", () => this.stop());
      this.#screen = { video, audio };
      this.emit("changed", { screen: this.#screen });
    } catch (error) {
      const cause = await findDeviceCause(error, "screen");
      if (cause !== "dismissed") this.emit("failed", { cause });
    } finally {
      this.#asking = false;
    }
  }

  stop() {
    if (this.#screen === null) return;
    for (const track of [this.#screen.video, this.#screen.audio]) track?.stop();
    this.#screen = null;
    this.emit("changed", { screen: null });
  }
}
