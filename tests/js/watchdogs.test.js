import assert from "node:assert/strict";
import { test } from "node:test";

import { monitorMicrophone, SOUND } from "../../static/js/media/devices/microphone-monitor.js";
import { detectStalledMedia, NOTHING_STALLED } from "../../static/js/media/playback/stalled-media.js";
import { clampCap } from "../../static/js/media/adaptation/data-saver.js";
import { readRefreshRequest } from "../../static/js/peer/media-refresh.js";

/** Simulates seconds, with what `comes(second)` returns; returns what was done, and when. */
function watch(seconds, comes) {
  const counts = { audioPackets: 0, videoPackets: 0, decoded: 0 };
  let memory = NOTHING_STALLED;
  const seen = [];
  for (let second = 1; second <= seconds; second += 1) {
    const { audio = 50, video = 60, frames = 30, ...facts } = comes(second);
    counts.audioPackets += audio;
    counts.videoPackets += video;
    counts.decoded += frames;
    memory = detectStalledMedia(memory, { connected: true, sound: true, picture: true, now: second * 1000, ...counts, ...facts });
    if (memory.recover) seen.push(`${second}: recover ${memory.recover.symptom} ${memory.recover.turn}`);
    if (memory.said && !seen.some((one) => one.endsWith(`say ${memory.said}`))) seen.push(`${second}: say ${memory.said}`);
  }
  return { seen, said: memory.said };
}

test("stalled media is recovered twice and then reported", () => {
  const table = [
    ["all is well", () => ({}), []],
    ["no sound", () => ({ audio: 0 }), ["8: recover no-sound 1", "14: recover no-sound 2", "20: say no-sound"]],
    ["no picture", () => ({ video: 0, frames: 0 }), ["8: recover no-picture 1", "14: recover no-picture 2", "20: say no-picture"]],
    ["a frozen decoder", () => ({ frames: 0 }), ["8: recover frozen 1", "14: recover frozen 2", "20: say frozen"]],
    ["muted", () => ({ audio: 0, sound: false }), []],
    ["no picture is sent", () => ({ video: 0, frames: 0, picture: false }), []],
    ["an interruption is another's business", () => ({ audio: 0, video: 0, frames: 0, connected: false }), []],
    ["a pause of five seconds", (second) => (second > 4 && second < 10 ? { audio: 0, video: 0, frames: 0 } : {}), []],
    ["recovered at once", (second) => (second < 9 ? { audio: 0 } : {}), ["8: recover no-sound 1"]],
  ];
  for (const [name, comes, expected] of table) assert.deepEqual(watch(30, comes).seen, expected, name);
});

test("what recovers is not reported any more, and what keeps failing is not recovered for ever", () => {
  assert.equal(watch(40, (second) => (second < 30 ? { audio: 0 } : {})).said, "");
  // Ten seconds of silence, five of sound, over and over.
  const { seen } = watch(300, (second) => (second % 15 < 10 ? { audio: 0 } : {}));
  assert.equal(seen.filter((one) => one.includes("recover")).length, 2, seen.join());
  const minutes = watch(200, (second) => (second % 100 < 10 ? { audio: 0 } : {}));
  assert.equal(minutes.seen.filter((one) => one.includes("recover")).length, 2, "a long calm gives two more");
});

test("another connection starts from nothing", () => {
  let memory = NOTHING_STALLED;
  const facts = { connected: true, sound: true, picture: false, videoPackets: 0, decoded: 0 };
  for (let second = 1; second < 7; second += 1) memory = detectStalledMedia(memory, { ...facts, now: second * 1000, audioPackets: 500 });
  memory = detectStalledMedia(memory, { ...facts, now: 7000, audioPackets: 3 });
  memory = detectStalledMedia(memory, { ...facts, now: 8000, audioPackets: 3 });
  assert.equal(memory.recover, null);
});

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

test("a refresh request names one of two kinds", () => {
  assert.equal(readRefreshRequest({ kind: "audio" }), "audio");
  assert.equal(readRefreshRequest({ kind: "video", extra: 1 }), "video");
  for (const lie of [null, "audio", {}, { kind: "screen" }, { kind: ["audio"] }, []]) assert.equal(readRefreshRequest(lie), null);
});

test("a cap is within bounds", () => {
  const table = [[300, 300], [1, 50], [1e9, 10_000], [NaN, 300], [-5, 300], [123.4, 123]];
  for (const [typed, kept] of table) assert.equal(clampCap(typed), kept);
});
