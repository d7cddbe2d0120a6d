// The small window: which picture it shows, and what senders hear of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { choosePicture } from "../../static/js/ui/small-window/choice.js";
import { withOutside } from "../../static/js/ui/stage/tile-views.js";

const MAX = { pid: "max", camera: true };
const NOOR = { pid: "noor", camera: false };
const SAM = { pid: "sam", camera: true };

/** @param {object} [call] */
function chosen(call) {
  const { kind, pid } = choosePicture({ screens: [], people: [NOOR, MAX, SAM], speaker: "", self: "olga", ...call });
  return `${kind} ${pid}`;
}

test("what is pinned comes first, then a screen, then who speaks", () => {
  assert.equal(chosen({ speaker: "sam" }), "tile sam");
  assert.equal(chosen({ speaker: "noor" }), "tile noor");
  const screens = [{ pid: "max" }, { pid: "sam" }];
  assert.equal(chosen({ speaker: "noor", screens }), "screen max");
  assert.equal(chosen({ screens: [screens[0], { pid: "sam", pinned: true }] }), "screen sam");
  const people = [NOOR, { ...MAX, pinned: true }, { ...SAM, pinned: true }];
  assert.equal(chosen({ people, screens, speaker: "noor" }), "tile max");
  assert.equal(chosen({ people, screens, speaker: "sam" }), "tile sam");
});

test("without a speaker, or when they have left, it is someone with a camera, or else oneself", () => {
  assert.equal(chosen(), "tile max");
  assert.equal(chosen({ speaker: "gone" }), "tile max");
  assert.equal(chosen({ people: [NOOR] }), "tile noor");
  assert.equal(chosen({ people: [] }), "tile olga");
});

test("a picture in the window is in view, in the larger of both sizes", () => {
  const hidden = { height: 700, visible: false };
  const shown = { height: 700, visible: true };
  const outside = { pid: "max", kind: "tile", height: 200 };
  assert.deepEqual(withOutside({ tile: hidden, screen: hidden }, outside), { tile: { height: 200, visible: true }, screen: hidden });
  assert.deepEqual(withOutside({ tile: shown, screen: null }, outside), { tile: shown, screen: null });
  // A screen that is no longer shared.
  assert.deepEqual(withOutside({ tile: hidden, screen: null }, { ...outside, kind: "screen" }), { tile: hidden, screen: null });
});
