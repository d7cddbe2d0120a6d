// What covers the room behind a person: the network gives what its own runtime gives, the blur takes nothing of the person, and
// the camera's own track is out only while the person wants it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import test from "node:test";

import { Emitter } from "../../static/js/lib/emitter.js";
import { Adaptation } from "../../static/js/media/adaptation/adaptation.js";
import { blurBehind } from "../../static/js/media/background/blur.js";
import { Compositor } from "../../static/js/media/background/compositor.js";
import { Network } from "../../static/js/media/background/network.js";
import { Pace } from "../../static/js/media/background/pace.js";
import { PlatformBlur } from "../../static/js/media/background/platform-blur.js";

const VENDOR = resolve(import.meta.dirname, "../../static/vendor/selfie-segmentation");
const [WIDTH, HEIGHT] = [256, 144];

function readWeights() {
  const bytes = readFileSync(resolve(VENDOR, "selfie_segmentation_landscape.tflite"));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

/** Draws a head and shoulders before a chequered wall, as numbers from 0 to 1. @param {Float32Array} input */
function drawPerson(input) {
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const head = ((x - 128) / 25) ** 2 + ((y - 60) / 33) ** 2 < 1;
      const shoulders = ((x - 128) / 68) ** 2 + ((y - 148) / 50) ** 2 < 1;
      const wall = ((x >> 3) + (y >> 3)) % 2 ? 0.9 : 0.1;
      const colour = head ? [0.8, 0.6, 0.5] : shoulders ? [0.2, 0.3, 0.5] : [wall, wall, wall];
      input.set(colour, 3 * (y * WIDTH + x));
    }
  }
}

for (const simd of [true, false]) test(`the network computes what TensorFlow Lite computes, ${simd ? "with" : "without"} SIMD`, () => {
  const network = new Network(readWeights(), { simd });
  assert.deepEqual(network.input.shape, { height: HEIGHT, width: WIDTH, channels: 3 });
  drawPerson(network.input.values);
  network.run();
  // By ai-edge-litert 2.3.0 from the same input: [x, y, probability].
  const expected = [[10, 10, 0.0000], [245, 20, 0.0000], [128, 60, 1.0000], [128, 130, 1.0000], [128, 100, 1.0000], [100, 120, 1.0000], [60, 138, 0.0693], [104, 60, 1.0000], [128, 30, 1.0000], [150, 75, 0.9678], [70, 130, 1.0000]];
  for (const [x, y, probability] of expected) {
    const found = network.output.values[y * WIDTH + x];
    assert.ok(Math.abs(found - probability) < 0.002, `${x},${y}: ${found}, not ${probability}`);
  }
});

test("what is not such a network is refused when it is read", () => {
  assert.throws(() => new Network(new TextEncoder().encode("<!doctype html><title>Not found</title>").buffer), TypeError);
  const other = readWeights();
  // Operators that no one has heard of.
  const codes = new Uint8Array(other);
  const at = codes.findIndex((_, index) => "Convolution2DTransposeBias".split("").every((letter, of) => codes[index + of] === letter.charCodeAt(0)));
  codes[at] = "X".charCodeAt(0);
  assert.throws(() => new Network(other), /unknown operation/);
});

test("the blur smooths the room, and takes nothing of the person into it", () => {
  const [width, height] = [64, 36];
  const pixels = new Uint8ClampedArray(4 * width * height);
  const mask = new Float32Array(width * height);
  for (let at = 0; at < width * height; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    mask[at] = x >= 24 && x < 40 ? 1 : 0;
    pixels.set(mask[at] ? [255, 0, 0, 255] : [0, (x + y) % 2 ? 200 : 0, 0, 255], 4 * at);
  }
  const output = new Uint8ClampedArray(pixels.length);
  blurBehind(pixels, { width, height, radius: 4 }, mask, output);
  const at = (/** @type {number} */ x, /** @type {number} */ y) => [...output.slice(4 * (y * width + x), 4 * (y * width + x) + 4)];
  assert.ok(Math.abs(at(4, 4)[1] - 100) < 12 && Math.abs(at(5, 4)[1] - 100) < 12, "the pattern is gone");
  assert.ok(at(22, 18)[0] < 30, "and no red beside the person");
  blurBehind(pixels, { width, height, radius: 4 }, null, output);
  assert.ok(at(32, 18)[0] > 150 && at(22, 18)[0] > 60, "without a mask everything is blurred");
});

