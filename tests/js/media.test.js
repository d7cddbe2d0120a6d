import assert from "node:assert/strict";
import { test } from "node:test";

import { loudness } from "../../static/js/media/devices/level-meter.js";
import { newDevices } from "../../static/js/media/devices/new-devices.js";
import { loadDevice, saveDevice } from "../../static/js/media/devices/preferences.js";
import { loudest } from "../../static/js/media/playback/remote-levels.js";

test("loudness goes from silence to full in equal steps of decibels", () => {
  assert.equal(loudness(1), 1);
  assert.equal(loudness(2), 1);
  assert.ok(Math.abs(loudness(10 ** (-30 / 20)) - 0.5) < 1e-9);
  for (const value of [0.001, 0.0001, 0, -1, NaN, undefined]) assert.ok(loudness(value) < 1e-9);
});

test("the loudness of a peer is that of the loudest thing received, not of one's own voice nor of a shared screen", () => {
  const report = new Map([
    ["a", { type: "inbound-rtp", kind: "audio", audioLevel: 0.01 }],
    ["b", { type: "inbound-rtp", kind: "audio", audioLevel: 0.1 }],
    ["c", { type: "media-source", kind: "audio", audioLevel: 1 }],
    ["d", { type: "inbound-rtp", kind: "video" }],
  ]);
  assert.equal(loudest(report, "inbound-rtp"), loudness(0.1));
  report.set("e", { type: "inbound-rtp", kind: "audio", audioLevel: 0.9, trackIdentifier: "film" });
  assert.equal(loudest(report, "inbound-rtp", "film"), loudness(0.1));
  assert.equal(loudest(new Map(), "media-source"), 0);
});

test("a chosen device is remembered where there is storage, and no harm is done where there is none", (context) => {
  assert.equal(loadDevice("audio"), null);
  saveDevice("audio", "headset");
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
  context.after(() => delete globalThis.localStorage);
  saveDevice("audio", "headset");
  assert.equal(loadDevice("audio"), "headset");
  assert.equal(loadDevice("video"), null);
});

test("a plugged device is reported once, by its label, and not when only the label is new", () => {
  const device = (kind, deviceId, groupId, label = deviceId) => ({ kind, deviceId, groupId, label });
  const inside = device("audioinput", "built-in", "a");
  const headset = [device("audiooutput", "headset-out", "h", "Headset Stereo"), device("audioinput", "headset-in", "h", "Headset Mono")];
  const camera = device("videoinput", "camera", "");
  assert.deepEqual(newDevices([inside], [inside, ...headset, camera]), [
    { label: "Headset Mono", devices: headset },
    { label: "camera", devices: [camera] },
  ]);
  assert.deepEqual(newDevices([inside, ...headset], [inside]), []);
  assert.deepEqual(newDevices([], [device("videoinput", "x", "", "")]), []);
  const standIns = [device("audioinput", "default", "h"), device("audioinput", "communications", "h")];
  assert.deepEqual(newDevices([inside, ...headset], [...standIns, inside, ...headset]), []);
});
