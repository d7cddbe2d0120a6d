import assert from "node:assert/strict";
import { test } from "node:test";

import { DELIVERING, monitorCapture } from "../../static/js/media/devices/capture-monitor.js";

const STEP_S = 0.5;

/** Lets seconds pass with one's own device, as the page does; returns what was done and said, and when. */
function watch(device, seconds, gives) {
  let [memory, delivered, energy] = [DELIVERING, 0, 0];
  const seen = [];
  for (let second = STEP_S; second <= seconds; second += STEP_S) {
    const { fps = 30, loud = true, counted = true, source = "a", ...rest } = gives(second, seen);
    delivered += device === "microphone" ? (fps && 1_000) * STEP_S : fps * STEP_S;
    if (loud) energy += 0.01;
    const counts = { delivered: counted ? Math.floor(delivered) : null, energy: counted && device === "microphone" ? energy : null };
    const facts = { now: second * 1_000, on: true, ended: false, taken: false, black: null, source, ...counts, ...rest };
    const before = memory.said;
    memory = monitorCapture(device, memory, facts);
    if (memory.reopen) seen.push(`${second}: open`);
    if (memory.said !== before) seen.push(`${second}: ${memory.said || "well"}`);
  }
  return seen;
}
/** @param {number} from @param {number} to */
const between = (from, to, one, other = {}) => (second) => (second >= from && second < to ? one : other);

test("a camera that gives nothing is reported in three seconds, and why", () => {
  const table = [
    ["a picture", () => ({}), []],
    ["a dark room", () => ({ fps: 5 }), []],
    ["taken by the system", between(10, 30, { taken: true, fps: 0 }), ["11: taken", "30: well"]],
    ["taken, frames go on", between(10, 30, { taken: true }), ["11: taken", "30: well"]],
    ["taken for a moment", between(10, 10.5, { taken: true }), []],
    ["frozen", between(10, 20, { fps: 0 }), ["11.5: frozen", "15.5: open", "19.5: open", "20: well"]],
    ["frozen for a moment", between(10, 11, { fps: 0 }), []],
    ["Firefox repeats the last frame", between(10, 14, { fps: 1 }), ["11.5: frozen", "14: well"]],
    ["slow to start", between(0, 4, { fps: 0 }), []],
    ["never started", () => ({ fps: 0 }), ["4.5: frozen", "8.5: open", "12.5: open"]],
    ["black", between(10, 30, { black: true }, { black: false }), ["15: black", "30: well"]],
    ["covered for a moment", between(10, 14, { black: true }, { black: false }), []],
    ["black, page hidden meanwhile", (second) => ({ black: second < 10 || second > 30 ? true : null }), ["5.5: black"]],
    ["gone", between(10, 20, { ended: true, fps: 0 }), ["11: ended", "20: well"]],
    ["off", () => ({ on: false, fps: 0, taken: true }), []],
    ["a browser that does not count", () => ({ counted: false, fps: 0 }), []],
    ["another connection counts", (second) => ({ source: second < 10 ? "a" : "b" }), []],
  ];
  for (const [name, gives, expected] of table) assert.deepEqual(watch("camera", 20.5 + 12, gives), expected, name);
});

test("a microphone that gives nothing is opened again and reported", () => {
  const table = [
    ["sound", () => ({}), []],
    ["taken by the system", () => ({ taken: true }), ["1.5: taken", "3.5: open", "6.5: open"]],
    ["taken for a moment", between(3, 3.5, { taken: true }), []],
    ["given back after a call", between(0, 30, { taken: true }), ["1.5: taken", "3.5: open", "6.5: open", "30: well"]],
    ["silent to the last bit", () => ({ loud: false }), ["21: open", "31: silent", "41: open"]],
    ["opened again it works", (_, seen) => ({ loud: seen.length > 0 }), ["21: open"]],
    ["a pause between sentences", (second) => ({ loud: second % 15 === 0 }), []],
    ["no samples", between(10, 20, { fps: 0, loud: false }), ["11.5: frozen", "14.5: open", "17.5: open", "20: well"]],
    ["muted by the person", () => ({ on: false, loud: false }), []],
    ["a browser that does not count", () => ({ counted: false, loud: false }), []],
    ["alone in the room", (second) => ({ counted: second > 50, loud: second <= 50 }), ["71: open"]],
  ];
  for (const [name, gives, expected] of table) assert.deepEqual(watch("microphone", 75, gives), expected, name);
});

test("a screen that stands still is well, and one that the system hides is not", () => {
  const counts = { counted: false, fps: 0 };
  assert.deepEqual(watch("screen", 30, () => counts), []);
  assert.deepEqual(watch("screen", 30, between(10, 20, { ...counts, taken: true }, counts)), ["11: taken", "20: well"]);
});

test("a device that fails again and again is not opened without end", () => {
  const opened = (seconds, gives) => watch("camera", seconds, gives).filter((one) => one.endsWith("open")).length;
  assert.equal(opened(300, (second) => ({ fps: second % 20 < 10 ? 0 : 30 })), 2);
  assert.equal(opened(250, (second) => ({ fps: second % 100 >= 50 && second % 100 < 60 ? 0 : 30 })), 4);
});
