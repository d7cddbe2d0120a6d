import assert from "node:assert/strict";
import { test } from "node:test";

import { expectedDelay, learnDelay, quickestCodec } from "../../static/js/media/adaptation/coding-delay.js";
import { pickCodec } from "../../static/js/media/adaptation/codecs.js";
import { decide } from "../../static/js/media/adaptation/decision.js";
import { initialState } from "../../static/js/media/adaptation/state.js";
import { FINE as ANY } from "./fine-evidence.js";

const ALL = ["AV1", "VP9", "VP8", "H264"];
const DESKTOP = ["AV1", "VP9", "VP8"];
/** A machine on which each codec takes so many ms, at both ends together, for a picture of 640×360. */
const SLOW_VP8 = { AV1: 9, VP9: 11, VP8: 14 };
const USUAL = { AV1: 19, VP9: 11, VP8: 8 };

const FINE = { ...ANY, available: 4000, source: { height: 360 }, codecs: DESKTOP };

/** Lets seconds pass, two decisions each, on a machine where coding takes so long. */
function pass(state, from, seconds, evidence, machine = USUAL) {
  const seen = [];
  for (let now = from + 500; now <= from + 1000 * seconds; now += 500) {
    const coded = { codec: state.codec, ms: machine[state.codec], height: 360 };
    const more = typeof evidence === "function" ? evidence(now - from) : evidence;
    state = decide(state, { ...FINE, coded, now, ...more });
    seen.push(state.codec);
  }
  return { state, seen, now: from + 1000 * seconds };
}

const switches = (seen) => seen.filter((codec, at) => at > 0 && codec !== seen[at - 1]).length;

test("delays are learned for each codec, whatever the size, and expected of the others by the same measure", () => {
  const big = learnDelay({}, { codec: "VP8", ms: 16, height: 720 });
  assert.deepEqual(big, { VP8: 8 });
  assert.ok(learnDelay(big, { codec: "VP8", ms: 12, height: 360 }).VP8 > 8, "slower now");
  assert.deepEqual(learnDelay({}, { codec: "VP8", ms: 4, height: 180 }), big);
  assert.equal(learnDelay(big, { codec: "VP8", ms: 0, height: 360 }), big, "nothing was measured");
  assert.equal(learnDelay(big, { codec: "H265", ms: 3, height: 360 }), big);
  const twice = { VP8: 2 * expectedDelay({}, "VP8") };
  assert.equal(expectedDelay(twice, "AV1"), 2 * expectedDelay({}, "AV1"), "a machine of half the speed");
});

test("another codec has to be clearly quicker", () => {
  assert.equal(quickestCodec(DESKTOP, {}, "AV1"), "VP8");
  assert.equal(quickestCodec(DESKTOP, { AV1: 9, VP8: 8 }, "AV1"), "AV1");
  assert.equal(quickestCodec(DESKTOP, { AV1: 9, VP8: 8 }, "VP8"), "VP8");
  assert.equal(quickestCodec(DESKTOP, { AV1: 4, VP8: 8 }, "VP8"), "AV1", "made by hardware");
  assert.equal(quickestCodec(["H264", "VP8", "VP9", "AV1"], {}, "AV1"), "H264", "on phones it comes first");
  assert.equal(quickestCodec(["AV1", "VP9"], {}, "VP8"), "VP9", "what the other side cannot decode does not count");
});

test("the quickest is chosen of what the processor can pay for, and only where the link has room", () => {
  const terms = { rung: 4, cores: 1, step: 0, kbps: 3000 };
  assert.equal(pickCodec(DESKTOP, terms), "AV1");
  assert.equal(pickCodec(DESKTOP, terms, { delays: {}, codec: "AV1" }), "VP8");
  assert.equal(pickCodec(DESKTOP, terms, { delays: SLOW_VP8, codec: "VP8" }), "AV1");
  assert.equal(pickCodec(DESKTOP, { ...terms, step: 1 }, { delays: SLOW_VP8, codec: "VP8" }), "VP9", "a codec that was too much stays out");
  assert.equal(pickCodec(ALL, terms, { delays: { H264: 3 }, codec: "AV1" }), "VP8", "H.264 takes a negotiation");
  assert.equal(pickCodec(["H264", "VP8", "VP9", "AV1"], terms, { delays: {}, codec: "VP8" }), "H264", "on phones it comes first");
  assert.equal(pickCodec(ALL, { ...terms, rung: 6, cores: 0.1 }, { delays: {}, codec: "VP8" }), "H264", "where none can be paid for, the cheapest");
});

