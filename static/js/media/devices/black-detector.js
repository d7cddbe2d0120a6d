/** Tells whether a camera's picture is black: a covered lens, a closed shutter, or a driver that delivers nothing. */

const WIDTH = 32;
const HEIGHT = 18;
/** Of 255. Noise of a covered sensor stays below; the light of a screen on a face does not. */
const MEAN_BELOW = 10;
const BRIGHTEST_BELOW = 32;

/** @param {Uint8ClampedArray} pixels RGBA @returns {boolean} */
export function isBlack(pixels) {
  let [sum, brightest] = [0, 0];
  for (let at = 0; at < pixels.length; at += 4) {
    const light = Math.max(pixels[at], pixels[at + 1], pixels[at + 2]);
    sum += light;
    brightest = Math.max(brightest, light);
  }
  return pixels.length > 0 && sum / (pixels.length / 4) < MEAN_BELOW && brightest < BRIGHTEST_BELOW;
}

export class BlackDetector {
  #video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
  #canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  #context = this.#canvas.getContext("2d", { willReadFrequently: true });

  /** @param {MediaStreamTrack | null} track @returns {boolean | null} null: not known, as on a hidden page */
  check(track) {
    const shown = /** @type {MediaStream | null} */ (this.#video.srcObject)?.getVideoTracks()[0] ?? null;
    if (shown !== track) {
      this.#video.srcObject = track && new MediaStream([track]);
      if (track) this.#video.play().catch(() => {});
      return null;
    }
    if (track === null || document.hidden || this.#context === null || this.#video.videoWidth === 0) return null;
    this.#context.drawImage(this.#video, 0, 0, WIDTH, HEIGHT);
    return isBlack(this.#context.getImageData(0, 0, WIDTH, HEIGHT).data);
  }

  stop() {
    this.#video.srcObject = null;
  }
}
