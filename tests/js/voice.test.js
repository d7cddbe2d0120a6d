// Push-to-talk, speech while muted, and the settings of both.

import assert from "node:assert/strict";
import test from "node:test";

import { StoredSettings } from "../../static/js/lib/stored-settings.js";
import { soundsLikeSpeech } from "../../static/js/media/voice/muted-speech.js";
import { hasSound, isShown, newsSettings, SMALL_CALL } from "../../static/js/ui/lib/news-settings.js";
import { PushHold } from "../../static/js/ui/voice/push-hold.js";

class Microphone {
  /** @type {boolean[]} */
  calls = [];

  /** @param {boolean} muted */
  constructor(muted) {
    this.muted = muted;
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.muted = muted;
    this.calls.push(muted);
  }
}

const BOTH = { talk: true, mute: true };

for (const muted of [true, false]) {
  test(`a hold turns a microphone that is ${muted ? "off on, and off" : "on off, and on"} again`, () => {
    const microphone = new Microphone(muted);
    const hold = new PushHold(microphone);
    assert.equal(hold.press(BOTH), true);
    hold.check();
    assert.equal(hold.press(BOTH), false, "it is held already");
    hold.release();
    hold.release();
    assert.deepEqual(microphone.calls, [!muted, muted]);
  });

  test(`without the setting a hold does nothing to a microphone that is ${muted ? "off" : "on"}`, () => {
    const microphone = new Microphone(muted);
    const hold = new PushHold(microphone);
    assert.equal(hold.press({ talk: !muted, mute: muted }), false);
    hold.release();
    assert.deepEqual(microphone.calls, []);
  });
}

test("a release changes nothing after a host has muted the person", () => {
  const microphone = new Microphone(false);
  const hold = new PushHold(microphone);
  hold.press(BOTH);
  hold.cancel();
  microphone.setMuted(true);
  hold.release();
  assert.equal(microphone.muted, true);
});

test("a release changes nothing after the press was undone", () => {
  const microphone = new Microphone(true);
  const hold = new PushHold(microphone);
  hold.press(BOTH);
  microphone.setMuted(true);
  hold.check();
  assert.equal(hold.held, false);
  hold.release();
  assert.deepEqual(microphone.calls, [false, true]);
});

/** @param {(at: number) => number} level */
const twoSeconds = (level) => Array.from({ length: 20 }, (_, at) => level(at));

test("syllables are speech", () => {
  assert.ok(soundsLikeSpeech(twoSeconds((at) => (at % 3 === 2 ? 0.3 : 0.65))));
});

for (const [what, level] of /** @type {[string, (at: number) => number][]} */ ([
  ["silence", () => 0],
  ["a hum", () => 0.6],
  ["a fan", (at) => 0.55 + (at % 2) * 0.05],
  ["a distant voice", (at) => (at % 3 === 2 ? 0.1 : 0.35)],
  ["a cough", (at) => (at > 4 && at < 10 ? 0.8 : 0.1)],
  ["short beeps, twice a second", (at) => (at % 5 === 0 ? 0.7 : 0)],
])) {
  test(`${what} is no speech`, () => assert.ok(!soundsLikeSpeech(twoSeconds(level))));
}

test("stored settings fill in what is missing, and take no other types", () => {
  const storage = new Map([["push", '{"talk":true,"code":7,"more":1}'], ["broken", "{"], ["none", "null"]]);
  globalThis.localStorage = /** @type {any} */ ({ getItem: (key) => storage.get(key) ?? null, setItem: (key, value) => storage.set(key, value) });
  const usual = { talk: false, code: "Space" };
  assert.deepEqual(new StoredSettings("push", usual).value, { talk: true, code: "Space" });
  for (const key of ["broken", "none", "absent"]) assert.deepEqual(new StoredSettings(key, usual).value, usual);
  const settings = new StoredSettings("push", usual);
  settings.change({ code: "KeyB" });
  assert.deepEqual(new StoredSettings("push", usual).value, { talk: true, code: "KeyB" });
});

test("large calls are quiet, unless a person wishes otherwise; knocks ring in all", () => {
  globalThis.localStorage = /** @type {any} */ ({ getItem: () => null, setItem: () => {} });
  assert.deepEqual([SMALL_CALL, SMALL_CALL + 1].map((people) => hasSound("people", people)), [true, false]);
  assert.ok(hasSound("knocks", 50));
  const cases = /** @type {const} */ ([["sound", true, true], ["notice", true, false], ["none", false, false], ["nonsense", true, false]]);
  for (const [manner, shown, sounds] of cases) {
    newsSettings.change({ messages: manner });
    assert.deepEqual([isShown("messages"), hasSound("messages", 50)], [shown, sounds], manner);
  }
});

/** As much of a window as held keys need. */
function makeWindow() {
  return Object.assign(new EventTarget(), { document: new EventTarget() });
}

test("a key that is held in a window of the call is released when that window closes", async () => {
  globalThis.localStorage = /** @type {any} */ ({ getItem: () => null, setItem: () => {} });
  const page = makeWindow();
  Object.assign(globalThis, { window: page, document: page.document, Element: EventTarget, addEventListener: page.addEventListener.bind(page) });
  const { listenForPush, listenForPushIn } = await import("../../static/js/ui/voice/push-keys.js");
  const { pushSettings } = await import("../../static/js/ui/voice/voice-settings.js");
  pushSettings.change({ talk: true, code: "F8" });
  const media = new Microphone(true);
  const [call, small] = [new AbortController(), new AbortController()];
  listenForPush(/** @type {any} */ ({ media, on: () => {} }), call.signal);
  const beside = makeWindow();
  listenForPushIn(/** @type {any} */ (beside), small.signal);
  beside.document.dispatchEvent(Object.assign(new Event("keydown", { cancelable: true }), { code: "F8" }));
  assert.equal(media.muted, false);
  small.abort();
  assert.equal(media.muted, true);
  assert.deepEqual(media.calls, [false, true]);
  // In a field a function key talks as well; what writes there only writes.
  const inField = (/** @type {string} */ code) => {
    pushSettings.change({ code });
    Object.assign(page.document, { checkVisibility: () => true, closest: () => page.document });
    page.document.dispatchEvent(Object.assign(new Event("keydown", { cancelable: true }), { code }));
    const talks = !media.muted;
    page.dispatchEvent(Object.assign(new Event("keyup"), { code }));
    return [talks, media.muted];
  };
  assert.deepEqual(["F8", "F10", "Space", "KeyB"].map(inField), [[true, true], [true, true], [false, true], [false, true]]);
  call.abort();
});
