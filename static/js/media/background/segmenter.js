/** Finds the person in a picture of a camera. */

import { Network } from "./network.js";

/** Where a picture is in the input of the network, which is wide: as large as it fits. @typedef {{x: number, y: number, width: number, height: number}} Area */

/** What counts as a person for sure, and what does not: between them the edge is soft. */
const [SURELY_ROOM, SURELY_PERSON] = [0.45, 0.85];

export class Segmenter {
  #network;
  #canvas;
  #context;
  mask;

  /** @param {ArrayBuffer} weights */
  constructor(weights) {
    this.#network = new Network(weights);
    const { width, height } = this.#network.input.shape;
    this.#canvas = new OffscreenCanvas(width, height);
    // In memory, where nothing is lost with a graphics card.
    this.#context = /** @type {OffscreenCanvasRenderingContext2D} */ (this.#canvas.getContext("2d", { willReadFrequently: true }));
    this.mask = new ImageData(width, height);
  }

  /**
   * Computes `mask`: white, as opaque as a pixel is a person.
   * @param {CanvasImageSource} picture @param {{width: number, height: number}} size of the picture, pixels @returns {Area} of the mask that is about it
   */
  findPerson(picture, size) {
    const { width, height } = this.#canvas;
    const area = fitInto(size, { width, height });
    this.#context.clearRect(0, 0, width, height);
    this.#context.imageSmoothingQuality = "medium";
    this.#context.drawImage(picture, area.x, area.y, area.width, area.height);
    const { data } = this.#context.getImageData(0, 0, width, height);
    const input = this.#network.input.values;
    for (let at = 0, to = 0; at < data.length; at += 4, to += 3) {
      input[to] = data[at] / 255;
      input[to + 1] = data[at + 1] / 255;
      input[to + 2] = data[at + 2] / 255;
    }
    this.#network.run();
    const found = this.#network.output.values;
    const { data: mask } = this.mask;
    for (let at = 0; at < found.length; at += 1) {
      mask[4 * at] = mask[4 * at + 1] = mask[4 * at + 2] = 255;
      mask[4 * at + 3] = (255 * (found[at] - SURELY_ROOM)) / (SURELY_PERSON - SURELY_ROOM);
    }
    return area;
  }
}

/** @param {{width: number, height: number}} size @param {{width: number, height: number}} room @returns {Area} in the middle, whole pixels */
export function fitInto(size, room) {
  const scale = Math.min(room.width / size.width, room.height / size.height);
  const [width, height] = [Math.max(1, Math.round(size.width * scale)), Math.max(1, Math.round(size.height * scale))];
  return { x: (room.width - width) >> 1, y: (room.height - height) >> 1, width, height };
}
