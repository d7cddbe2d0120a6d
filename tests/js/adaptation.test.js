import assert from "node:assert/strict";
import { test } from "node:test";

import { commonCodecs, pickCodec } from "../../static/js/media/adaptation/codecs.js";
import { jitterBufferTarget, NO_JITTER_BUFFER } from "../../static/js/media/adaptation/jitter-buffer.js";
import { decide } from "../../static/js/media/adaptation/decision.js";
import { initialState } from "../../static/js/media/adaptation/state.js";
import { RUNGS } from "../../static/js/media/adaptation/ladder.js";
import { allocateUplink, CAMERAS_KBPS, divideUplink } from "../../static/js/media/adaptation/uplink-allocation.js";
import { FINE, pass, thinLine } from "./fine-evidence.js";

const names = (seen) => seen.map(({ rung }) => RUNGS[rung].name);
const changes = (seen) => names(seen).filter((name, at, all) => at > 0 && name !== all[at - 1]).length;

test("each line ends at its rung and stays there", () => {
  const table = [
    [3000, "720p"],
    [600, "540p"],
    [300, "360p"],
    [170, "270p"],
    [95, "180p"],
    [45, "stills"],
    [30, "audio"],
  ];
  for (const [available, rung] of table) {
    const line = thinLine(available);
    const { state, now } = pass(initialState(0), 0, 60, line);
    assert.equal(RUNGS[state.rung].name, rung, `${available} kbit/s`);
    const { seen } = pass(state, now, 30, line);
    assert.ok(changes(seen) <= 1, `${available} kbit/s: ${names(seen)}`);
  }
});

test("a line that grows thin is followed within three seconds, one that recovers within twenty", () => {
  let { state, now } = pass(initialState(0), 0, 60, {});
  assert.equal(state.why, "full");
  const thin = pass(state, now, 3, { available: 150 });
  assert.ok(thin.state.rung <= 3, names(thin.seen).join());
  assert.equal(thin.state.why, "our-uplink");
  ({ state, now } = pass(thin.state, thin.now, 27, { available: 150 }));
  const wide = pass(state, now, 20, {});
  assert.ok(wide.state.rung >= 4, names(wide.seen).join());
});

test("a climb that fails doubles the wait, and a calm minute ends the penalty", () => {
  // It promises 600, and carries 300 once more is sent.
  const promise = (state) => ({ available: state.rung > 4 ? 250 : 600 });
  const { seen } = pass(initialState(0), 0, 400, promise);
  const climbs = seen.flatMap(({ rung }, at) => (at > 0 && rung > 4 && rung > seen[at - 1].rung ? [at] : []));
  const gaps = climbs.slice(1).map((at, index) => at - climbs[index]);
  assert.ok(gaps.length >= 2 && gaps.every((gap, index) => index === 0 || gap > gaps[index - 1]), `${climbs}`);
});

test("a line that collapses is answered at once, with nothing left of what was meant for the wide one", () => {
  const { state, now } = pass(initialState(0), 0, 60, {});
  const steep = decide(state, { ...FINE, now: now + 500, available: 300 });
  assert.deepEqual([steep.fresh, RUNGS[steep.rung].name, steep.why], [true, "180p", "our-uplink"]);
  assert.equal(decide(steep, { ...FINE, now: now + 1000, available: 120 }).fresh, false);
  const sooner = decide(state, { ...FINE, now: now + 500, available: 700 });
  assert.deepEqual([sooner.fresh, sooner.rung < 4], [true, true], "a quarter of what it was half a second ago");
  const gentle = decide(decide(state, { ...FINE, now: now + 500, available: 1400 }), { ...FINE, now: now + 1000, available: 700 });
  assert.equal(gentle.fresh, false);
  // A data saver that is switched on says nothing about the line.
  assert.equal(decide(state, { ...FINE, now: now + 500, share: 60, saving: true }).fresh, false);
  assert.equal(decide(steep, { ...FINE, now: now + 1000, available: 120, loss: 0.9 }).redundant, false, "what a full line loses is not sent twice");
});

