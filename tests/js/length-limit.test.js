// How much of a limited text is used, as the server counts it.

import assert from "node:assert/strict";
import test from "node:test";

import { measure } from "../../static/js/ui/lib/length-limit.js";

/** What is typed into a field for 60 characters; how many count; what is said. @type {[string, number, string][]} */
const TABLE = [
  ["", 0, ""],
  ["Olga", 4, ""],
  ["x".repeat(53), 53, ""],
  ["x".repeat(54), 54, "limitNear"],
  ["x".repeat(60), 60, "limitNear"],
  ["x".repeat(61), 61, "limitOver"],
  ["x".repeat(74), 74, "limitOver"],
  // Two UTF-16 units each, and one character for the server.
  ["😀".repeat(60), 60, "limitNear"],
  ["😀".repeat(61), 61, "limitOver"],
  // Composed and decomposed letters count alike, as do spaces that are collapsed.
  ["e\u0301".repeat(60), 60, "limitNear"],
  [`  ${"x ".repeat(10)}   `, 19, ""],
];

test("what is left and what is too much", () => {
  for (const [value, length, words] of TABLE) {
    const found = measure(value, 60);
    assert.deepEqual([found.length, found.words, found.left, found.over], [length, words, 60 - length, length > 60], value);
  }
});
