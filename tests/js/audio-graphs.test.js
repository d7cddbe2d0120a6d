// Audio graphs run only while something uses them: each wakes the processor hundreds of times a second.

import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {Graph[]} */
const graphs = [];
const running = () => graphs.filter(({ state }) => state === "running").length;
const settled = () => new Promise((resolve) => setImmediate(resolve));

class Node extends EventTarget {
  connect(/** @type {any} */ other) {
    return other;
  }

  disconnect() {}
}

class Graph extends EventTarget {
  static allowed = true;
  state = Graph.allowed ? "running" : "suspended";
  currentTime = 0;
  /** @type {(() => void)[]} */
  waiting = [];

  constructor() {
    super();
    graphs.push(this);
  }

  createAnalyser() {
    return Object.assign(new Node(), { fftSize: 32, getFloatTimeDomainData: () => {} });
  }

  createMediaStreamSource(/** @type {any} */ mediaStream) {
    return Object.assign(new Node(), { mediaStream });
  }

  /** As browsers do, it waits until it may. */
  async resume() {
    if (!Graph.allowed) await new Promise((resolve) => this.waiting.push(() => resolve(undefined)));
    this.state = "running";
  }

  async suspend() {
    this.state = "suspended";
  }

  async close() {
    this.state = "closed";
  }
}

/** @type {Tone[]} */
const tones = [];
class Tone extends Node {
  constructor() {
    super();
    tones.push(this);
  }

  start() {}

  stop() {}
}
const parameter = { value: 0, setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} };
class Gain extends Node {
  gain = { ...parameter };
}
class Stream {
  /** @param {object[]} [tracks] */
  constructor(tracks = []) {
    this.tracks = tracks;
  }

  getTracks() {
    return this.tracks;
  }
}
class Player extends EventTarget {
  async play() {
    this.dispatchEvent(new Event("playing"));
  }

  pause() {
    this.dispatchEvent(new Event("pause"));
  }
}
Object.assign(globalThis, {
  AudioContext: Graph, OscillatorNode: Tone, GainNode: Gain, MediaStream: Stream, Audio: Player,
  MediaStreamAudioDestinationNode: class extends Node { stream = new Stream(); },
});

const { Booster } = await import("../../static/js/media/playback/booster.js");
const { Chime } = await import("../../static/js/media/playback/chime.js");
const { MutedSpeech } = await import("../../static/js/media/voice/muted-speech.js");

/** @returns {any} */
function outputs() {
  const contexts = new Set();
  return { contexts, addContext: (/** @type {object} */ one) => contexts.add(one), removeContext: (/** @type {object} */ one) => contexts.delete(one) };
}

function endTones() {
  for (const tone of tones.splice(0)) tone.dispatchEvent(new Event("ended"));
}

test("a chime has a graph as long as it sounds", async () => {
  const all = outputs();
  const chime = new Chime(all, { intervalMs: 0 });
  for (let times = 0; times < 3; times += 1) {
    await chime.ring([1, 2]);
    await chime.ring([3]);
    assert.deepEqual([running(), all.contexts.size, tones.length], [1, 1, 3], "both sound at once");
    endTones();
    assert.deepEqual([running(), all.contexts.size], [0, 0]);
  }
  await chime.ring([1]);
  chime.close();
  endTones();
  assert.equal(running(), 0);
});

test("where sound is not allowed yet, one graph waits, and an old chime is left out", async (context) => {
  context.after(() => (Graph.allowed = true));
  Graph.allowed = false;
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const chime = new Chime(outputs(), { intervalMs: 0 });
  const before = graphs.length;
  const rung = [chime.ring([1]), chime.ring([2])];
  assert.equal(graphs.length, before + 1);
  now = 5_000;
  graphs.at(-1)?.waiting.forEach((go) => go());
  await Promise.all(rung);
  assert.deepEqual([tones.length, graphs.at(-1)?.state], [0, "closed"]);
});

test("the own voice is measured only while the microphone is off", () => {
  const speech = new MutedSpeech();
  assert.equal(running(), 0);
  const copy = { enabled: false, stopped: false, stop: () => (copy.stopped = true) };
  const track = /** @type {any} */ ({ clone: () => copy });
  for (let times = 0; times < 2; times += 1) {
    speech.watch(track);
    assert.deepEqual([running(), copy.enabled], [1, true]);
    speech.watch(null);
    assert.deepEqual([running(), copy.stopped], [0, true]);
  }
  speech.watch(track);
  speech.stop();
  assert.equal(running(), 0);
});

test("the graph of those who are louder rests when no one is", async () => {
  const options = { makeSink: () => /** @type {any} */ ({ use: () => {} }), onChanged: () => {} };
  const [one, other] = [new Booster(options), new Booster(options)];
  const loud = { gain: 2, muted: false, speaker: "" };
  const track = () => /** @type {any} */ ({});
  one.play(track(), loud);
  other.play(track(), loud);
  await settled();
  assert.deepEqual([running(), one.plays], [1, true]);
  one.play(null, loud);
  assert.deepEqual([running(), one.plays, other.plays], [1, false, true]);
  other.close();
  assert.equal(running(), 0);
  one.play(track(), loud);
  await settled();
  assert.deepEqual([running(), one.plays], [1, true]);
  one.close();
});
