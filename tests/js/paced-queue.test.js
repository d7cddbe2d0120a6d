import assert from "node:assert/strict";
import test from "node:test";

import { PacedQueue } from "../../static/js/gate/paced-queue.js";
import { Clock } from "./simulated-clock.js";

/** A queue whose items take so many milliseconds each, and what it has handled. */
function world(context, msEach) {
  const clock = new Clock(context);
  const handled = [];
  const queue = new PacedQueue((item) => {
    clock.now += msEach;
    handled.push(item);
    if (item === "throws") throw new Error("of a listener");
  });
  return { clock, queue, handled, pass: (ms) => clock.run(ms) };
}

test("what an honest peer sends is handled at once", (context) => {
  const { queue, handled } = world(context, 0.1);
  for (let at = 0; at < 900; at += 1) queue.push(at);
  assert.equal(handled.length, 900);
  assert.equal(queue.size, 0);
});

test("what would keep the page busy takes half of the time, in its order, and none of it is lost", async (context) => {
  const { clock, queue, handled, pass } = world(context, 10);
  for (let at = 0; at < 300; at += 1) queue.push(at);
  assert.ok(handled.length <= 11, `${handled.length} at once`);
  const began = clock.now;
  await pass(1_000);
  const share = ((handled.length - 11) * 10) / (clock.now - began);
  assert.ok(share > 0.35 && share <= 0.55, `${share} of a second`);
  queue.push("last");
  await pass(8_000);
  assert.deepEqual(handled, [...Array.from({ length: 300 }, (_, at) => at), "last"]);
  await pass(1_000);
  queue.push("later");
  assert.equal(handled.at(-1), "later", "who has rested is handled at once again");
});

test("what waits is dropped with its peer, in the middle of the work, too", async (context) => {
  const { queue, handled, pass } = world(context, 60);
  for (let at = 0; at < 10; at += 1) queue.push(at);
  const before = handled.length;
  queue.clear();
  await pass(5_000);
  assert.equal(handled.length, before);
  assert.equal(queue.size, 0);
  const clearing = new PacedQueue((item) => (item === 3 ? clearing.clear() : handled.push(item)), () => 0);
  for (let at = 0; at < 5; at += 1) clearing.push(at);
  assert.equal(handled.at(-1), 4);
});

test("an error of a listener costs its own message alone", async (context) => {
  const { queue, handled, pass } = world(context, 60);
  for (const item of ["first", "second", "throws", "fourth"]) {
    try {
      queue.push(item);
    } catch {
      // as the browser reports it
    }
  }
  for (let tries = 0; tries < 5; tries += 1) await pass(500).catch(() => {});
  assert.deepEqual(handled, ["first", "second", "throws", "fourth"]);
});
