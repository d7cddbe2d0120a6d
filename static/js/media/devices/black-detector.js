/** Tells whether a camera's picture is black: a covered lens, a closed shutter, or a driver that delivers nothing. */

const WIDTH = 32;
const HEIGHT = 18;
/** Of 255. Noise of a covered sensor stays below; the light of a screen on a face does not. */
const MEAN_BELOW = 10;
const BRIGHTEST_BELOW = 32;
/** To scale a picture without a graphics processor takes ten milliseconds. */
const EVERY_MS = 2_000;

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
  /** @type {MediaStreamTrack | null} */
  #track = null;
  #lookedAt = -Infinity;
  /** @type {boolean | null} */
  #black = null;

  /** @param {MediaStreamTrack | null} track @returns {boolean | null} null: not known, as on a hidden page */
  check(track) {
    if (track !== this.#track) {
      this.stop();
      this.#track = track;
    }
    if (track === null || document.hidden) return null;
    const now = performance.now();
    if (now - this.#lookedAt >= EVERY_MS) {
      this.#lookedAt = now;
      this.#look(track);
    }
    return this.#black;
  }

  stop() {
    this.#video.srcObject = null;
    this.#track = null;
    this.#lookedAt = -Infinity;
    this.#black = null;
  }

  /** The element has the track only while it looks: what is shown keeps one of the few frames that a camera has. @param {MediaStreamTrack} track */
  #look(track) {
    const video = this.#video;
    video.srcObject = new MediaStream([track]);
    video.play().catch(() => {});
    video.onloadeddata = () => {
      if (track !== this.#track || this.#context === null) return;
      this.#context.drawImage(video, 0, 0, WIDTH, HEIGHT);
      video.srcObject = null;
      this.#black = isBlack(this.#context.getImageData(0, 0, WIDTH, HEIGHT).data);
    };
  }
}
