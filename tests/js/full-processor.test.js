import assert from "node:assert/strict";
import { test } from "node:test";

import { ComputePressure } from "../../static/js/peer/stats/compute-pressure.js";
import { decide } from "../../static/js/media/adaptation/decision.js";
import { LOWEST_VIDEO, SNAPSHOTS } from "../../static/js/media/adaptation/ladder.js";
import { initialState } from "../../static/js/media/adaptation/state.js";
import { Watchdog } from "../../static/js/peer/watchdog.js";
import { FINE, pass } from "./fine-evidence.js";

/** What the system says, second by second; returns the levels. */
function watch(context, observer = {}) {
  const life = new AbortController();
  let now = 0;
  let say = () => {};
  globalThis.PressureObserver = class {
    constructor(callback) {
      say = callback;
    }
    observe = async (source, { sampleInterval }) => {
      assert.deepEqual([source, sampleInterval], ["cpu", 1_000]);
      if (observer.refuses) throw new DOMException("", "NotSupportedError");
    };
    disconnect = () => (say = null);
  };
  context.after(() => delete globalThis.PressureObserver);
  const pressure = new ComputePressure(() => now);
  pressure.watch(life.signal);
  const seconds = (state, count) =>
    Array.from({ length: count }, () => {
      now += 1_000;
      say([{ state: "nominal" }, { state }].slice(1));
      return pressure.level;
    });
  return { pressure, life, seconds, isWatched: () => say !== null };
}

test("a processor is full after some seconds of it, and fuller if less work does not help", (context) => {
  const { seconds } = watch(context);
  assert.deepEqual(seconds("serious", 5), Array(5).fill(0));
  assert.deepEqual(seconds("critical", 5), [0, 0, 0, 0, 0]);
  assert.deepEqual(seconds("serious", 1), [0], "a page that loads");
  assert.deepEqual(seconds("critical", 16), [0, 0, 0, 0, 0, ...Array(10).fill(1), 2]);
  assert.deepEqual(seconds("critical", 100), Array(100).fill(2), "no higher");
});

test("a call of fewer than five does nothing about it", (context) => {
  const { pressure, seconds } = watch(context);
  seconds("critical", 8);
  assert.deepEqual([1, 3, 4, 7].map((others) => pressure.levelFor(others)), [0, 0, 1, 1]);
});

test("what made room is kept for a while, twice as long each time that the processor is full again", (context) => {
  const { seconds } = watch(context);
  const lengths = [0, 1, 2].map(() => {
    seconds("critical", 8);
    const eased = seconds("fair", 300).indexOf(0);
    return eased;
  });
  assert.ok(lengths[0] >= 14 && lengths[0] <= 16, String(lengths));
  // More than its own wait has passed in between, so nothing was learned.
  assert.equal(lengths[1], lengths[0]);
  seconds("critical", 8);
  seconds("fair", lengths[0] + 1);
  seconds("critical", 8);
  const again = seconds("fair", 300).indexOf(0);
  assert.ok(again >= 29 && again <= 31, String(again));
});

test("a browser that does not say, or may not, has room", (context) => {
  const silent = new ComputePressure();
  silent.watch(new AbortController().signal);
  assert.equal(silent.level, 0);
  const { pressure } = watch(context, { refuses: true });
  assert.equal(pressure.level, 0);
});

test("a first connection that is late on a full processor is not begun again at once", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let overloaded = true;
  const helped = { connecting: 0, interrupted: 0 };
  for (const state of Object.keys(helped)) new Watchdog(() => (helped[state] += 1), { polite: false, isOverloaded: () => overloaded }).observe(state);
  const pass = (seconds) => {
    for (let half = 0; half < 2 * seconds; half += 1) context.mock.timers.tick(500);
  };
  pass(20);
  assert.equal(helped.connecting, 0);
  assert.ok(helped.interrupted >= 3, "only what is under way is waited for");
  pass(10);
  assert.equal(helped.connecting, 1, "not for ever");
  overloaded = false;
  pass(13);
  assert.equal(helped.connecting, 3);
});

test("nothing is watched after the call", (context) => {
  const { life, isWatched } = watch(context);
  assert.ok(isWatched());
  life.abort();
  assert.ok(!isWatched());
});

const COMMON = { codecs: ["AV1", "VP9", "VP8", "H264"], common: "VP8" };

