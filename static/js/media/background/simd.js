/**
 * The two operations that take nearly all the time, four floats at a time: several times faster than the loops of `kernels.js`,
 * which do the same where a browser has no SIMD in WebAssembly.
 */

import { addProduct, assemble, get, grow, load, loadOne, number, plus, repeat, set, store, times } from "./assembler.js";

/** Pixels, and outputs, that are computed together. */
const PIXELS = 4;
const OUTPUTS = 8;
/** Bytes of a float, and of four. */
const [FLOAT, FOUR] = [4, 16];
const PAGE = 65_536;

/** As `multiply` of kernels.js, with weights in groups of eight outputs (`packWeights`). */
function multiplyCode() {
  const [input, weights, bias, output, blocks, depth, outputs] = [0, 1, 2, 3, 4, 5, 6];
  const [weight, offset, group, inputRow, outputRow, tap, target, ...pixels] = [7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17];
  const [first, second, ...sums] = [18, 19, 20, 21, 22, 23, 24, 25, 26, 27];
  const perPixel = pixels.map((pixel, index) => ({ pixel, sums: [sums[2 * index], sums[2 * index + 1]] }));
  const onePair = [
    ...set(first, load(get(weight))),
    ...set(second, load(get(weight), FOUR)),
    ...grow(weight, number(2 * FOUR)),
    ...perPixel.flatMap(({ pixel, sums: [one, other] }) => [
      ...set(one, addProduct(get(one), loadOne(get(pixel)), get(first))),
      ...set(other, addProduct(get(other), loadOne(get(pixel)), get(second))),
      ...grow(pixel, number(FLOAT)),
    ]),
  ];
  const oneGroup = [
    ...perPixel.flatMap(({ pixel, sums: [one, other] }, index) => [
      ...set(pixel, plus(get(input), times(get(inputRow), number(index)))),
      ...set(one, load(plus(get(bias), get(offset)))),
      ...set(other, load(plus(get(bias), get(offset)), FOUR)),
    ]),
    ...repeat(tap, get(depth), onePair),
    ...set(target, plus(get(output), get(offset))),
    ...perPixel.flatMap(({ sums: [one, other] }) => [
      ...store(get(target), get(one)),
      ...store(get(target), get(other), FOUR),
      ...grow(target, get(outputRow)),
    ]),
    ...grow(offset, number(2 * FOUR)),
  ];
  const oneBlock = [
    ...set(weight, get(weights)),
    ...set(offset, number(0)),
    ...repeat(group, [...get(outputs), ...number(3), 0x76], oneGroup), // outputs >> 3
    ...grow(input, times(get(inputRow), number(PIXELS))),
    ...grow(output, times(get(outputRow), number(PIXELS))),
  ];
  const body = [
    ...set(inputRow, times(get(depth), number(FLOAT))),
    ...set(outputRow, times(get(outputs), number(FLOAT))),
    ...repeat(blocks, get(blocks), oneBlock),
  ];
  return { name: "multiply", parameters: 7, integers: 11, vectors: 10, body };
}

/** As `filterChannels` of kernels.js for one row of the output; channels in groups of four. */
function filterRowCode() {
  const [input, weights, bias, output, width, kernel, channelBytes, rowBytes, step] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [group, offset, row, tap, source, weight, rowStart] = [9, 10, 11, 12, 13, 14, 15];
  const [sum] = [16];
  const oneTap = [
    ...set(sum, addProduct(get(sum), load(get(source)), load(get(weight)))),
    ...grow(source, get(channelBytes)),
    ...grow(weight, get(channelBytes)),
  ];
  const oneRow = [...set(source, get(rowStart)), ...repeat(tap, get(kernel), oneTap), ...grow(rowStart, get(rowBytes))];
  const oneGroup = [
    ...set(sum, load(plus(get(bias), get(offset)))),
    ...set(weight, plus(get(weights), get(offset))),
    ...set(rowStart, plus(get(input), get(offset))),
    ...repeat(row, get(kernel), oneRow),
    ...store(plus(get(output), get(offset)), get(sum)),
    ...grow(offset, number(FOUR)),
  ];
  const onePixel = [
    ...set(offset, number(0)),
    ...repeat(group, [...get(channelBytes), ...number(4), 0x76], oneGroup), // bytes >> 4
    ...grow(input, get(step)),
    ...grow(output, get(channelBytes)),
  ];
  return { name: "filterRow", parameters: 9, integers: 7, vectors: 1, body: repeat(width, get(width), onePixel) };
}

/** @typedef {(...values: number[]) => void} Compiled */

/** Both operations, and the memory that their numbers have to be in. */
export class Simd {
  #memory;
  #used = 0;
  #multiply;
  #filterRow;

  /** @param {number} bytes of memory @throws {Error} WebAssembly, its SIMD, or so much memory is not to be had */
  constructor(bytes) {
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
    const module = new WebAssembly.Module(assemble([multiplyCode(), filterRowCode()]));
    const { exports } = new WebAssembly.Instance(module, { page: { memory: this.#memory } });
    this.#multiply = /** @type {Compiled} */ (exports.multiply);
    this.#filterRow = /** @type {Compiled} */ (exports.filterRow);
  }

  /** @param {number} length floats @returns {Float32Array<ArrayBuffer>} */
  allocate(length) {
    const at = this.#used;
    this.#used += Math.ceil((length * FLOAT) / FOUR) * FOUR;
    return new Float32Array(/** @type {ArrayBuffer} */ (this.#memory.buffer), at, length);
  }

  /** Whether `multiply` can do it. @param {number} count of pixels @param {number} outputs */
  static fits(count, outputs) {
    return count % PIXELS === 0 && outputs % OUTPUTS === 0;
  }

  /** @param {Float32Array} input @param {Float32Array} packed @param {Float32Array} bias @param {Float32Array} output @param {number} count */
  multiply(input, packed, bias, output, count) {
    const depth = packed.length / bias.length;
    this.#multiply(input.byteOffset, packed.byteOffset, bias.byteOffset, output.byteOffset, count / PIXELS, depth, bias.length);
  }

  /**
   * @param {Float32Array} input in a border @param {{width: number}} from @param {Float32Array} weights @param {Float32Array} bias
   * @param {Float32Array} output @param {{height: number, width: number, channels: number}} to
   * @param {{stride: number, kernel: number}} window
   */
  filterChannels(input, from, weights, bias, output, to, { stride, kernel }) {
    const pixel = to.channels * FLOAT;
    const row = from.width * pixel;
    for (let y = 0; y < to.height; y += 1) {
      const [source, target] = [input.byteOffset + y * stride * row, output.byteOffset + y * to.width * pixel];
      this.#filterRow(source, weights.byteOffset, bias.byteOffset, target, to.width, kernel, pixel, row, stride * pixel);
    }
  }
}

/** Puts the weights of eight outputs side by side. @param {Float32Array} weights outputs × depth @param {number} outputs @param {Float32Array} packed of the same size */
export function packWeights(weights, outputs, packed) {
  const depth = weights.length / outputs;
  let at = 0;
  for (let group = 0; group < outputs; group += OUTPUTS) {
    for (let tap = 0; tap < depth; tap += 1) {
      for (let output = group; output < group + OUTPUTS; output += 1, at += 1) packed[at] = weights[output * depth + tap];
    }
  }
}
