/**
 * Runs a neural network in the format of TensorFlow Lite (schema.fbs, version 3): as much of it as the segmentation of people needs.
 * What is not known is refused when the network is read, not in the middle of a call.
 */

import { Table } from "./flatbuffer.js";
import * as kernels from "./kernels.js";
import { packWeights, Simd } from "./simd.js";

/** @import { Shape, Window } from "./kernels.js" */
/** @typedef {{shape: Shape, dims: number[], values: Float32Array}} Tensor */

const IDENTIFIER = "TFL3";
/** Element types of the schema. */
const TYPE = Object.freeze({ float32: 0, float16: 1, int32: 2 });
/** @type {Readonly<Record<number, string>>} */
const OPERATORS = Object.freeze({
  ...{ 0: "add", 3: "conv", 4: "depthwise", 6: "dequantize", 14: "logistic", 18: "mul" },
  ...{ 19: "relu", 23: "resize", 32: "custom", 40: "mean", 117: "hard-swish" },
});
const CUSTOM = "Convolution2DTransposeBias";
const SAME_PADDING = 0;

export class Network {
  /** @type {(() => void)[]} */
  #steps = [];
  /** @type {Tensor[]} */
  #tensors;
  #input;
  #output;
  /** @type {Simd | null} */
  #simd;

  /** @param {ArrayBuffer} file @param {{simd?: boolean}} [options] simd: where the browser has it @throws {Error} a file of another format, or with an operation that is not known */
  constructor(file, { simd = true } = {}) {
    const view = new DataView(file);
    if (new TextDecoder().decode(new Uint8Array(file, 4, 4)) !== IDENTIFIER) throw new TypeError("not a TensorFlow Lite file");
    const model = Table.root(view);
    const [graph] = model.tables(2);
    const buffers = model.tables(4);
    const codes = model.tables(1).map((code) => ({ code: Math.max(code.int8(0), code.int32(3)), custom: code.text(1) }));
    const shapes = graph.tables(0).map((tensor) => tensor.ints(0));
    this.#simd = simd ? startSimd(shapes.reduce((sum, dims) => sum + sizeOf(dims), 0)) : null;
    this.#tensors = graph.tables(0).map((tensor) => readTensor(tensor, buffers, (length) => this.#allocate(length)));
    for (const operator of graph.tables(3)) this.#addStep(operator, codes[operator.int32(0)]);
    this.#input = this.#tensors[graph.ints(1)[0]];
    this.#output = this.#tensors[graph.ints(2)[0]];
  }

  get input() {
    return this.#input;
  }

  get output() {
    return this.#output;
  }

  /** Computes the output from what is in the input. */
  run() {
    for (const step of this.#steps) step();
  }

  /** @param {number} length @returns {Float32Array} */
  #allocate(length) {
    return this.#simd?.allocate(length) ?? new Float32Array(length);
  }

  /** @param {Table} operator @param {{code: number, custom: string}} code */
  #addStep(operator, { code, custom }) {
    const inputs = operator.ints(1).map((index) => this.#tensors[index]);
    const [output] = operator.ints(2).map((index) => this.#tensors[index]);
    const [input, second, third] = inputs;
    const options = operator.table(4);
    const name = OPERATORS[code];
    if (name === "dequantize") {
      output.values = input.values; // both are 32-bit floats here
      return;
    }
    if (name === "conv") return void this.#steps.push(this.#convolution(input, second, third, output, options));
    if (name === "depthwise") return void this.#steps.push(this.#depthwise(input, second, third, output, options));
    const step = name === "custom" && custom === CUSTOM ? spreading(input, second, third, output) : stepOf(name, inputs, output, options);
    this.#steps.push(step);
  }

  /** @param {Tensor} input @param {Tensor} weights @param {Tensor} bias @param {Tensor} output @param {Table | null} options */
  #convolution(input, weights, bias, output, options) {
    const count = output.shape.height * output.shape.width;
    const kernel = weights.dims[1];
    const product = this.#product(weights.values, bias.values, output.values, count);
    if (kernel === 1) return () => product(input.values);
    const window = windowOf(input, output, kernel, options);
    const patches = this.#allocate(count * kernel * kernel * input.shape.channels);
    return () => {
      kernels.gather(input.values, input.shape, patches, output.shape, window);
      product(patches);
    };
  }

