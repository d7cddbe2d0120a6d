import assert from "node:assert/strict";
import { test } from "node:test";

import { withShared } from "../../static/js/media/adaptation/stats.js";
import { acceptable, agree } from "../../static/js/media/encode-once/agreement.js";
import { EncodeOnce } from "../../static/js/media/encode-once/encode-once.js";
import { CLIMB_AFTER_MS, JOIN_AFTER_MS, NO_GROUPS, REJOIN_AFTER_MS, regroup } from "../../static/js/media/encode-once/groups.js";
import { withRoom } from "../../static/js/media/encode-once/loopback.js";
import { look, UsualFreezes } from "../../static/js/media/encode-once/trouble.js";

const HIGH = { codec: "VP9", height: 720, fps: 30, kbps: 1_200, barred: false, begins: false };
const LOW = { ...HIGH, height: 360, kbps: 500 };

/** Groups of what these people wish, second by second: `[seconds, {pid: wish}]`. */
function groupsAfter(...spans) {
  let grouping = NO_GROUPS;
  let now = 0;
  const seen = [];
  for (const [seconds, wishes] of spans) {
    for (let step = 0; step < seconds * 2; step += 1) {
      grouping = regroup(grouping, new Map(Object.entries(wishes)), now);
      seen.push(grouping.groups.map(({ members }) => members.map(({ pid }) => pid).join("")).join(" "));
      now += 500;
    }
  }
  return { groups: grouping.groups, seen };
}

function membersOf({ groups }) {
  return groups.map(({ format, members }) => `${format.height}: ${members.map(({ pid }) => pid).join("")}`);
}

test("connections with equal decisions share an encoder once the decisions stand", () => {
  const { groups, seen } = groupsAfter([3, { a: HIGH, b: HIGH, c: LOW, d: { ...HIGH, kbps: 1_000 } }]);
  assert.deepEqual(membersOf({ groups }), ["720: abd"]);
  assert.equal(groups[0].kbps, 1_000, "the slowest of them decides the bitrate");
  assert.equal(seen.findIndex((one) => one !== ""), JOIN_AFTER_MS / 500);
});

test("one alone, and one that is barred, encodes for itself", () => {
  assert.deepEqual(membersOf(groupsAfter([5, { a: HIGH, b: LOW }])), []);
  assert.deepEqual(membersOf(groupsAfter([5, { a: HIGH, b: HIGH, c: { ...HIGH, barred: true } }])), ["720: ab"]);
});

test("a picture that is as cheap to encode as to carry is not shared", () => {
  const small = { ...LOW, height: 180, fps: 8 };
  assert.deepEqual(membersOf(groupsAfter([5, { a: small, b: small, c: small }])), []);
  assert.deepEqual(membersOf(groupsAfter([3, { a: LOW, b: LOW, c: LOW }], [1, { a: LOW, b: LOW, c: small }], [1, { a: small, b: small, c: small }])), []);
});

test("one that may have less leaves at once, and comes back only after a while", () => {
  const all = { a: HIGH, b: HIGH, c: HIGH };
  assert.deepEqual(membersOf(groupsAfter([3, all], [0.5, { ...all, c: LOW }])), ["720: ab"]);
  const { seen } = groupsAfter([3, all], [0.5, { ...all, c: LOW }], [10, all]);
  const back = seen.findIndex((one, at) => at > 6 && one.includes("c"));
  assert.ok((back - 6) * 500 >= REJOIN_AFTER_MS, "groups do not flap");
});

test("those that may have more wait for the others, and the group climbs as a whole", () => {
  const lows = { a: LOW, b: LOW, c: LOW };
  const climbing = groupsAfter([3, lows], [2, { ...lows, a: HIGH }], [2, { ...lows, a: HIGH, b: HIGH }], [0.5, { a: HIGH, b: HIGH, c: HIGH }]);
  assert.deepEqual(membersOf(climbing), ["720: abc"]);
  assert.equal(new Set(climbing.seen.slice(4)).size, 1, "no one left meanwhile");
  assert.equal(climbing.groups[0].id, 1, "the encoder stays the same");
  const alone = groupsAfter([3, lows], [CLIMB_AFTER_MS / 1_000 + 1, { ...lows, a: HIGH }]);
  assert.deepEqual(membersOf(alone), ["360: bc"]);
});

