import assert from "node:assert/strict";
import { test } from "node:test";

import { HintQueue, hintsFor } from "../../static/js/ui/call/hint-queue.js";

const CALM = { busy: false, done: [] };
const BUSY = { busy: true, done: [] };

test("everyone gets three hints that they can follow", () => {
  const cases = [
    [{ host: true, keyboard: true }, ["mute", "invite", "drop"]],
    [{ host: false, keyboard: true }, ["mute", "hand", "drop"]],
    [{ host: true, keyboard: false }, ["invite", "files", "devices"]],
    [{ host: false, keyboard: false }, ["hand", "files", "devices"]],
  ];
  for (const [person, hints] of cases) assert.deepEqual(hintsFor(person), hints);
});

/** Each line: what happens, and the hint that is up afterwards. */
const STORIES = {
  "one after the other, with a rest between them": [
    ["update", CALM, "mute"],
    ["dismiss", null, null],
    ["update", CALM, null],
    ["wake", null, null],
    ["update", CALM, "invite"],
    ["dismiss", null, null],
    ["wake", null, null],
    ["update", CALM, "drop"],
    ["dismiss", null, null],
    ["wake", null, null],
    ["update", CALM, null],
  ],
  "none begins while something else is up, and one that is up stays": [
    ["update", BUSY, null],
    ["update", CALM, "mute"],
    ["update", BUSY, "mute"],
    ["dismiss", null, null],
    ["wake", null, null],
    ["update", BUSY, null],
    ["update", CALM, "invite"],
  ],
  "doing it ends the hint, also while something is open": [
    ["update", CALM, "mute"],
    ["update", { busy: false, done: ["mute"] }, null],
    ["wake", null, null],
    ["update", CALM, "invite"],
    ["update", { busy: true, done: ["invite"] }, null],
    ["wake", null, null],
    ["update", CALM, "drop"],
  ],
  "what was done before needs no hint": [
    ["update", { busy: true, done: ["mute", "drop"] }, null],
    ["update", CALM, "invite"],
    ["dismiss", null, null],
    ["wake", null, null],
    ["update", CALM, null],
  ],
  "doing something else leaves the hint": [
    ["update", CALM, "mute"],
    ["update", { busy: false, done: ["drop"] }, "mute"],
    ["dismiss", null, null],
    ["wake", null, null],
    ["update", CALM, "invite"],
    ["dismiss", null, null],
    ["wake", null, null],
    ["update", CALM, null],
  ],
};

for (const [name, story] of Object.entries(STORIES)) {
  test(`hints: ${name}`, () => {
    const queue = new HintQueue(["mute", "invite", "drop"]);
    for (const [step, [verb, now, current]] of story.entries()) {
      queue[verb](now);
      assert.equal(queue.current, current, `step ${step}: ${verb}`);
    }
  });
}

test("the queue is finished when the last hint has ended, not before", () => {
  const queue = new HintQueue(["mute", "drop"]);
  queue.update(CALM);
  assert.equal(queue.update({ busy: false, done: ["mute"] }), true);
  assert.equal(queue.isFinished, false);
  queue.wake();
  assert.equal(queue.update(CALM), false);
  assert.equal(queue.current, "drop");
  assert.equal(queue.isFinished, false);
  queue.dismiss();
  assert.equal(queue.isFinished, true);
});