test("a screen that begins takes its part of the line, which has not collapsed", () => {
  const { state, now } = pass(initialState(0), 0, 60, { available: 2_000 });
  const shared = { available: 800, taken: 1_200, tile: { height: 400, visible: true } };
  const first = decide(state, { ...FINE, now: now + 500, ...shared });
  assert.deepEqual([first.fresh, RUNGS[first.rung].name], [false, "360p"]);
  const thin = decide(first, { ...FINE, now: now + 1_000, ...shared, available: 150, taken: 225 });
  assert.deepEqual([thin.fresh, RUNGS[thin.rung].name], [true, "180p"]);
});

test("what chokes a line in the first seconds pauses, and is tried again soon", () => {
  const choked = pass(initialState(0), 0, 8, (_, second) => ({ available: 50, rttMs: second > 1 ? 400 : 80, loss: 0.4, concealed: 0.2 }));
  const gone = choked.seen.findIndex(({ rung }) => RUNGS[rung].name === "stills");
  assert.ok(gone >= 3 && gone <= 6, `${names(choked.seen)}`);
  const far = pass(initialState(0), 0, 8, { available: 50, rttMs: 400, loss: 0.4 });
  assert.ok(names(far.seen).includes("stills"), "a queue that was there from the first round trip on");
  const calm = pass(choked.state, choked.now, 12, { available: 40, used: 12 });
  assert.equal(RUNGS[calm.state.rung].name, "180p");
  // One that fails later waits for half a minute.
  const late = pass(initialState(0), 0, 60, { available: 95 });
  const full = pass(late.state, late.now, 4, { available: 50, rttMs: 400, loss: 0.4, concealed: 0.2 });
  assert.equal(RUNGS[full.state.rung].name, "stills");
  const after = pass(full.state, full.now, 20, { available: 40, used: 12 });
  assert.equal(RUNGS[after.state.rung].name, "stills");
});

test("what comes is kept for longer while much is lost, and for no longer than that", () => {
  const seconds = (from, count, facts) => Array.from({ length: count }).reduce((one) => jitterBufferTarget(one, facts), from);
  const calm = { missed: 0, rttMs: 40 };
  assert.equal(seconds(NO_JITTER_BUFFER, 60, { missed: 0.08, rttMs: 40 }).ms, 0, "a little is repaired in time");
  const lossy = seconds(NO_JITTER_BUFFER, 3, { missed: 0.2, rttMs: 40 });
  assert.equal(lossy.ms, 300);
  const accident = jitterBufferTarget(NO_JITTER_BUFFER, { missed: 0.9, rttMs: 40 });
  assert.equal(seconds(accident, 10, calm).ms, 0, "one bad second says little of a path");
  assert.equal(jitterBufferTarget(accident, { missed: 0.9, rttMs: 40 }).ms, 300);
  assert.equal(seconds(lossy, 5, { missed: 0.2, rttMs: 300 }).ms, 400, "people still talk with each other");
  assert.equal(seconds(lossy, 10, calm).ms, 300, "it does not come and go");
  assert.equal(seconds(lossy, 30, calm).ms, 0);
  assert.equal(seconds(NO_JITTER_BUFFER, 3, { missed: 0.5, rttMs: 342, queueMs: 300 }).ms, 0, "what a full queue loses is not waited for");
  const some = seconds(seconds(lossy, 10, { missed: 0.2, rttMs: 40 }), 40, { missed: 0.06, rttMs: 40 });
  assert.equal(some.ms, 0, "a path that loses a little is not waited for");
  const uneven = Array.from({ length: 60 }).reduce((one, _, at) => jitterBufferTarget(one, { missed: at % 3 ? 0.08 : 0.25, rttMs: 40 }), lossy);
  assert.equal(uneven.ms, 300, "one that loses much in some seconds still is");
});

/** Carries 720p, but no codec at its best: the thrifty one is used. */
const NARROW = { available: 1200 };

test("a starved processor steps the codec first, then the rung, and gets both back", () => {
  let { state, now } = pass(initialState(0), 0, 40, NARROW);
  const { linkRung } = state;
  const first = pass(state, now, 4, { ...NARROW, limited: true });
  assert.equal(first.state.codec, "VP8");
  assert.equal(first.state.linkRung, linkRung);
  assert.equal(first.state.rung, linkRung);
  const later = pass(first.state, first.now, 6, { ...NARROW, limited: true });
  assert.ok(later.state.rung < linkRung);
  assert.equal(later.state.linkRung, linkRung, "the line is not to blame");
  assert.equal(later.state.why, "our-processor");
  ({ state, now } = pass(later.state, later.now, 300, NARROW));
  assert.equal(state.rung, linkRung);
  assert.equal(state.codec, "VP9");
});

