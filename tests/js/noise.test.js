// The worklet of the microphone mode "Quiet", with the real RNNoise: what it takes, what it leaves, and what it costs.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import test from "node:test";

const RATE = 48_000;
const QUANTUM = 128;
/** −46 dBFS: a computer on the desk. */
const NOISE = 0.005;
const VOICE = 0.12;
/** Of speech, then of pause, seconds. */
const SPEAKS = 2;

/** @returns {Promise<any>} the processor, as an audio worklet makes it */
async function makeProcessor() {
  /** @type {any} */
  let made;
  Object.assign(globalThis, {
    AudioWorkletProcessor: class { port = { postMessage() {} }; },
    registerProcessor: (/** @type {string} */ _name, /** @type {any} */ type) => (made = type),
  });
  await import(`../../static/js/media/voice/noise-worklet.js?${Math.random()}`);
  const bytes = readFileSync(resolve(import.meta.dirname, "../../static/vendor/rnnoise/rnnoise.wasm"));
  return new made({ processorOptions: { wasm: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) } });
}

/** A fixed sequence, from −1 to 1. */
function makeRandom(seed = 7) {
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 31 - 1;
  };
}

/** A resonator of two poles, in place. @param {Float64Array} samples @param {number} frequency @param {number} bandwidth hertz */
function resonate(samples, frequency, bandwidth) {
  const radius = Math.exp((-Math.PI * bandwidth) / RATE);
  const [first, second] = [2 * radius * Math.cos((2 * Math.PI * frequency) / RATE), -radius * radius];
  let [before, last] = [0, 0];
  for (let at = 0; at < samples.length; at += 1) {
    [before, last] = [last, (1 - radius) * samples[at] + first * last + second * before];
    samples[at] = last;
  }
}

/** Vowels of a falling voice for two seconds, then two seconds of pause, all over noise. @param {number} seconds */
function speakOverNoise(seconds) {
  const vowels = [[730, 1_090, 2_440], [270, 2_290, 3_010], [530, 1_840, 2_480], [570, 840, 2_410]];
  const random = makeRandom();
  const voice = new Float64Array(seconds * RATE);
  const syllable = 0.26 * RATE;
  for (let number = 0; (number + 1) * syllable < voice.length; number += 1) {
    const start = Math.round(number * syllable);
    if ((start / RATE) % (2 * SPEAKS) > SPEAKS - 0.26) continue;
    const sound = new Float64Array(0.2 * RATE);
    for (let at = 0, phase = 0; at < sound.length; at += 1) {
      phase += (150 - (30 * at) / sound.length + 8 * (number % 3)) / RATE;
      if (phase >= 1) sound[at] = 1;
      phase %= 1;
    }
    for (const formant of vowels[number % vowels.length]) {
      const wave = sound.slice();
      resonate(wave, formant, 90);
      sound.forEach((pulse, at) => (sound[at] = pulse + wave[at]));
    }
    sound.forEach((sample, at) => (voice[start + at] = sample * Math.sin((Math.PI * at) / sound.length)));
  }
  const rms = Math.sqrt(voice.reduce((sum, sample) => sum + sample * sample, 0) / voice.length);
  return Float32Array.from(voice, (sample) => ((sample * VOICE) / rms) + NOISE * Math.sqrt(3) * random());
}

/** @param {any} processor @param {Float32Array} input */
function filter(processor, input) {
  const output = new Float32Array(input.length);
  for (let at = 0; at + QUANTUM <= input.length; at += QUANTUM) {
    processor.process([[input.subarray(at, at + QUANTUM)]], [[output.subarray(at, at + QUANTUM)]]);
  }
  return output;
}

/** Levels of 50 ms each: of the quietest tenth, and of the loudest third, dB. @param {Float32Array} samples */
function levels(samples) {
  const length = 0.05 * RATE;
  const powers = Array.from({ length: Math.floor(samples.length / length) }, (_, at) => {
    const part = samples.subarray(at * length, (at + 1) * length);
    return part.reduce((sum, sample) => sum + sample * sample, 0) / length;
  }).sort((one, other) => one - other);
  const mean = (/** @type {number[]} */ some) => 10 * Math.log10(some.reduce((sum, one) => sum + one, 0) / some.length + 1e-12);
  return { pauses: mean(powers.slice(0, powers.length / 10)), speech: mean(powers.slice((-powers.length / 3) | 0)) };
}

test("pauses fall by more than 10 dB, and speech by less than 3", async () => {
  const input = speakOverNoise(12);
  const output = filter(await makeProcessor(), input);
  // The first seconds it learns what is noise.
  const [before, after] = [input, output].map((samples) => levels(samples.subarray(4 * RATE)));
  assert.ok(after.pauses < before.pauses - 10, `pauses: ${before.pauses} → ${after.pauses}`);
  assert.ok(Math.abs(after.speech - before.speech) < 3, `speech: ${before.speech} → ${after.speech}`);
});

test("it takes less than 5 % of a core", async () => {
  const SECONDS = 2;
  const processor = await makeProcessor();
  const input = speakOverNoise(SECONDS);
  // Processor time; the least of several rounds, since other programs only make it more.
  const rounds = Array.from({ length: 4 }, () => {
    const start = process.cpuUsage();
    filter(processor, input);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6 / SECONDS;
  });
  assert.ok(Math.min(...rounds) < 0.05, `shares of a core: ${rounds}`);
});

test("a microphone that is off costs nothing, and speech after it is whole", async () => {
  const [rested, fresh] = [await makeProcessor(), await makeProcessor()];
  const [voice, silence] = [speakOverNoise(4), new Float32Array(4 * RATE)];
  for (const processor of [rested, fresh]) filter(processor, voice);
  const cost = (/** @type {() => void} */ run) => {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  const speaking = Math.min(...Array.from({ length: 3 }, () => cost(() => filter(fresh, voice))));
  const muted = Math.min(...Array.from({ length: 3 }, () => cost(() => assert.ok(filter(rested, silence).subarray(RATE).every((sample) => sample === 0)))));
  assert.ok(muted < speaking / 5, `${muted} and ${speaking} µs`);
  const [after, before] = [rested, fresh].map((processor) => levels(filter(processor, voice)));
  assert.ok(Math.abs(after.speech - before.speech) < 1, `${after.speech} and ${before.speech} dB`);
});

test("what it is given late or not at all is silence, and it never runs dry", async () => {
  const processor = await makeProcessor();
  const output = new Float32Array(QUANTUM).fill(1);
  assert.equal(processor.process([[]], [[output]]), true);
  assert.ok(output.every((sample) => sample === 0));
});