test("in their first seconds connections share an encoder at once, and climb together, each at its own pace", () => {
  const [low, middle, high] = [LOW, { ...HIGH, height: 540 }, HIGH].map((wish) => ({ ...wish, begins: true, kbps: 500 }));
  assert.deepEqual(membersOf(groupsAfter([0.5, { a: low, b: low, c: middle }])), ["360: abc"], "who may have more waits");
  assert.deepEqual(membersOf(groupsAfter([0.5, { a: middle, b: low, c: middle }])), ["540: ac"], "no one waits for one of few");
  assert.deepEqual(membersOf(groupsAfter([0.5, { a: high, b: low }])), ["360: ba"]);
  const climbing = groupsAfter([0.5, { a: low, b: low, c: low }], [1, { a: middle, b: low, c: high }], [0.5, { a: middle, b: high, c: high }]);
  assert.deepEqual(membersOf(climbing), ["540: abc"], "as high as all of them may");
  assert.equal(climbing.groups[0].id, 1);
});

test("what most of a group may have less of, all of it has less of", () => {
  const all = { a: HIGH, b: HIGH, c: HIGH };
  assert.deepEqual(membersOf(groupsAfter([3, all], [0.5, { a: LOW, b: LOW, c: HIGH }])), ["360: abc"]);
});

test("groups that have come to the same picture are one", () => {
  const [high, low] = [{ a: HIGH, b: HIGH, c: HIGH }, { d: LOW, e: LOW }];
  const { groups, seen } = groupsAfter([3, { ...high, ...low }], [0.5, { ...high, d: HIGH, e: HIGH }]);
  assert.deepEqual(seen.at(-2), "abc de");
  assert.deepEqual(membersOf({ groups }), ["720: abcde"]);
  assert.equal(groups[0].id, 1, "the smaller one moves");
  const slow = { ...HIGH, kbps: 500 };
  assert.deepEqual(membersOf(groupsAfter([3, { ...high, ...low }], [0.5, { ...high, d: slow, e: slow }])), ["720: abc", "720: de"]);
});

test("a slow line leaves, and does not cost the others their bitrate", () => {
  const all = { a: HIGH, b: HIGH, c: HIGH };
  const { groups } = groupsAfter([3, all], [0.5, { ...all, c: { ...HIGH, kbps: 400 } }]);
  assert.deepEqual(membersOf({ groups }), ["720: ab"]);
  assert.equal(groups[0].kbps, 1_200);
});

test("a group ends with its last but one member", () => {
  assert.deepEqual(membersOf(groupsAfter([3, { a: HIGH, b: HIGH }], [0.5, { a: HIGH }])), []);
});

test("the encoder that sends nothing may have the bitrate that it is asked for", () => {
  const sdp = "m=video 9 UDP/TLS/RTP/SAVPF 96 98 97\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:98 VP9/90000\r\na=fmtp:98 profile-id=0\r\na=rtpmap:97 rtx/90000\r\n";
  const lines = withRoom(sdp).split("\r\n");
  assert.match(lines[2], /^a=fmtp:96 x-google-start-bitrate=\d+;x-google-min-bitrate=\d+$/);
  assert.match(lines[4], /^a=fmtp:98 profile-id=0;x-google-start-bitrate=/);
  assert.equal(lines.filter((line) => line.includes("x-google")).length, 2);
});

const CHOICE = { codec: "VP8", codecs: ["AV1", "VP9", "VP8", "H264"], step: 0, rung: 4, line: 2_000 };

