// What is received without a press.

import assert from "node:assert/strict";
import test from "node:test";

import { Allowance, LIMITS, isMetered } from "../../static/js/files/receive/allowance.js";

const MB = 1_000_000;

/** Each row: what comes, one offer after the other, and which of them needs no press. @type {[string, number[][], boolean[]][]} */
const CHAT = [
  ["a small picture", [[2 * MB]], [true]],
  ["an empty file", [[0]], [true]],
  ["as large as may be, and one byte more", [[10 * MB], [10 * MB + 1]], [true, false]],
  ["until all together are too much", [...Array(5).fill([10 * MB]), [1], [0]], [true, true, true, true, true, false, true]],
  ["a refused one is not counted", [[45 * MB], [10 * MB], [10 * MB], [10 * MB], [10 * MB], [10 * MB]], [false, true, true, true, true, true]],
  ["by number", [...Array(101).fill([1])], [...Array(100).fill(true), false]],
  ["several at once are taken or left together", [[10 * MB, 10 * MB, 11 * MB], Array(101).fill(1), Array(100).fill(1)], [false, false, true]],
  ["sizes that are none", [[NaN], [Infinity]], [false, false]],
];

for (const [story, offers, taken] of CHAT) {
  test(`pictures without a press: ${story}`, () => {
    const allowance = new Allowance(() => false);
    assert.deepEqual(offers.map((sizes) => allowance.consume("chat", "max", sizes)), taken);
  });
}

test("each person and each purpose has an allowance of its own", () => {
  const allowance = new Allowance(() => false);
  const full = Array(5).fill(10 * MB);
  assert.ok(allowance.consume("chat", "max", full));
  assert.ok(!allowance.consume("chat", "max", [1]));
  assert.ok(allowance.consume("chat", "sam", full));
  assert.ok(allowance.consume("waiting", "max", [LIMITS.waiting.fileBytes]));
});

test("nothing comes by itself while data are saved, and nothing is counted", () => {
  let saving = true;
  const allowance = new Allowance(() => saving);
  assert.ok(!allowance.consume("chat", "max", [1]));
  saving = false;
  assert.ok(allowance.consume("chat", "max", Array(100).fill(1)));
});

test("a connection that costs money is known where the browser says so", () => {
  const connections = [undefined, {}, { saveData: true }, { type: "cellular" }, { type: "wifi", saveData: false }];
  assert.deepEqual(connections.map((connection) => isMetered({ connection })), [false, false, true, true, false]);
});
