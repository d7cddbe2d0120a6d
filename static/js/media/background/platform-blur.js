/** The blur of the operating system, where the camera offers it: https://www.w3.org/TR/mediacapture-extensions/#background-blur */

/** @param {MediaStreamTrack} camera @returns {boolean} */
export function isBlurred(camera) {
  return /** @type {any} */ (camera.getSettings()).backgroundBlur === true;
}

/** A camera that blurs by itself: the track is the camera's own. */
export class PlatformBlur {
  camera;
  report = Object.freeze({ finds: true, load: 0, fps: 0, costMs: 0 });
  #life = new AbortController();

  /** @param {MediaStreamTrack} camera that is blurred @param {() => void} lost the system does not blur any more */
  constructor(camera, lost) {
    this.camera = camera;
    camera.addEventListener("configurationchange", () => isBlurred(camera) || lost(), { signal: this.#life.signal });
  }

  /** Null as soon as the system has stopped, whatever was said of it. */
  get track() {
    return isBlurred(this.camera) ? this.camera : null;
  }

  stop() {
    this.#life.abort();
    void this.camera.applyConstraints(withBlur(this.camera, false)).catch(() => {});
  }

  /** @param {MediaStreamTrack} camera @returns {Promise<boolean>} whether the camera blurs now */
  static async start(camera) {
    const { backgroundBlur = [] } = /** @type {any} */ (camera.getCapabilities?.() ?? {});
    if (!backgroundBlur.includes(true)) return false;
    await camera.applyConstraints(withBlur(camera, true)).catch(() => {});
    return isBlurred(camera);
  }
}

/** Constraints replace those before. @param {MediaStreamTrack} camera @param {boolean} blur @returns {MediaTrackConstraints} */
function withBlur(camera, blur) {
  return /** @type {any} */ ({ ...camera.getConstraints(), backgroundBlur: blur });
}