test("connections agree on a codec that all of them can have", () => {
  const roomy = { ...CHOICE };
  const thrifty = { ...CHOICE, codec: "VP9", line: 500 };
  const strained = { ...CHOICE, step: 2 };
  assert.deepEqual(acceptable(roomy), ["AV1", "VP9", "VP8"]);
  assert.deepEqual(acceptable(thrifty), ["AV1", "VP9"], "VP8 needs more than its line carries");
  assert.deepEqual(acceptable(strained), ["VP8"], "the others cost more than its processors can pay");
  assert.equal(agree([roomy, roomy, thrifty], null), "VP9");
  assert.equal(agree([roomy, roomy, strained], null), "VP8");
  assert.equal(agree([roomy, { ...roomy, codec: "VP9" }, roomy], "VP9"), "VP9", "no change for what is as good");
  assert.equal(agree([roomy, roomy, roomy], "VP9"), "VP8", "no one wants it any more");
  assert.equal(agree([], "VP9"), null);
});

const NONE = { carried: 0, passed: 0, requests: 0, lost: 0, drifted: 0, unasked: 0, delayed: 0, waitedMs: 0 };
const ARRIVAL = { joinedAt: 0, freezes: 0, usual: 0, loss: 0, strained: false, counts: NONE };

/** Looks every half a second; the last trouble. */
function troubleOf(...arrivals) {
  let [seen, trouble] = [null, null];
  arrivals.forEach((arrival, at) => ({ seen, trouble } = look({ ...ARRIVAL, ...arrival }, seen, 5_000 + 500 * at)));
  return trouble;
}

test("freezes, loss, many requests and frames out of step are trouble", () => {
  assert.equal(troubleOf({}, {}, {}), null);
  assert.equal(troubleOf({}, { freezes: 1 }), null);
  const late = { counts: { ...NONE, delayed: 1 } };
  assert.equal(troubleOf({}, { freezes: 1 }, { ...late, freezes: 2 }), "freeze");
  assert.equal(troubleOf({}, { freezes: 1, strained: true }, { ...late, freezes: 2, strained: true }), null, "a busy processor");
  assert.equal(troubleOf({}, { freezes: 1 }, { freezes: 4 }), null, "no frame was late");
  assert.equal(troubleOf({}, { freezes: 1 }, { freezes: 5 }), "freeze");
  assert.equal(troubleOf({}, { loss: 0.2 }), "loss");
  const of = (...counts) => troubleOf({}, ...counts.map((some) => ({ counts: { ...NONE, ...some } })));
  assert.equal(of({ drifted: 10 }, { drifted: 10 }), null, "a moment");
  assert.equal(of({ drifted: 10 }, { drifted: 20 }), "pairing");
  const busy = (length, counts) => Array.from({ length }, (_, at) => ({ strained: true, counts: { ...NONE, ...counts(at) } }));
  assert.equal(troubleOf({}, ...busy(20, (at) => ({ drifted: 10 * at }))), null, "a busy processor: times say nothing");
  const after = (calm) => [...busy(4, () => ({})), ...Array.from({ length: calm }, (_, at) => ({ counts: { ...NONE, drifted: 10 * at } }))];
  assert.equal(troubleOf({}, ...after(22)), null, "the browser averages the times of the busy seconds still");
  assert.equal(troubleOf({}, ...after(27)), "pairing", "a picture that stays out of its time");
  assert.equal(troubleOf({}, ...busy(4, () => ({ waitedMs: 550 }))), null, "an encoder for each would strain it more");
  assert.equal(troubleOf({}, ...busy(8, () => ({ waitedMs: 550 }))), "pairing", "for seconds");
  assert.equal(of({ waitedMs: 550 }, { carried: 15 }), null, "a moment");
  assert.equal(of({ waitedMs: 550 }, { waitedMs: 560 }), "pairing");
  assert.equal(of({ lost: 5 }, { lost: 9 }), null);
  assert.equal(of({ lost: 5 }, { lost: 9 }, { lost: 12 }, { lost: 15 }), "pairing");
  assert.equal(troubleOf({}, { counts: { ...NONE, requests: 3 } }), null);
  assert.equal(troubleOf({}, { counts: { ...NONE, requests: 2 } }, { counts: { ...NONE, requests: 5 } }), "requests");
});

