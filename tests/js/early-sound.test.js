// The sound of an element that has no picture yet.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FakeElement, makePage } from "./fake-elements.js";

/** @type {FakeElement[]} */
let audios = [];
globalThis.Audio = class extends FakeElement {
  constructor() {
    super();
    audios.push(this);
  }
};
globalThis.MediaStream = class {
  active = true;
  constructor(tracks = []) {
    this.tracks = tracks;
  }
  getAudioTracks() {
    return this.tracks.filter(({ kind }) => kind === "audio");
  }
  getVideoTracks() {
    return this.tracks.filter(({ kind }) => kind === "video");
  }
};

const { MediaOutputs } = await import("../../static/js/media/playback/media-outputs.js");

const settled = () => new Promise((resolve) => setImmediate(resolve));
const [VOICE, CAMERA] = [{ kind: "audio" }, { kind: "video" }];
const heard = () => audios.filter(({ paused, muted, srcObject }) => !paused && !muted && srcObject !== null);

/** @param {object} owner @param {object[]} tracks @param {object} [as] */
async function shown(outputs, owner, tracks, as = {}) {
  const element = Object.assign(new FakeElement(), { HAVE_CURRENT_DATA: 2, readyState: 0, volume: 1 }, as);
  outputs.add(element, owner);
  outputs.play(element, new MediaStream(tracks));
  await settled();
  return element;
}

/** @param {FakeElement} element @param {number} readyState @param {string} type */
function become(element, readyState, type) {
  element.readyState = readyState;
  element.dispatchEvent(new Event(type));
}

beforeEach(() => {
  makePage();
  audios = [];
});

test("a voice plays before there is a picture, and with the picture from the element itself", async () => {
  const outputs = new MediaOutputs();
  const tile = await shown(outputs, { pid: "a" }, [VOICE, CAMERA]);
  assert.deepEqual(heard().map(({ srcObject }) => srcObject.tracks), [[VOICE]]);
  become(tile, 4, "loadeddata");
  assert.deepEqual([heard(), audios[0].srcObject], [[], null]);
  // A new connection begins without a picture, too.
  become(tile, 0, "emptied");
  outputs.play(tile, new MediaStream([{ kind: "audio" }, CAMERA]));
  await settled();
  assert.equal(heard().length, 1);
});

test("what plays by itself needs no other element: sound alone, a picture alone, the own picture, one whose sound is elsewhere", async () => {
  const outputs = new MediaOutputs();
  await shown(outputs, { pid: "a" }, [VOICE]);
  await shown(outputs, { pid: "b" }, [CAMERA]);
  await shown(outputs, { pid: "me", own: true }, [VOICE, CAMERA]);
  await shown(outputs, { pid: "a", silent: true }, [VOICE, CAMERA]);
  await shown(outputs, { pid: "c" }, [VOICE, CAMERA], { readyState: 4 });
  assert.deepEqual(audios, []);
});

test("the early voice has the speaker, the volume and the muting of its person", async () => {
  const outputs = new MediaOutputs();
  outputs.useSpeaker("headset");
  const tile = await shown(outputs, { pid: "a" }, [VOICE, CAMERA]);
  await settled();
  assert.equal(audios[0].sinkId, "headset");
  outputs.useSpeaker("");
  outputs.setPerson("a", { silenced: true, picture: false });
  await settled();
  assert.deepEqual([audios[0].sinkId, heard()], ["", []]);
  outputs.setPerson("a", { silenced: false, picture: false, volume: 40 });
  tile.dispatchEvent(new Event("volumechange"));
  await settled();
  assert.deepEqual([heard().length, audios[0].volume], [1, 0.4]);
});

test("refused sound is offered once, and comes back with a press", async () => {
  const outputs = new MediaOutputs();
  /** @type {typeof FakeElement} */
  const Early = globalThis.Audio;
  globalThis.Audio = class extends Early {
    policy = "none";
  };
  const tile = await shown(outputs, { pid: "a" }, [VOICE, CAMERA], { policy: "muted" });
  await settled();
  assert.deepEqual([outputs.offer, heard()], ["sound", []]);
  for (const element of [tile, ...audios]) element.policy = "free";
  outputs.resume();
  await settled();
  assert.deepEqual([outputs.offer, heard().length], ["", 1]);
  globalThis.Audio = Early;
});

test("what the browser pauses plays again, but not for ever; a person who has left is silent", async () => {
  const outputs = new MediaOutputs();
  await shown(outputs, { pid: "a" }, [VOICE, CAMERA]);
  for (let pauses = 0; pauses < 3; pauses += 1) {
    audios[0].pause();
    await settled();
    assert.equal(heard().length, 1);
  }
  audios[0].pause();
  await settled();
  assert.deepEqual(heard(), []);
  outputs.resume();
  await settled();
  assert.equal(heard().length, 1);
  outputs.removePerson("a");
  assert.deepEqual([heard(), audios.length], [[], 1]);
});

test("Firefox plays the sound before the picture by itself", async () => {
  const { navigator } = globalThis;
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0" }, configurable: true });
  await shown(new MediaOutputs(), { pid: "a" }, [VOICE, CAMERA]);
  assert.deepEqual(audios, []);
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
});
