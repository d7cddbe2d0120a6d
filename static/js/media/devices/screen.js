/** Shares a screen, window or tab, with audio where the browser can. */

import { Emitter } from "../../lib/emitter.js";
import { findDeviceCause } from "./device-errors.js";
import { newIntent, step } from "./device-intent.js";

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
/** @import { Effect, IntentEvent } from "./device-intent.js" */
/** @typedef {{video: MediaStreamTrack, audio: MediaStreamTrack | null}} SharedScreen */

/**
 * @typedef {object} ScreenShareEvents
 * @property {void} changed shared, stopped by this page or by the browser's bar, or the prompt was opened or called off
 * @property {{cause: DeviceCause}} failed a cancelled prompt is no failure
 */

/** @extends {Emitter<ScreenShareEvents>} */
export class ScreenShare extends Emitter {
  #intent = newIntent("screen");
  /** @type {SharedScreen | null} */
  #screen = null;

  /** What is shared. */
  get screen() {
    return this.#screen;
  }

  /** Whether the person is choosing what to share, and has not called it off. */
  get choosing() {
    return this.#intent.wanted && this.#screen === null;
  }

  /** Shares, stops sharing, or calls off what the browser still asks for: no second prompt opens. */
  toggle() {
    this.#apply({ type: "press", on: !this.#intent.wanted });
  }

  start() {
    this.#apply({ type: "press", on: true });
  }

  stop() {
    this.#apply({ type: "press", on: false });
  }

  /** Stops for good: what is chosen later is stopped immediately. */
  end() {
    this.#apply({ type: "end" });
  }

  /** @param {IntentEvent} event @param {MediaStream} [arrived] */
  #apply(event, arrived) {
    const { intent, effects } = step(this.#intent, event);
    this.#intent = intent;
    for (const effect of effects) this.#run(effect, arrived);
    this.emit("changed");
  }

  /** @param {Effect} effect @param {MediaStream} [arrived] */
  #run(effect, arrived) {
    if (effect.do === "open") void this.#open(effect.token);
    if (effect.do === "keep" && arrived) this.#keep(arrived);
    if (effect.do === "discard") for (const track of arrived?.getTracks() ?? []) track.stop();
    if (effect.do === "release") this.#release();
    if (effect.do === "say" && effect.cause !== "dismissed") this.emit("failed", { cause: effect.cause });
  }

  /** @param {number} token */
  async #open(token) {
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia(/** @type {DisplayMediaStreamOptions} */ (WISHES));
      this.#apply({ type: "opened", token, id: stream.id }, stream);
    } catch (error) {
      this.#apply({ type: "failed", token, cause: await findDeviceCause(error, "screen") });
    }
  }

  /** @param {MediaStream} stream */
  #keep(stream) {
    const [video] = stream.getVideoTracks();
    const audio = stream.getAudioTracks()[0] ?? null;
    video.contentHint = "detail";
    if (audio) audio.contentHint = "music";
    this.#screen = { video, audio };
    const onEnded = () => {
      if (this.#screen?.video === video) this.#apply({ type: "lost", now: performance.now(), gone: true, cause: null });
    };
    video.addEventListener("ended", onEnded);
    // The browser's bar may have been quicker.
    if (video.readyState === "ended") queueMicrotask(onEnded);
  }

  #release() {
    for (const track of [this.#screen?.video, this.#screen?.audio]) track?.stop();
    this.#screen = null;
  }
}
