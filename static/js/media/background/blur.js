/** Blurs what is behind a person, and takes none of the person's colours into it: no shine around them. Pure functions of pixels. */

/** Passes of a box come close to a Gaussian. */
const PASSES = 3;
/** Of a person's own pixels, so that there is a colour everywhere. */
const LEAST_WEIGHT = 0.02;

/**
 * @param {Uint8ClampedArray} pixels RGBA @param {{width: number, height: number, radius: number}} size of the picture; radius of the box
 * @param {Float32Array | null} mask how much of each pixel is a person, 0 to 1; null: not known, everything is blurred
 * @param {Uint8ClampedArray} output RGBA
 */
export function blurBehind(pixels, { width, height, radius }, mask, output) {
  const count = width * height;
  const [planes, spare] = planesFor(count);
  for (let at = 0; at < count; at += 1) {
    const weight = mask === null ? 1 : Math.max(LEAST_WEIGHT, 1 - mask[at]);
    for (let channel = 0; channel < 3; channel += 1) planes[4 * at + channel] = pixels[4 * at + channel] * weight;
    planes[4 * at + 3] = weight;
  }
  for (let pass = 0; pass < PASSES; pass += 1) {
    boxBlur(planes, spare, { lines: height, length: width, step: 4, stride: 4 * width, radius });
    boxBlur(spare, planes, { lines: width, length: height, step: 4 * width, stride: 4, radius });
  }
  for (let at = 0; at < count; at += 1) {
    for (let channel = 0; channel < 3; channel += 1) output[4 * at + channel] = planes[4 * at + channel] / planes[4 * at + 3];
    output[4 * at + 3] = 255;
  }
}

/** @type {[Float32Array, Float32Array]} */
let kept = [new Float32Array(0), new Float32Array(0)];

/** @param {number} count of pixels */
function planesFor(count) {
  if (kept[0].length !== 4 * count) kept = [new Float32Array(4 * count), new Float32Array(4 * count)];
  return kept;
}

/**
 * Averages along lines, four numbers a pixel; beyond an edge its pixel goes on.
 * @param {Float32Array} input @param {Float32Array} output
 * @param {{lines: number, length: number, step: number, stride: number, radius: number}} layout step: to the next pixel of a line;
 *   stride: to the next line
 */
function boxBlur(input, output, { lines, length, step, stride, radius }) {
  const size = 2 * radius + 1;
  for (let line = 0; line < lines; line += 1) {
    for (let channel = 0; channel < 4; channel += 1) {
      const first = line * stride + channel;
      const last = first + (length - 1) * step;
      let sum = 0;
      for (let at = -radius; at <= radius; at += 1) sum += input[Math.min(last, Math.max(first, first + at * step))];
      for (let at = 0; at < length; at += 1) {
        output[first + at * step] = sum / size;
        sum += input[Math.min(last, first + (at + radius + 1) * step)] - input[Math.max(first, first + (at - radius) * step)];
      }
    }
  }
}