test("video that no one sees is not encoded, and says nothing about the link", () => {
  const { state, now } = pass(initialState(0), 0, 40, {});
  const hidden = pass(state, now, 1, { tile: { height: 400, visible: false }, share: 0 });
  assert.deepEqual([hidden.state.active, hidden.state.why], [false, "hidden"]);
  const idle = pass(hidden.state, hidden.now, 20, { tile: { height: 400, visible: false }, available: 60 });
  assert.equal(idle.state.linkRung, state.linkRung);
  const shown = pass(idle.state, idle.now, 1, { tile: { height: 200, visible: true } });
  assert.deepEqual([shown.state.active, RUNGS[shown.state.rung].name, shown.state.why], [true, "180p", "small-tile"]);
  const off = pass(shown.state, shown.now, 1, { source: null });
  assert.deepEqual([off.state.active, off.state.why], [false, "no-camera"]);
});

test("a browser that does not say what its line carries climbs by trying and falls by loss", () => {
  const clean = pass(initialState(0), 0, 60, { available: null });
  assert.equal(RUNGS[clean.state.rung].name, "720p");
  const lossy = pass(clean.state, clean.now, 15, { available: null, loss: 0.25, hasFrozen: true });
  assert.ok(lossy.state.rung < clean.state.rung);
});

test("a processor that does not keep up is not taken for a line that has become thin", () => {
  const { state, now } = pass(initialState(0), 0, 30, NARROW);
  const late = { available: 300, rttMs: 400, concealed: 0.1, hasFrozen: true };
  const starved = pass(state, now, 5, { ...late, limited: true });
  assert.deepEqual([starved.state.linkRung, starved.state.step], [state.linkRung, 1]);
  const over = pass(starved.state, starved.now, 3, late);
  assert.equal(over.state.linkRung, state.linkRung, "what it measured meanwhile is not of the line either");
  assert.ok(pass(over.state, over.now, 4, late).state.linkRung < state.linkRung, "a line that stays thin is believed");
  assert.ok(pass(state, now, 5, { ...late, limited: true, loss: 0.3 }).state.linkRung < state.linkRung, "what is lost is lost by the line");
});

test("sound goes in long packets on a thin line and twice on a lossy one", () => {
  const thin = pass(initialState(0), 0, 20, { available: 60 });
  assert.equal(thin.state.longPackets, true);
  assert.equal(thin.state.redundant, false);
  const wide = pass(thin.state, thin.now, 60, {});
  assert.equal(wide.state.longPackets, false);
  const lossy = pass(wide.state, wide.now, 10, { loss: 0.2 });
  assert.equal(lossy.state.redundant, true);
  assert.equal(pass(lossy.state, lossy.now, 60, {}).state.redundant, false);
  const alone = { source: null, available: 300, loss: 0.12, concealed: 0.12 };
  const full = pass(initialState(0), 0, 5, (_, second) => ({ ...alone, rttMs: second > 1 ? 400 : 30 }));
  assert.deepEqual([full.state.longPackets, full.state.redundant], [true, false], "a full line is not helped by sending twice as much");
  const soon = pass(initialState(0), 0, 10, { ...alone, loss: 0.2 });
  assert.equal(soon.state.redundant, false, "what the beginning lost says little of a line that has shown nothing yet");
  const random = pass(soon.state, soon.now, 5, { ...alone, loss: 0.2 });
  assert.deepEqual([random.state.longPackets, random.state.redundant], [true, true], "one that loses at random is");
});

test("sound has short packets the sooner the wider the line is", () => {
  const first = (available) => pass(initialState(0), 0, 20, { available }).seen.findIndex(({ longPackets }) => !longPackets);
  assert.deepEqual([3000, 500, 100].map(first), [1, 4, -1]);
});