/** Decisions until the first picture is there. */
const FIRST = 3;

test("the first picture is in the codec with which browsers begin, unless the link or the processor is too weak for it", () => {
  assert.equal(switches(["VP8", ...pass(initialState(0), 0, 30, {}).seen]), 0, "a link with room keeps it");
  const usual = pass(initialState(0), 0, 30, { available: 300 }).seen;
  assert.deepEqual([...new Set(usual.slice(0, FIRST - 1))], ["VP8"]);
  assert.deepEqual([...new Set(usual.slice(FIRST))], ["AV1"], "at once after it, and for good");
  const wide = pass(initialState(0), 0, 30, { available: 600 }).seen;
  assert.deepEqual([...new Set(wide.slice(0, 9))], ["VP8"], "an estimate that has risen may rise further");
  assert.deepEqual([...new Set(pass(initialState(0), 0, 30, { available: 60 }).seen)], ["AV1"], "too thin from the start");
  const first = pass(initialState(0), 0, 5, (ms) => ({ available: 300, rttMs: ms > 500 && ms <= 3000 ? 400 : 30 })).seen;
  assert.equal(first.indexOf("AV1"), 6, `not while the first key frame fills the link: ${first.join()}`);
  const falls = pass(initialState(0), 0, 5, (ms) => ({ available: ms < 1000 ? 300 : 60 })).seen;
  assert.equal(falls.indexOf("AV1"), 1, falls.join());
  const busy = pass(initialState(0), 0, 5, { cpuLoad: 0.9, cores: 0.02 }).seen;
  assert.notEqual(busy.at(-1), "VP8", busy.join());
  assert.equal(pass(initialState(0), 0, 1, { codecs: ["AV1", "VP9"] }).state.codec, "AV1", "the other side does not decode it");
});

test("a link with room gets the quickest codec within seconds, a thin one keeps the thrifty one", () => {
  assert.equal(pass(initialState(0), 0, 8, {}).state.codec, "VP8");
  for (const [available, from] of [[60, 0], [150, FIRST], [300, FIRST], [500, 10]]) {
    assert.ok(!pass(initialState(0), 0, 60, { available }).seen.slice(from).includes("VP8"), `${available} kbit/s`);
  }
  assert.equal(pass(initialState(0), 0, 60, { available: null }).state.codec, "AV1", "nothing says that there is room");
  assert.equal(pass(initialState(0), 0, 60, { share: 300, saving: true }).state.codec, "AV1", "a data saver leaves none");
});

test("connections that may share an encoder have one codec from the start, unless their link is too thin for it", () => {
  const common = { common: "VP8" };
  for (const available of [300, 500, 4_000]) assert.equal(switches(pass(initialState(0), 0, 60, { ...common, available }).seen), 0, `${available} kbit/s`);
  assert.equal(pass(initialState(0), 0, 60, { ...common, available: null }).state.codec, "VP8");
  assert.equal(pass(initialState(0), 0, 60, { ...common, codecs: ["AV1", "VP9"] }).state.codec, "VP9", "the other side does not decode it");
  const tile = { height: 360, visible: true };
  const enough = pass(initialState(0), 0, 30, { ...common, tile, available: 500 });
  const thin = pass(enough.state, enough.now, 6, { ...common, tile, available: 290 });
  assert.notEqual(thin.state.codec, "VP8", thin.seen.join());
  const again = pass(thin.state, thin.now, 60, { ...common, tile });
  assert.equal(again.state.codec, "VP8");
  const busy = pass(enough.state, enough.now, 60, { ...common, tile, cpuLoad: 0.9 });
  assert.deepEqual([busy.state.codec, busy.state.rung], ["VP8", 2], "a busy computer sends less, with the same codec");
});

