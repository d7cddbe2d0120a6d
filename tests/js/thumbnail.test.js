// How much room a picture takes in the chat.

import assert from "node:assert/strict";
import test from "node:test";

import { thumbnailBox } from "../../static/js/ui/chat/thumbnail.js";

/** The size that a peer states, or that the file has, and the box. @type {[string, number, number, number, number, boolean][]} */
const TABLE = [
  ["landscape", 4_000, 3_000, 240, 180, false],
  ["portrait", 3_000, 4_000, 135, 180, false],
  ["square", 1_000, 1_000, 180, 180, false],
  ["a panorama", 10_000, 900, 240, 48, false],
  ["a long strip", 700, 30_000, 48, 180, false],
  ["smaller than the box", 100, 80, 100, 80, false],
  ["tiny", 16, 16, 48, 48, true],
  ["one pixel", 1, 1, 48, 48, true],
  ["a line", 32_767, 1, 240, 48, false],
];

for (const [what, width, height, boxWidth, boxHeight, isTiny] of TABLE) {
  test(`the box of a picture: ${what}`, () => {
    assert.deepEqual(thumbnailBox({ width, height }), { width: boxWidth, height: boxHeight, isTiny });
  });
}