  /** @param {Float32Array} weights @param {Float32Array} bias @param {Float32Array} output @param {number} count @returns {(input: Float32Array) => void} */
  #product(weights, bias, output, count) {
    const simd = this.#simd;
    if (simd === null || !Simd.fits(count, bias.length)) return (input) => kernels.multiply(input, weights, bias, output, count);
    const packed = this.#allocate(weights.length);
    packWeights(weights, bias.length, packed);
    return (input) => simd.multiply(input, packed, bias, output, count);
  }

  /** @param {Tensor} input @param {Tensor} weights @param {Tensor} bias @param {Tensor} output @param {Table | null} options */
  #depthwise(input, weights, bias, output, options) {
    const window = windowOf(input, output, weights.dims[1], options);
    const { channels } = input.shape;
    if ((window.kernel !== 3 && window.kernel !== 5) || channels % 4 !== 0) throw new TypeError("unknown kernel");
    const [height, width] = [output.shape.height, output.shape.width].map((size) => (size - 1) * window.stride + window.kernel);
    const shape = { height: Math.max(height, input.shape.height + window.padTop), width: Math.max(width, input.shape.width + window.padLeft), channels };
    const bordered = this.#allocate(shape.height * shape.width * channels);
    const compute = this.#simd ?? kernels;
    return () => {
      kernels.addBorder(input.values, input.shape, bordered, shape, window);
      compute.filterChannels(bordered, shape, weights.values, bias.values, output.values, output.shape, window);
    };
  }
}

/** @param {number} floats of all tensors; borders, patches and packed weights take less than the same again @returns {Simd | null} null: the browser has none */
function startSimd(floats) {
  try {
    return new Simd(2 * 4 * floats);
  } catch {
    return null;
  }
}

/** @param {string} name @param {Tensor[]} inputs @param {Tensor} output @param {Table | null} options @returns {() => void} */
function stepOf(name, [input, second], output, options) {
  if (name === "resize") {
    const how = { corners: options?.int8(2) === 1, centres: options?.int8(3) === 1 };
    return () => kernels.enlarge(input.values, input.shape, output.values, output.shape, how);
  }
  if (name === "mean") return () => kernels.averageChannels(input.values, input.shape, output.values);
  if (name === "add") return () => kernels.add(input.values, second.values, output.values);
  if (name === "mul") return () => kernels.scale(input.values, second.values, output.values);
  if (name === "relu") return () => kernels.relu(input.values, output.values);
  if (name === "hard-swish") return () => kernels.hardSwish(input.values, output.values);
  if (name === "logistic") return () => kernels.sigmoid(input.values, output.values);
  throw new TypeError("unknown operation");
}

/** @param {Tensor} input @param {Tensor} weights @param {Tensor} bias @param {Tensor} output */
function spreading(input, weights, bias, output) {
  const kernel = weights.dims[1];
  if (output.shape.width !== kernel * input.shape.width) throw new TypeError("unknown stride");
  return () => kernels.spread(input.values, input.shape, weights.values, bias.values, output.values, output.shape, kernel);
}

/** @param {Tensor} input @param {Tensor} output @param {number} kernel @param {Table | null} options @returns {Window} */
function windowOf({ shape: from }, { shape: to }, kernel, options) {
  const stride = options?.int32(1, 1) ?? 1;
  const same = (options?.int8(0) ?? SAME_PADDING) === SAME_PADDING;
  const pad = (/** @type {number} */ size, /** @type {number} */ result) => (same ? Math.max(0, (result - 1) * stride + kernel - size) >> 1 : 0);
  return { stride, kernel, padTop: pad(from.height, to.height), padLeft: pad(from.width, to.width) };
}

/** @param {Table} tensor @param {Table[]} buffers @param {(length: number) => Float32Array} allocate @returns {Tensor} */
function readTensor(tensor, buffers, allocate) {
  const dims = tensor.ints(0);
  const [channels = 1, width = 1, height = 1] = [...dims].reverse();
  const values = allocate(sizeOf(dims));
  fill(values, buffers[tensor.int32(2)].bytes(0), tensor.int8(1));
  return { dims, shape: { height, width, channels }, values };
}

/** @param {readonly number[]} dims @returns {number} */
function sizeOf(dims) {
  return dims.reduce((product, size) => product * size, 1);
}

/** @param {Float32Array} values @param {Uint8Array} data empty: of a tensor that is computed @param {number} type */
function fill(values, data, type) {
  if (data.length === 0) return;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < values.length; at += 1) {
    if (type === TYPE.float32) values[at] = view.getFloat32(4 * at, true);
    else if (type === TYPE.float16) values[at] = halfFloat(view.getUint16(2 * at, true));
    else if (type === TYPE.int32) values[at] = view.getInt32(4 * at, true);
    else throw new TypeError("unknown type of numbers");
  }
}

/** @param {number} bits IEEE 754, 16 bits @returns {number} */
function halfFloat(bits) {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
