import assert from "node:assert/strict";
import { test } from "node:test";

import { ActiveSpeaker, HOLD_MS } from "../../static/js/ui/stage/active-speaker.js";

/** A speaker on a clock of its own; `at` hears who speaks at a moment and returns who counts then. */
function story() {
  let now = 0;
  const speaker = new ActiveSpeaker(() => now);
  const at = (ms, heard) => {
    now = ms;
    for (const [pid, speaking] of Object.entries(heard)) speaker.hear(pid, speaking);
    return speaker.current;
  };
  return { speaker, at };
}

test("the first who talks counts at once, and the next one after two silent seconds", () => {
  const { at } = story();
  assert.equal(at(0, { a: false, b: false }), "");
  assert.equal(at(100, { a: true, b: false }), "a");
  assert.equal(at(5_000, { a: true, b: false }), "a");
  assert.equal(at(5_250, { a: false, b: true }), "a");
  assert.equal(at(5_000 + HOLD_MS - 1, { a: false, b: true }), "a");
  assert.equal(at(5_000 + HOLD_MS, { a: false, b: true }), "b");
});

test("a word in between changes nothing, nor does talking at the same time", () => {
  const { at } = story();
  at(0, { a: true });
  assert.equal(at(1_000, { a: false, b: true }), "a");
  assert.equal(at(1_900, { a: true, b: true }), "a");
  assert.equal(at(60_000, { a: true, b: true }), "a");
  assert.equal(at(61_900, { a: false, b: false }), "a");
  assert.equal(at(90_000, { a: false, b: false }), "a", "who talked last stays");
});

test("a person who becomes large stays so for two seconds, even if silent at once", () => {
  const { at } = story();
  at(0, { a: true });
  at(500, { a: false });
  assert.equal(at(2_600, { b: true, c: true }), "b");
  assert.equal(at(2_700, { b: false, c: true }), "b");
  assert.equal(at(2_600 + HOLD_MS - 1, { b: false, c: true }), "b");
  assert.equal(at(2_700 + HOLD_MS, { b: false, c: true }), "c");
});

test("who leaves makes room at once, and who began first comes first", () => {
  const { speaker, at } = story();
  at(0, { a: true });
  at(100, { b: true });
  at(200, { c: true });
  speaker.forget("a");
  assert.equal(speaker.current, "");
  assert.equal(at(250, { c: true }), "b");
});
