import assert from "node:assert/strict";
import { test } from "node:test";

import { Captures, NO_TROUBLE, readCapture, TROUBLES } from "../../static/js/call/captures.js";
import { isBlack } from "../../static/js/media/devices/black-detector.js";
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
