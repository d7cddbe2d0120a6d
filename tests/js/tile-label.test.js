import assert from "node:assert/strict";
import { test } from "node:test";

import { tileLabel } from "../../static/js/ui/stage/tile-label.js";

const TEXTS = {
  you: "{name} (you)",
  "tile.microphone-off": "microphone off",
  "tile.muted-for-you": "muted for you",
  "tile.hand": "hand raised {turn}",
  "tile.camera-off": "camera off",
  "tile.weak": "weak connection",
  "tile.pinned": "pinned",
};
const words = (key, values = {}) => TEXTS[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const MAX = { name: "Max", self: false, state: "connected", muted: false, camera: true, hand: 0, quality: { level: "good", reason: "" } };

/** What is different from Max with everything on, and what the tile is called then. */
const ROWS = [
  [{}, "Max"],
  [{ muted: true }, "Max, microphone off"],
  [{ camera: false }, "Max, camera off"],
  [{ hand: 2 }, "Max, hand raised 2"],
  [{ hand: undefined, quality: undefined }, "Max"],
  [{ quality: { level: "fair", reason: "loss" } }, "Max, weak connection"],
  [{ muted: true, hand: 1, camera: false, quality: { level: "poor", reason: "" } }, "Max, microphone off, hand raised 1, camera off, weak connection"],
  [{ mutedLocally: true, pinned: true }, "Max, muted for you, pinned"],
  [{ self: true, state: "self", muted: true }, "Max (you), microphone off"],
  [{ state: "interrupted", quality: { level: "poor", reason: "lost" } }, "Max, <interrupted>"],
  [{ state: "connecting", camera: false }, "Max, <connecting>, camera off"],
];

for (const [change, label] of ROWS) {
  test(`a tile is called ${label}`, () => {
    const state = ({ state: now }) => `<${now}>`;
    assert.equal(tileLabel({ ...MAX, ...change }, { words, state }), label);
  });
}
