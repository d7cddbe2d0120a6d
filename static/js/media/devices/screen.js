/** Sharing a screen, a window or a tab, with its sound where the browser can. */

import { Emitter } from "../../lib/emitter.js";
import { deviceCause } from "./device-errors.js";

/** The sound of the call itself is left out where the browser can (`restrictOwnAudio`), so that nobody hears an echo. */
const WISHES = {
  video: { frameRate: { ideal: 5, max: 15 } },
  audio: { restrictOwnAudio: true, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  selfBrowserSurface: "exclude",
  systemAudio: "include",
};

/** Whether this browser can share a screen: phones cannot. */
export function canShare() {
  return globalThis.navigator?.mediaDevices?.getDisplayMedia !== undefined;
}

/** @import { DeviceCause } from "./device-errors.js" */
/** @typedef {{video: MediaStreamTrack, audio: MediaStreamTrack | null}} SharedScreen */

/**
 * @typedef {object} ScreenShareEvents
 * @property {{screen: SharedScreen | null}} changed null when it ended, through this page, the browser's own bar, or the window
 *   that was shared
 * @property {{cause: DeviceCause}} failed it could not be had; a person who decides against it is no failure
 */

/** @extends {Emitter<ScreenShareEvents>} */
export class ScreenShare extends Emitter {
  /** @type {SharedScreen | null} */
  #screen = null;
  #asking = false;

  get sharing() {
    return this.#screen !== null;
  }

  /** Asks the person what to share. @returns {Promise<void>} settles when it is shared, or will not be */
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
      const cause = deviceCause(error);
      if (cause !== "denied") this.emit("failed", { cause });
    } finally {
      this.#asking = false;
    }
  }

  /** Ends it. Does nothing when nothing is shared. */
  stop() {
    if (this.#screen === null) return;
    for (const track of [this.#screen.video, this.#screen.audio]) track?.stop();
    this.#screen = null;
    this.emit("changed", { screen: null });
  }
}
