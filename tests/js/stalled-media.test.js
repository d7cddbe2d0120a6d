import assert from "node:assert/strict";
import { test } from "node:test";

import { detectStalledMedia, expectedMedia, NOTHING_STALLED } from "../../static/js/media/playback/stalled-media.js";

/** Simulates seconds, with what `comes(second)` returns; returns what was done, and when. */
function watch(seconds, comes) {
  const counts = { audioPackets: 0, videoPackets: 0, decoded: 0, screenPackets: 0, screenFrames: 0 };
  let memory = NOTHING_STALLED;
  const seen = [];
  for (let second = 1; second <= seconds; second += 1) {
    const { audio = 50, video = 60, frames = 30, screens = [0, 0], ...facts } = comes(second);
    counts.audioPackets += audio;
    counts.videoPackets += video;
    counts.decoded += frames;
    counts.screenPackets += screens[0];
    counts.screenFrames += screens[1];
    memory = detectStalledMedia(memory, { connected: true, sound: true, picture: true, screen: false, shares: facts.screen ?? false, now: second * 1000, ...counts, ...facts });
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
    ["no screen", () => ({ screen: true }), ["8: recover no-screen 1", "14: recover no-screen 2", "20: say no-screen"]],
    ["a screen that stands still", (second) => ({ screen: true, screens: second < 4 ? [9, 1] : [0, 0] }), []],
    ["a first picture that comes slowly", (second) => ({ screen: true, screens: [5, second > 20 ? 1 : 0] }), []],
    ["another screen after one that did not come", (second) => ({ screen: second !== 21 }), ["8: recover no-screen 1", "14: recover no-screen 2", "20: say no-screen", "28: recover no-screen 1"]],
    ["a still screen that comes back into view", (second) => ({ shares: true, screen: second < 9 || second > 15, screens: second < 4 ? [9, 1] : [0, 0] }), []],
    ["streams without a name", () => ({ screen: true, screens: [NaN, NaN] }), []],
    ["a second screen that does not come", (second) => ({ screen: second !== 10, screens: second < 10 ? [9, 5] : [0, 0] }), ["17: recover no-screen 1", "23: recover no-screen 2", "29: say no-screen"]],
    ["recovered at once", (second) => (second < 9 ? { audio: 0 } : {}), ["8: recover no-sound 1"]],
  ];
  for (const [name, comes, expected] of table) assert.deepEqual(watch(30, comes).seen, expected, name);
});

test("the line has to deliver what is sent, and not what a device withholds", () => {
  const well = { camera: "", microphone: "", screen: "" };
  for (const [capture, expected] of [[undefined, true], [well, true], [{ ...well, screen: "taken" }, false]]) {
    assert.equal(expectedMedia({ muted: false, camera: true, capture }, "moving", true).screen, expected);
  }
  const table = [
    [{}, "moving", true, true],
    [{ capture: well }, "moving", true, true],
    [{ muted: true }, "moving", false, true],
    [{ camera: false }, "moving", true, false],
    [{}, "stills", true, false],
    [{}, undefined, true, false],
    ...["taken", "ended", "frozen", "black"].map((camera) => [{ capture: { ...well, camera } }, "moving", true, false]),
    ...["taken", "ended", "frozen", "silent"].map((microphone) => [{ capture: { ...well, microphone } }, "moving", false, true]),
  ];
  for (const [person, sends, sound, picture] of table) {
    assert.deepEqual(expectedMedia({ muted: false, camera: true, ...person }, sends, false), { sound, picture, screen: false }, JSON.stringify(person));
  }
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
  const facts = { connected: true, sound: true, picture: false, screen: false, videoPackets: 0, decoded: 0, screenPackets: 0, screenFrames: 0 };
  for (let second = 1; second < 7; second += 1) memory = detectStalledMedia(memory, { ...facts, now: second * 1000, audioPackets: 500 });
  memory = detectStalledMedia(memory, { ...facts, now: 7000, audioPackets: 3 });
  memory = detectStalledMedia(memory, { ...facts, now: 8000, audioPackets: 3 });
  assert.equal(memory.recover, null);
});