test("sound alone tries short packets ever later on a line that does not carry them", () => {
  const thin = (/** @type {{longPackets: boolean}} */ { longPackets: long }) => ({ source: null, available: 30, rttMs: long ? 40 : 400, concealed: long ? 0 : 0.2 });
  const { seen } = pass(initialState(0), 0, 300, (/** @type {{longPackets: boolean}} */ state) => thin(state));
  const tries = seen.flatMap((one, second) => (second > 0 && seen[second - 1].longPackets && !one.longPackets ? [second] : []));
  assert.equal(tries.length, 3, `${tries}`);
  assert.ok(tries[1] - tries[0] > 60 && tries[2] - tries[1] > 120, `${tries}`);
});

test("the codec is the best that both have and the processor can pay for", () => {
  const desktop = { mobile: false, safari: false };
  const all = ["VP8", "H264", "AV1", "VP9"];
  const caps = (...codecs) => ({ decode: codecs.map((codec) => ({ codec, efficient: false })) });
  const table = [
    [caps("AV1", "VP9", "VP8", "H264"), desktop, ["AV1", "VP9", "VP8", "H264"]],
    [caps("VP9", "VP8"), desktop, ["VP9", "VP8"]],
    [caps("VP8"), desktop, ["VP8"]],
    [null, desktop, ["AV1", "VP9", "VP8", "H264"]],
    [caps("AV1", "VP8", "H264"), { mobile: true, safari: false }, ["H264", "VP8", "AV1"]],
    [caps("AV1", "VP8", "H264"), { mobile: false, safari: true }, ["H264", "VP8"]],
  ];
  for (const [theirs, here, expected] of table) assert.deepEqual(commonCodecs(all, theirs, here), expected);
  const order = ["AV1", "VP9", "VP8", "H264"];
  assert.equal(pickCodec(order, { rung: 3, cores: 1, step: 0, kbps: 1000 }), "AV1");
  assert.equal(pickCodec(order, { rung: 6, cores: 1.2, step: 0, kbps: 3000 }), "VP9");
  assert.equal(pickCodec(order, { rung: 6, cores: 0.1, step: 0, kbps: 3000 }), "H264");
  assert.equal(pickCodec(order, { rung: 3, cores: 1, step: 2, kbps: 1000 }), "VP8");
  assert.equal(pickCodec(["VP8"], { rung: 3, cores: 1, step: 3, kbps: 1000 }), "VP8");
});

test("one uplink is shared: small wishes first, the rest evenly", () => {
  const wishes = new Map([["a", 100], ["b", 1000], ["c", 1000], ["d", 0]]);
  assert.deepEqual(Object.fromEntries(allocateUplink(wishes, 900)), { d: 0, a: 100, b: 400, c: 400 });
  assert.deepEqual(Object.fromEntries(allocateUplink(wishes, 9000)), { d: 0, a: 100, b: 1000, c: 1000 });
  assert.equal(allocateUplink(wishes, Infinity).get("b"), Infinity);
});

test("three cameras' worth of uplink is for all, however many there are and however wide the line is; a screen comes on top", () => {
  const people = (count, kbps) => new Map(Array.from({ length: count }, (_, at) => [String(at), kbps]));
  const divide = (demands, screens, uplink) => {
    const { shares, crowded } = divideUplink(demands, screens, uplink);
    return [crowded, ...new Set([...shares.values()].map(Math.round))];
  };
  assert.deepEqual(divide(people(1, 1_700), 0, Infinity), [false, Infinity]);
  assert.deepEqual(divide(people(3, 1_700), 0, 20_000), [false, 1_700]);
  assert.deepEqual(divide(people(7, 1_700), 0, 20_000), [true, Math.round(CAMERAS_KBPS / 7)]);
  assert.deepEqual(divide(people(7, 1_700), 0, Infinity), [true, Math.round(CAMERAS_KBPS / 7)]);
  assert.deepEqual(divide(people(7, 700), 0, 20_000), [false, 700]);
  assert.deepEqual(divide(people(7, 1_700), 0, 3_500), [false, 500], "a line that carries less");
  assert.deepEqual(divide(people(7, 1_700 + 2_500), 7 * 2_500, Infinity), [true, Math.round(CAMERAS_KBPS / 7) + 2_500]);
});
