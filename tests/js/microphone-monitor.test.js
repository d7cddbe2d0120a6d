import assert from "node:assert/strict";
import { test } from "node:test";

import { monitorMicrophone, SOUND } from "../../static/js/media/devices/microphone-monitor.js";

/** Lets seconds pass with one's own microphone, as `watch`. */
function listen(seconds, gives) {
  let [memory, energy, total] = [SOUND, 0, 0];
  const seen = [];
  for (let second = 1; second <= seconds; second += 1) {
    const { loud = true, counted = true, ...rest } = gives(second, seen);
    if (loud) energy += 0.01;
    total += 1;
    const stats = counted ? { energy, seconds: total } : { energy: null, seconds: null };
    const before = memory.said;
    memory = monitorMicrophone(memory, { now: second * 1000, on: true, taken: false, ...stats, ...rest });
    if (memory.reopen) seen.push(`${second}: open`);
    if (memory.said !== before) seen.push(`${second}: say ${memory.said || "well"}`);
  }
  return seen;
}

test("a silent microphone is opened again twice and then reported", () => {
  const table = [
    ["sound", () => ({}), []],
    ["taken by the system", () => ({ taken: true }), ["4: open", "7: open", "10: say taken"]],
    ["taken for a moment", (second) => ({ taken: second < 3 }), []],
    ["given back after a call", (second) => ({ taken: second < 30 }), ["4: open", "7: open", "10: say taken", "30: say well"]],
    ["silent to the last bit", () => ({ loud: false }), ["22: open", "42: open", "62: say silent"]],
    ["opened again it works", (_, seen) => ({ loud: seen.length > 0 }), ["22: open"]],
    ["a pause between sentences", (second) => ({ loud: second % 15 === 0 }), []],
    ["muted by the person", () => ({ on: false, loud: false }), []],
    ["a browser that does not count", () => ({ counted: false, loud: false }), []],
    ["alone in the room", (second) => ({ counted: second > 50, loud: second <= 50 }), ["72: open"]],
  ];
  for (const [name, gives, expected] of table) assert.deepEqual(listen(75, gives), expected, name);
});