test("on a full processor pictures go down to the smallest, not further, and stay there", () => {
  const before = pass(initialState(0), 0, 20, COMMON);
  assert.ok(before.state.rung > LOWEST_VIDEO && !before.state.longPackets);
  const full = { ...COMMON, full: 1, fewPackets: true };
  const { state, seen, now } = pass(before.state, before.now, 120, full);
  assert.deepEqual([state.rung, state.codec, state.longPackets], [LOWEST_VIDEO, "VP8", true]);
  assert.ok(seen.slice(0, 20).some(({ rung }) => rung === LOWEST_VIDEO), "within twenty seconds");
  assert.ok(seen[0].longPackets, "sound at once");
  assert.ok(seen.every(({ rung }) => rung >= LOWEST_VIDEO));
  const after = pass(state, now, 240, COMMON);
  assert.equal(after.state.rung, before.state.rung);
  assert.equal(after.state.longPackets, false);
});

test("nor do they where each is encoded for itself: the codec is the same, the thrifty one would fill it more", () => {
  const alone = { ...COMMON, common: null };
  const before = pass(initialState(0), 0, 20, { ...alone, available: 400 });
  assert.equal(before.state.codec, "AV1");
  for (const busy of [{}, { cpuLoad: 0.9 }, { limited: true, available: 150 }, { remoteCpuLoad: 0.9 }]) {
    const { state, seen } = pass(before.state, before.now, 120, { ...alone, ...busy, full: 1, fewPackets: true });
    assert.deepEqual([state.rung, state.codec], [LOWEST_VIDEO, "VP8"], JSON.stringify(busy));
    assert.ok(seen.every(({ rung, codec }) => rung >= LOWEST_VIDEO && codec === "VP8"), JSON.stringify(busy));
  }
  const cheaper = pass({ ...before.state, codec: "H264" }, before.now, 60, { ...alone, full: 1, limited: true });
  assert.deepEqual([cheaper.state.rung, cheaper.state.codec], [LOWEST_VIDEO, "H264"]);
  const undecoded = pass(before.state, before.now, 20, { ...alone, codecs: ["AV1", "VP9"], full: 1 });
  assert.ok(undecoded.state.codec !== "VP8");
});

test("where it is full, estimates that fall are not taken for a line that has become thin", () => {
  const before = pass(initialState(0), 0, 20, COMMON);
  const late = { ...COMMON, full: 2, fewPackets: true, available: 30, used: 20, rttMs: 900, concealed: 0.2, hasFrozen: true };
  const { seen } = pass(before.state, before.now, 60, late);
  assert.ok(seen.every(({ rung, codec }) => rung >= LOWEST_VIDEO && codec === "VP8"), seen.map(({ rung, codec }) => `${rung} ${codec}`).join());
  // Loss beyond what a processor causes is the line's.
  const lossy = pass(before.state, before.now, 60, { ...late, loss: 0.3 });
  assert.ok(lossy.state.rung <= SNAPSHOTS);
});

test("a picture that was given up before comes back on a full processor", () => {
  const thin = pass(initialState(0), 0, 60, { ...COMMON, available: 10, share: 8, used: 8, concealed: 0.2 });
  assert.ok(thin.state.linkRung < LOWEST_VIDEO, String(thin.state.linkRung));
  const { state } = pass(thin.state, thin.now, 200, { ...COMMON, full: 1, fewPackets: true });
  assert.equal(state.rung, LOWEST_VIDEO);
  // A processor answers late, now and then: as if there were a queue.
  const late = (/** @type {unknown} */ _, /** @type {number} */ second) => ({ ...COMMON, full: 2, fewPackets: true, rttMs: second % 4 ? 30 : 500 });
  const { seen } = pass(thin.state, thin.now, 80, late);
  assert.ok(seen.some(({ rung }) => rung === LOWEST_VIDEO), "within two waits of half a minute");
  assert.ok(pass(thin.state, thin.now, 80, { ...COMMON, full: 2, fewPackets: true, loss: 0.1 }).state.rung < LOWEST_VIDEO, "the line loses too much");
});

test("music keeps its short packets on a full processor", () => {
  const { state, now } = pass(initialState(0), 0, 20, COMMON);
  assert.equal(decide(state, { ...FINE, ...COMMON, full: 1, fewPackets: false, now: now + 1_000 }).longPackets, false);
});
