import assert from "node:assert/strict";
import { test } from "node:test";

import { SenderControl } from "../../static/js/media/adaptation/sender-control.js";
import { SoundPause } from "../../static/js/media/voice/sound-pause.js";

/** A transceiver whose sender takes parameters when `allow` is called. */
function fakeTransceiver() {
  const waiting = [];
  const set = [];
  let encodings = [{ active: true }];
  const sender = {
    transport: {},
    getParameters: () => ({ encodings: structuredClone(encodings) }),
    setParameters: async (parameters) => {
      await new Promise((resolve, reject) => waiting.push({ resolve, reject }));
      ({ encodings } = parameters);
      set.push(parameters.encodings[0]);
    },
  };
  return { transceiver: /** @type {any} */ ({ sender }), set, allow: () => waiting.shift()?.resolve(), refuse: () => waiting.shift()?.reject(new Error("busy")) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("sound pauses without a microphone at once, and some seconds after it is muted", () => {
  const pause = new SoundPause();
  const on = { enabled: true };
  const off = { enabled: false };
  assert.equal(pause.isPaused(null, 0), true, "there is none");
  assert.equal(pause.isPaused(on, 100), false);
  assert.equal(pause.isPaused(off, 1_000), false);
  assert.equal(pause.isPaused(off, 10_900), false, "soon on again: silence is sent");
  assert.equal(pause.isPaused(off, 11_000), true);
  assert.equal(pause.isPaused(off, 99_000), true);
  assert.equal(pause.isPaused(on, 99_001), false);
  assert.equal(pause.isPaused(off, 99_002), false, "muted again, from now on");
  assert.equal(pause.isPaused(null, 99_003), true);
});

test("sound that begins does not wait until a picture has its parameters", async () => {
  const control = new SenderControl(() => {});
  const [camera, microphone] = [fakeTransceiver(), fakeTransceiver()];
  const picture = { active: true, height: 180, fps: 8, kbps: 100, codec: /** @type {const} */ ("VP8"), fresh: false };
  void control.setCamera(camera.transceiver, picture, { track: null, carried: false });
  void control.setAudio(microphone.transceiver, { kbps: 32, active: false });
  await settled();
  microphone.allow();
  await settled();
  assert.equal(microphone.set.at(-1)?.active, false);
  void control.setAudio(microphone.transceiver, { kbps: 32, active: true });
  await settled();
  microphone.allow();
  await settled();
  assert.equal(microphone.set.at(-1)?.active, true);
  assert.equal(camera.set.length, 0);
});

test("sound that could not begin begins with the next decision", async () => {
  const control = new SenderControl(() => {});
  const microphone = fakeTransceiver();
  void control.setAudio(microphone.transceiver, { kbps: 32, active: true });
  await settled();
  microphone.refuse();
  await settled();
  void control.setAudio(microphone.transceiver, { kbps: 32, active: true });
  await settled();
  microphone.allow();
  await settled();
  assert.deepEqual(microphone.set.map(({ active }) => active), [true]);
});

test("changes of one sender are applied in order", async () => {
  const control = new SenderControl(() => {});
  const microphone = fakeTransceiver();
  for (const active of [false, true, false]) void control.setAudio(microphone.transceiver, { kbps: 32, active });
  for (let turn = 0; turn < 3; turn += 1) {
    await settled();
    microphone.allow();
  }
  await settled();
  assert.deepEqual(microphone.set.map(({ active }) => active), [false, true, false]);
});
