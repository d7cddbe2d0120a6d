/**
 * RNNoise in an audio worklet: frames of 480 samples of one channel at 48 kHz, 10 ms late. The wasm module comes from the package
 * named in vendored.toml; its loader is not needed.
 */

/** @typedef {{c: WebAssembly.Memory, d: () => void, f: (model: number) => number, g: (bytes: number) => number,
 *   j: (state: number, out: number, from: number) => number}} Exports d: constructors; f: rnnoise_create; g: malloc;
 *   j: rnnoise_process_frame */

const FRAME = 480;
/** After this long of nothing at all, as from a microphone that is off, nothing is computed: 0.2 s. */
const MOST_EMPTY = 20;
/** RNNoise counts in 16-bit steps. */
const SCALE = 32_768;
const { AudioWorkletProcessor: Base, registerProcessor } = /** @type {any} */ (globalThis);

class NoiseProcessor extends Base {
  #exports;
  #state;
  #at;
  #filled = 0;
  #frame = new Float32Array(FRAME);
  /** What is processed and not played yet; silence first, so that it never runs dry. */
  #ready = new Float32Array(2 * FRAME);
  #readyCount = FRAME;
  /** Frames in a row without any sample but 0. */
  #empty = 0;

  /** @param {{processorOptions: {wasm: ArrayBuffer}}} options */
  constructor({ processorOptions: { wasm } }) {
    super();
    const copy = (/** @type {number} */ to, /** @type {number} */ from, /** @type {number} */ count) =>
      new Uint8Array(this.#exports.c.buffer).copyWithin(to, from, from + count);
    // Its memory is large enough, and does not grow.
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), { a: { a: () => 0, b: copy } });
    this.#exports = /** @type {Exports} */ (/** @type {unknown} */ (exports));
    this.#exports.d();
    this.#state = this.#exports.f(0);
    this.#at = this.#exports.g(FRAME * Float32Array.BYTES_PER_ELEMENT);
    this.port.postMessage("ready");
  }

  /** @param {Float32Array[][]} inputs @param {Float32Array[][]} outputs */
  process([[input]], [[output]]) {
    for (let at = 0; at < output.length; at += 1) {
      this.#frame[this.#filled] = (input?.[at] ?? 0) * SCALE;
      this.#filled += 1;
      if (this.#filled === FRAME) this.#processFrame();
    }
    output.set(this.#ready.subarray(0, output.length));
    this.#ready.copyWithin(0, output.length, this.#readyCount);
    this.#readyCount -= output.length;
    return true;
  }

  #processFrame() {
    this.#filled = 0;
    this.#empty = this.#frame.every((sample) => sample === 0) ? this.#empty + 1 : 0;
    if (this.#empty > MOST_EMPTY) {
      this.#ready.fill(0, this.#readyCount, this.#readyCount + FRAME);
      this.#readyCount += FRAME;
      return;
    }
    const heap = new Float32Array(this.#exports.c.buffer, this.#at, FRAME);
    heap.set(this.#frame);
    this.#exports.j(this.#state, this.#at, this.#at);
    for (let at = 0; at < FRAME; at += 1) this.#ready[this.#readyCount + at] = heap[at] / SCALE;
    this.#readyCount += FRAME;
  }
}

registerProcessor("noise", NoiseProcessor);
