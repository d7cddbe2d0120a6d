/**
 * Puts a person in front of a blurred room or a picture. What a mask does not show to be the person is never drawn: without a mask,
 * with an empty or a failed one, there is no person, and no room.
 */

import { blurBehind } from "./blur.js";

/** @import { Area } from "./segmenter.js" */
/** @typedef {{mask: ImageData, area: Area}} Found */

/** Longer and shorter side of what is sent at most. */
const [LONG, SHORT] = [1280, 720];
/** Longer side of what is blurred; a pixel of it is ten of the picture. */
const BLUR_LONG = 128;
const BLUR_RADIUS = 6;

/** @param {number} width @param {number} height @param {boolean} [inMemory] read often, and not lost with a graphics card @returns {OffscreenCanvasRenderingContext2D} */
function makeContext(width, height, inMemory = false) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: inMemory });
  if (context === null) throw new Error("no canvas");
  context.imageSmoothingQuality = "medium";
  return context;
}

export class Compositor {
  #output = makeContext(1, 1);
  #person = makeContext(1, 1);
  #mask = makeContext(1, 1, true);
  #small = makeContext(1, 1, true);
  /** Never holds the frame itself: where it cannot be written, nothing is shown. */
  #blurred = makeContext(1, 1, true);
  #smallMask = makeContext(1, 1, true);
  #picture;

  /** @param {ImageBitmap | null} picture behind the person; null: the room, blurred */
  constructor(picture) {
    this.#picture = picture;
  }

  /**
   * @param {CanvasImageSource} frame @param {{width: number, height: number}} size of the frame, pixels
   * @param {Found | null} found null: it is not known where the person is
   * @returns {OffscreenCanvas} the same each time
   */
  draw(frame, size, found) {
    const { width, height } = sizeToSend(size);
    resize(this.#output, width, height);
    if (this.#picture) drawFilling(this.#output, this.#picture);
    else this.#drawBlurred(frame, found);
    if (found) this.#drawPerson(frame, found);
    return this.#output.canvas;
  }

  /** @param {CanvasImageSource} frame @param {Found | null} found */
  #drawBlurred(frame, found) {
    const { width: outputWidth, height: outputHeight } = this.#output.canvas;
    const scale = BLUR_LONG / Math.max(outputWidth, outputHeight);
    const [width, height] = [Math.round(outputWidth * scale), Math.round(outputHeight * scale)];
    resize(this.#small, width, height);
    this.#small.drawImage(frame, 0, 0, width, height);
    const pixels = this.#small.getImageData(0, 0, width, height);
    blurBehind(pixels.data, { width, height, radius: BLUR_RADIUS }, found && this.#maskFor(found, width, height), pixels.data);
    resize(this.#blurred, width, height);
    this.#blurred.putImageData(pixels, 0, 0);
    this.#output.drawImage(this.#blurred.canvas, 0, 0, outputWidth, outputHeight);
  }

  /** @param {Found} found @param {number} width @param {number} height */
  #maskFor({ mask, area }, width, height) {
    this.#showMask(mask);
    resize(this.#smallMask, width, height);
    this.#smallMask.clearRect(0, 0, width, height);
    this.#smallMask.drawImage(this.#mask.canvas, area.x, area.y, area.width, area.height, 0, 0, width, height);
    const { data } = this.#smallMask.getImageData(0, 0, width, height);
    return Float32Array.from({ length: width * height }, (_, at) => data[4 * at + 3] / 255);
  }

  /** @param {CanvasImageSource} frame @param {Found} found */
  #drawPerson(frame, { mask, area }) {
    const { width, height } = this.#output.canvas;
    this.#showMask(mask);
    resize(this.#person, width, height);
    this.#person.globalCompositeOperation = "copy";
    this.#person.drawImage(this.#mask.canvas, area.x, area.y, area.width, area.height, 0, 0, width, height);
    this.#person.globalCompositeOperation = "source-in";
    this.#person.drawImage(frame, 0, 0, width, height);
    this.#output.drawImage(this.#person.canvas, 0, 0);
  }

  /** @param {ImageData} mask */
  #showMask(mask) {
    resize(this.#mask, mask.width, mask.height);
    this.#mask.putImageData(mask, 0, 0);
  }
}

/** @param {{width: number, height: number}} size @returns {{width: number, height: number}} even, at most 1280 × 720 or upright */
export function sizeToSend({ width, height }) {
  const scale = Math.min(1, LONG / Math.max(width, height), SHORT / Math.min(width, height));
  const even = (/** @type {number} */ side) => Math.max(2, 2 * Math.round((side * scale) / 2));
  return { width: even(width), height: even(height) };
}

/** @param {OffscreenCanvasRenderingContext2D} context @param {number} width @param {number} height */
function resize({ canvas }, width, height) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** Without gaps: what does not fit is cut off. @param {OffscreenCanvasRenderingContext2D} context @param {ImageBitmap} picture */
function drawFilling(context, picture) {
  const { width, height } = context.canvas;
  const scale = Math.max(width / picture.width, height / picture.height);
  const [cutWidth, cutHeight] = [width / scale, height / scale];
  context.drawImage(picture, (picture.width - cutWidth) / 2, (picture.height - cutHeight) / 2, cutWidth, cutHeight, 0, 0, width, height);
}