test("a link that grows thin gets the thrifty codec back, and one at the edge makes it change rarely", () => {
  const wide = pass(initialState(0), 0, 30, {});
  const thin = pass(wide.state, wide.now, 4, { available: 150 });
  assert.equal(thin.state.codec, "AV1", thin.seen.join());
  const edge = pass(wide.state, wide.now, 240, (ms) => ({ available: Math.floor(ms / 1000) % 2 ? 740 : 760 }));
  assert.equal(switches(edge.seen), 0, edge.seen.join());
  const swings = pass(wide.state, wide.now, 240, (ms) => ({ available: Math.floor(ms / 8000) % 2 ? 400 : 1200 }));
  assert.ok(switches(swings.seen) <= 2, `${switches(swings.seen)}`);
});

test("what is measured decides: where the expected codec is slow, the other one comes back and stays", () => {
  const thin = pass(initialState(0), 0, 30, { available: 180, tile: { height: 180, visible: true } }, SLOW_VP8);
  const { state, seen } = pass(thin.state, thin.now, 300, { tile: { height: 180, visible: true } }, SLOW_VP8);
  assert.equal(state.codec, "AV1");
  assert.equal(switches(seen), 2, seen.join());
});

test("delays that were measured at another size do not count", () => {
  const { state, now } = pass(initialState(0), 0, 30, {});
  assert.notDeepEqual(state.delays, {});
  assert.deepEqual(pass(state, now, 1, { tile: { height: 150, visible: true } }).state.delays, {});
});

test("what other programs take of the processor is not blamed on a codec", () => {
  const noisy = (from, times) => times.reduce((delays, ms) => learnDelay(delays, { codec: "VP8", ms, height: 360 }), from);
  const seen = noisy({}, [30, 8, 25, 9, 60, 12, 31, 8, 28, 33, 9]);
  assert.ok(seen.VP8 < 13, `${seen.VP8}`);
  assert.ok(noisy(seen, Array(60).fill(30)).VP8 > 25, "what lasts is believed");
});

test("a link that has shown too little is probed for room, at first often", () => {
  const shy = { available: 600, used: 300 };
  const probes = (from, until) => {
    let state = initialState(0);
    let count = 0;
    for (let now = 500; now <= until; now += 500) {
      state = decide(state, { ...FINE, ...shy, coded: null, now });
      if (now > from && state.probe) count += 1;
    }
    return count;
  };
  assert.ok(probes(2_000, 12_000) >= 2);
  assert.ok(probes(12_000, 132_000) <= 4);
});

test("where a small picture is enough, sound finds out whether the link carries short packets", () => {
  const small = { available: 230, used: 60, tile: { height: 180, visible: true } };
  let state = initialState(0);
  let probes = 0;
  for (let now = 500; now <= 60_000; now += 500) {
    state = decide(state, { ...FINE, ...small, coded: null, now });
    if (now > 30_000 && state.probe) probes += 1;
  }
  assert.ok(state.hasRoom && state.longPackets);
  assert.ok(probes >= 1 && probes <= 2, `${probes}`);
  const wider = pass(state, 60_000, 6, { ...small, available: 260 });
  assert.ok(!wider.state.longPackets);
});

test("on a long round trip the codec stays, and nothing is tried for a quicker one", () => {
  const far = { rttMs: 300 };
  const { seen } = pass(initialState(0), 0, 120, far);
  assert.equal(switches(seen.slice(10)), 0, seen.join());
  let [state, probes] = [initialState(0), 0];
  for (let now = 500; now <= 60_000; now += 500) {
    state = decide(state, { ...FINE, ...far, available: 600, used: 300, coded: null, now });
    if (now > 5_000 && state.rung === state.linkRung && state.probe) probes += 1;
  }
  assert.equal(probes, 0);
});

test("a link that loses its room loses the quick codec, and no rung", () => {
  const wide = pass(initialState(0), 0, 30, {});
  assert.equal(wide.state.codec, "VP8");
  // In the end enough for AV1 at this rung, but not for VP8.
  const thinner = pass(wide.state, wide.now, 20, (ms) => ({ available: Math.max(250, 1200 * 0.5 ** (ms / 1000)), used: 200 }));
  assert.equal(thinner.state.rung, wide.state.rung);
  assert.equal(thinner.state.codec, "AV1");
});

test("a strained processor says nothing about codecs", () => {
  const { state, now } = pass(initialState(0), 0, 30, {});
  const busy = pass(state, now, 2, { cpuLoad: 0.9 }, { ...USUAL, VP8: 60 });
  assert.equal(busy.state.delays.VP8, state.delays.VP8);
});