test("freezes that a receiver had before are not ours", () => {
  const late = { counts: { ...NONE, delayed: 1 } };
  assert.equal(troubleOf({ usual: 2 }, { ...late, usual: 2, freezes: 2 }), null);
  assert.equal(troubleOf({ usual: 1 }, { ...late, usual: 1, freezes: 3 }), "freeze");
  const [usual, link] = [new UsualFreezes(), {}];
  for (const [freezes, now] of [[3, 0], [4, 5_000], [5, 9_000]]) usual.count(link, freezes, false, now);
  usual.count(link, 9, true, 11_000);
  assert.equal(usual.of(link, 10_000), 2, "not those of before it was looked at, and not those of a shared picture");
  assert.equal(usual.of(link, 16_000), 1);
  assert.equal(usual.of({}, 0), 0);
});

test("joining may cost a moment", () => {
  const joined = { joinedAt: 4_900 };
  assert.equal(troubleOf(joined, { ...joined, freezes: 2 }), null);
});

test("what a shared encoder does counts for all who share it", () => {
  const outbound = { kbps: 400, encodeMs: 0.1, fps: 15, height: 16, width: 16, limited: false, cheap: true };
  const shared = { codec: "VP9", people: 5, encodeMs: 9, fps: 14, height: 360, width: 640, limited: true };
  const measured = withShared({ outbound, busy: 0 }, shared);
  assert.deepEqual(measured.outbound, { ...outbound, encodeMs: 9, fps: 14, height: 360, width: 640, limited: true, cheap: false });
  assert.equal(withShared(measured, null), measured);
});

test("trouble is answered once: while the mesh rests, reports of the same trouble end nothing more", () => {
  const life = new AbortController();
  const backend = { listener: /** @type {any} */ (null), restart() {} };
  const quiet = { on() {}, peers: new Map(), adaptationOf: () => undefined };
  const once = new EncodeOnce(/** @type {any} */ ({ mesh: quiet, adaptation: quiet, backend, signal: life.signal, prove: async () => true }));
  for (let count = 0; count < 5; count += 1) backend.listener.report({ encoders: {}, carriers: {}, failed: ["VP8"] });
  life.abort();
  assert.equal(once.facts.fallbacks, 1);
  assert.equal(once.state, "resting");
});

test("a worker that ends before anything is shared is replaced: pictures pass it", (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const life = new AbortController();
  let restarts = 0;
  const backend = { listener: /** @type {any} */ (null), restart: () => (restarts += 1) };
  const quiet = { on() {}, peers: new Map(), adaptationOf: () => undefined };
  new EncodeOnce(/** @type {any} */ ({ mesh: quiet, adaptation: quiet, backend, signal: life.signal, prove: async () => true }));
  for (let second = 0; second < 30; second += 1) {
    context.mock.timers.tick(1_000);
    backend.listener.report({ encoders: {}, carriers: {}, failed: [] });
  }
  assert.equal(restarts, 0);
  context.mock.timers.tick(12_000);
  life.abort();
  assert.equal(restarts, 1);
});

test("a proof that a busy processor spoils is tried again and again, and after the third time the codec is decided without it", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const life = new AbortController();
  const backend = { listener: /** @type {any} */ (null), preparedOf: () => ({ id: 1 }), close() {} };
  const link = { transceivers: { video: { sender: {} } } };
  const call = { on() {}, peers: new Map([["a", link], ["b", link]]), adaptationOf: () => undefined };
  let tries = 0;
  const prove = async () => (tries += 1) > 3;
  const once = new EncodeOnce(/** @type {any} */ ({ mesh: call, adaptation: call, backend, signal: life.signal, prove }));
  const seen = [];
  for (let turn = 0; turn < 9; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push([tries, once.codec]);
    context.mock.timers.tick(20_000);
    once.enabled = true;
  }
  life.abort();
  const last = [...Array(4).fill([3, null]), [4, "VP8"], [4, "VP8"]];
  assert.deepEqual(seen, [[1, "VP8"], [2, "VP8"], [2, "VP8"], ...last]);
});
