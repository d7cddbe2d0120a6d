import assert from "node:assert/strict";
import { test } from "node:test";

import { Captures, NO_TROUBLE, readCapture, TROUBLES } from "../../static/js/call/captures.js";
import { BlackDetector, isBlack } from "../../static/js/media/devices/black-detector.js";
import { World } from "./chat-world.js";

const SIGNAL = new AbortController().signal;

test("only what a device can lack is read", () => {
  for (const [device, troubles] of Object.entries(TROUBLES)) {
    for (const trouble of troubles) assert.deepEqual(readCapture({ ...NO_TROUBLE, [device]: trouble }), { ...NO_TROUBLE, [device]: trouble });
    for (const value of ["lost", 7, null, undefined, {}, ["taken"], "toString"]) assert.equal(readCapture({ ...NO_TROUBLE, [device]: value }), null);
  }
  assert.equal(readCapture({ ...NO_TROUBLE, screen: "black" }), null);
  assert.equal(readCapture({ ...NO_TROUBLE, microphone: "black" }), null);
  for (const value of [null, undefined, "taken", [], 1]) assert.equal(readCapture(value), null);
  assert.deepEqual(readCapture({ ...NO_TROUBLE, more: "words" }), NO_TROUBLE);
});

/** @param {number} light @param {number[]} [specks] */
const picture = (light, specks = []) => {
  const pixels = new Uint8ClampedArray(32 * 18 * 4).fill(light);
  specks.forEach((value, index) => pixels.fill(value, index * 4, index * 4 + 3));
  for (let at = 3; at < pixels.length; at += 4) pixels[at] = 255;
  return pixels;
};

test("a covered lens is black, a face in the light of a screen is not", () => {
  const table = [
    [picture(0), true],
    [picture(6, [20, 25, 18]), true],
    [picture(16), false],
    [picture(4, [60]), false],
    [picture(128), false],
    [new Uint8ClampedArray(0), false],
  ];
  for (const [pixels, black] of table) assert.equal(isBlack(pixels), black);
});

test("the others learn it at once, and people who join later when they are connected", async () => {
  const world = new World();
  const [max, olga, late] = ["max", "olga", "late"].map((name) => {
    const person = world.add(name);
    person.updatePerson = (pid, change) => Object.assign(pid === person.pid ? person.self : person.people.get(pid), change);
    person.captures = new Captures(person, SIGNAL);
    return person;
  });
  const seenBy = (person) => person.people.get(max.pid)?.capture;
  world.connect(max, olga);
  await world.settle();
  assert.deepEqual(seenBy(olga), NO_TROUBLE);
  const taken = { ...NO_TROUBLE, camera: "taken" };
  max.captures.setOwn(taken);
  await world.settle();
  assert.deepEqual([seenBy(olga), max.self.capture], [taken, taken]);
  world.connect(max, late);
  await world.settle();
  assert.deepEqual(seenBy(late), taken);
  max.captures.setOwn(NO_TROUBLE);
  await world.settle();
  assert.deepEqual([seenBy(olga), seenBy(late), max.self.capture], [NO_TROUBLE, NO_TROUBLE, NO_TROUBLE]);
});

test("a camera is looked at for a moment every other second, and none of its frames is kept", (context) => {
  let now = 10_000;
  context.mock.method(performance, "now", () => now);
  let light = 0;
  let drawn = 0;
  const canvas = { getContext: () => ({ drawImage: () => (drawn += 1), getImageData: () => ({ data: picture(light) }) }) };
  const video = { srcObject: null, play: async () => {}, onloadeddata: () => {} };
  const page = { hidden: false, createElement: (name) => (name === "video" ? video : canvas) };
  const before = [globalThis.document, globalThis.MediaStream];
  Object.assign(globalThis, { document: page, MediaStream: class {} });
  context.after(() => ([globalThis.document, globalThis.MediaStream] = before));
  const detector = new BlackDetector();
  const [one, other] = [{}, {}];
  const look = (track, ms) => {
    now += ms;
    const black = detector.check(track);
    if (video.srcObject !== null) video.onloadeddata();
    assert.equal(video.srcObject, null);
    return [black, drawn];
  };
  assert.deepEqual(look(one, 0), [null, 1], "not known before the first frame");
  assert.deepEqual([look(one, 500), look(one, 500), look(one, 500)], Array(3).fill([true, 1]));
  light = 200;
  assert.deepEqual([look(one, 500), look(one, 500)], [[true, 2], [false, 2]]);
  assert.deepEqual(look(other, 500), [null, 3], "another camera");
  page.hidden = true;
  assert.deepEqual(look(other, 5_000), [null, 3]);
  page.hidden = false;
  // A frame of a camera that was changed meanwhile says nothing about the new one.
  now += 5_000;
  detector.check(one);
  const late = video.onloadeddata;
  detector.check(null);
  late();
  assert.deepEqual([detector.check(null), drawn], [null, 3]);
  detector.stop();
});