/** A canvas that knows whether the room is on it, as it came from the camera. `draws`: which of its functions do anything. */
class Canvas {
  static draws = { drawImage: true, putImageData: true };
  showsRoom = false;

  constructor(/** @type {number} */ width, /** @type {number} */ height) {
    Object.assign(this, { width, height });
  }

  getContext() {
    const canvas = this;
    return {
      canvas,
      clearRect() {},
      drawImage(/** @type {any} */ from) {
        if (Canvas.draws.drawImage) canvas.showsRoom ||= from.showsRoom === true;
      },
      getImageData: (/** @type {number} */ _x, /** @type {number} */ _y, /** @type {number} */ width, /** @type {number} */ height) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) }),
      putImageData() {
        if (Canvas.draws.putImageData) canvas.showsRoom = false;
      },
    };
  }
}

for (const [what, draws] of Object.entries({ "works": {}, "takes no pixels": { putImageData: false }, "draws nothing": { putImageData: false, drawImage: false } })) {
  test(`without a mask, where a canvas ${what}, the picture of the camera is not sent`, () => {
    Canvas.draws = { drawImage: true, putImageData: true, ...draws };
    Object.assign(globalThis, { OffscreenCanvas: Canvas });
    const frame = /** @type {any} */ ({ showsRoom: true });
    const sent = /** @type {any} */ (new Compositor(null).draw(frame, { width: 640, height: 360 }, null));
    assert.equal(sent.showsRoom, false);
  });
}

test("a slow device computes fewer pictures and leaves room for the call", () => {
  const pace = new Pace(0);
  assert.ok(pace.pauseAfter(5) < 1_000 / 30, "30 a second where that is easy");
  const slow = new Pace(0);
  assert.ok(Math.abs(slow.pauseAfter(120) - 80) < 1e-9, "120 of 200 ms are 60 % of a core");
  assert.equal(slow.report(500), null);
  assert.deepEqual(slow.report(1_200), { load: 0.1, fps: 1 / 1.2, costMs: 120 });
});

test("what the cover takes counts as load of the processor, which decides the codec", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const topic = { on() {}, send() {} };
  const mesh = Object.assign(new Emitter(), { peers: new Map(), topic: () => topic });
  const cores = 4;
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { hardwareConcurrency: cores } });
  let load = 0.8 * cores;
  const life = new AbortController();
  const adaptation = new Adaptation(/** @type {any} */ (mesh), () => ({ tile: { height: 360, visible: true }, screen: null }), life.signal, () => load);
  const second = async () => {
    context.mock.timers.tick(1_000);
    for (let at = 0; at < 10; at += 1) await null;
    return adaptation.cpuLoad;
  };
  assert.equal(await second(), 0.8);
  load = 0;
  assert.equal(await second(), 0);
  life.abort();
});

/** A camera whose system blurs, as browsers describe it. */
class BlurringCamera extends EventTarget {
  settings = { backgroundBlur: false };
  works = true;

  getCapabilities() {
    return { backgroundBlur: [true, false] };
  }

  getConstraints() {
    return { width: 1280 };
  }

  getSettings() {
    return this.settings;
  }

  /** @param {{backgroundBlur: boolean, width: number}} constraints */
  async applyConstraints({ backgroundBlur, width }) {
    assert.equal(width, 1280, "the others stay");
    if (this.works) this.settings = { backgroundBlur };
  }
}

test("the system's blur counts only while the camera says so", async () => {
  const camera = /** @type {any} */ (new BlurringCamera());
  camera.works = false;
  assert.equal(await PlatformBlur.start(camera), false, "it takes no notice");
  camera.works = true;
  assert.equal(await PlatformBlur.start(camera), true);
  let lost = 0;
  const blur = new PlatformBlur(camera, () => (lost += 1));
  assert.equal(blur.track, camera);
  camera.settings = { backgroundBlur: false };
  assert.equal(blur.track, null, "before any event says so");
  camera.dispatchEvent(new Event("configurationchange"));
  assert.equal(lost, 1);
  const plain = /** @type {any} */ (Object.assign(new BlurringCamera(), { getCapabilities: () => ({ width: {} }) }));
  assert.equal(await PlatformBlur.start(plain), false);
});
