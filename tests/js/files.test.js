import assert from "node:assert/strict";
import { test } from "node:test";

import { FairShare } from "../../static/js/files/lanes/fair-share.js";
import { KIND, MAX_FRAME_BYTES, readFrame, writeFrame } from "../../static/js/files/protocol/frame.js";
import { RateController, initialLanes } from "../../static/js/files/lanes/rate-controller.js";
import { LIMITS, areWithin, makeTransferId, readEnd, readHave, readLaneSignal, readOffer, readResult, readTransfer, readWanted } from "../../static/js/files/protocol/messages.js";
import { CHUNK, PIECE, pieceCount, pieceLength, rootOf } from "../../static/js/files/protocol/pieces.js";
import { RangeSet, readRanges } from "../../static/js/files/protocol/range-set.js";
import { StallDetector } from "../../static/js/files/lanes/stall-detector.js";
import { TABLE, isOver, next } from "../../static/js/files/protocol/transfer-state.js";

const EDGES = "A".repeat(43);
const head = { id: 1, name: "a.txt", path: "", size: 5, modified: 0, edges: EDGES };
const offer = { transfer: makeTransferId(), count: 1, bytes: 5, files: [head] };

test("a file is cut into pieces that chunks fill exactly, and a chunk with its header fits every browser's message", () => {
  assert.equal(PIECE % CHUNK, 0);
  assert.ok(MAX_FRAME_BYTES < 65_536);
  assert.deepEqual([0, 1, PIECE, PIECE + 1].map(pieceCount), [0, 1, 1, 2]);
  assert.deepEqual([pieceLength(PIECE + 7, 0), pieceLength(PIECE + 7, 1)], [PIECE, 7]);
});

test("the root depends on every digest, on their order and on the size", async () => {
  const [one, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const roots = [
    await rootOf(2 * PIECE, new Uint8Array([...one, ...other])),
    await rootOf(2 * PIECE, new Uint8Array([...other, ...one])),
    await rootOf(2 * PIECE - 1, new Uint8Array([...one, ...other])),
    await rootOf(0, new Uint8Array(0)),
  ].map((root) => Buffer.from(root).toString("hex"));
  assert.equal(new Set(roots).size, 4);
  // SHA-256 of eight zero bytes: an empty file.
  assert.equal(roots[3], "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc");
});

test("frames come back as they were written, also beyond four gigabytes", () => {
  for (const [kind, file, offset, payload] of [
    [KIND.chunk, 7, 5 * 2 ** 40, new Uint8Array([1, 2, 3])],
    [KIND.digest, 2 ** 32 - 1, 0, new Uint8Array(32).fill(9)],
    [KIND.ack, 0, 2 ** 53 - 1, new Uint8Array(0)],
  ]) {
    const frame = readFrame(writeFrame(kind, file, offset, payload).buffer);
    assert.deepEqual({ ...frame, payload: [...frame.payload] }, { kind, file, offset, payload: [...payload] });
  }
});

test("what is no frame is dropped", () => {
  const good = writeFrame(KIND.chunk, 1, 0, new Uint8Array(1));
  const change = (at, value) => {
    const copy = good.slice();
    copy[at] = value;
    return copy.buffer;
  };
  const bad = [
    "text", null, new ArrayBuffer(0), new ArrayBuffer(15), new ArrayBuffer(MAX_FRAME_BYTES + 1), good.slice(0, 16).buffer,
    change(0, 0), change(0, 5), change(1, 1), change(3, 1), change(8, 255),
    writeFrame(KIND.digest, 1, 0, new Uint8Array(31)).buffer, writeFrame(KIND.ack, 1, 0, new Uint8Array(1)).buffer,
  ];
  for (const [at, data] of bad.entries()) assert.equal(readFrame(data), null, `number ${at}`);
});

test("a range set agrees with a plain set, whatever is put in and taken out", () => {
  let seed = 1;
  const random = (below) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const [ranges, plain] = [new RangeSet(), new Set()];
  for (let step = 0; step < 4_000; step += 1) {
    const number = random(60);
    if (random(3) > 0) [ranges.add(number), plain.add(number)];
    else [ranges.delete(number), plain.delete(number)];
    assert.equal(ranges.size, plain.size);
    assert.equal(ranges.has(number), plain.has(number));
  }
  const listed = ranges.ranges.flatMap(([from, end]) => Array.from({ length: end - from }, (_, at) => from + at));
  assert.deepEqual(listed, [...plain].sort((a, b) => a - b));
  assert.deepEqual(readRanges(ranges.ranges, 60), ranges.ranges);
});

test("ranges of the other side are rising, apart and within the file", () => {
  for (const bad of [null, 7, "x", [[0]], [[1, 1]], [[2, 1]], [[0, 11]], [[-1, 1]], [[0, 2], [2, 3]], [[5, 6], [0, 1]], [[0, 1.5]], [["0", "1"]]]) {
    assert.equal(readRanges(bad, 10), null, JSON.stringify(bad));
  }
  assert.equal(readRanges(Array.from({ length: 1_001 }, (_, at) => [2 * at, 2 * at + 1]), 1e6), null);
  assert.deepEqual(readRanges([[0, 2], [3, 10]], 10), [[0, 2], [3, 10]]);
});

test("every cell of the table of transfers", () => {
  const inputs = ["accept", "decline", "pause", "resume", "pause-there", "resume-there", "cancel", "done", "fail"];
  const rows = {
    offered: "running declined . . . . cancelled . failed",
    running: ". . paused-here . paused-there . cancelled done failed",
    "paused-here": ". . . running paused-both . cancelled done failed",
    "paused-there": ". . paused-both . . running cancelled done failed",
    "paused-both": ". . . paused-there . paused-here cancelled done failed",
    done: ". . . . . . . . .", declined: ". . . . . . . . .", cancelled: ". . . . . . . . .", failed: ". . . . . . . . .",
  };
  assert.deepEqual(Object.keys(rows), Object.keys(TABLE));
  for (const [state, row] of Object.entries(rows)) {
    const ends = row.split(" ").map((word, at) => [inputs[at], word === "." ? state : word]);
    for (const [input, end] of ends) assert.equal(next(state, input), end, `${state} + ${input}`);
    assert.equal(isOver(state), !row.includes("cancelled"));
  }
});

test("an offer within bounds is read, its names rebuilt; one out of bounds is dropped whole", () => {
  assert.deepEqual(readOffer(offer), { ...offer, files: [{ ...head, path: [] }] });
  const [{ name, path }] = readOffer({ ...offer, files: [{ ...head, name: "../../etc/cron.d/x\u202egpj.exe", path: "../C:/ok/.." }] }).files;
  assert.deepEqual([name, path], ["xgpj.exe", ["C", "ok"]]);
  const bad = [
    null, 7, [], {}, { ...offer, transfer: "x" }, { ...offer, transfer: 7 }, { ...offer, count: 0 }, { ...offer, count: LIMITS.filesOffered + 1 },
    { ...offer, count: 1.5 }, { ...offer, bytes: -1 }, { ...offer, bytes: 2 ** 60 }, { ...offer, files: [] }, { ...offer, files: {} },
    { ...offer, files: [head, head] }, { ...offer, count: 61, files: Array(61).fill(head) },
    ...[
      { id: -1 }, { id: 2 ** 32 }, { id: "1" }, { size: -1 }, { size: 1.5 }, { size: 2 ** 51 }, { size: "5" }, { modified: NaN },
      { name: 7 }, { name: "x".repeat(256) }, { path: 7 }, { path: "x".repeat(601) }, { edges: "" }, { edges: "!".repeat(43) }, { edges: 7 },
    ].map((change) => ({ ...offer, files: [{ ...head, ...change }] })),
  ];
  for (const payload of bad) assert.equal(readOffer(payload), null, JSON.stringify(payload)?.slice(0, 120));
});

test("the other messages about files are read or dropped", () => {
  assert.equal(readTransfer({ transfer: offer.transfer }), offer.transfer);
  for (const payload of [null, "x", {}, { transfer: `${offer.transfer}x` }]) assert.equal(readTransfer(payload), null);
  assert.deepEqual(readHave({ file: 1, have: [[0, 3]] }), { file: 1, have: [[0, 3]] });
  for (const payload of [null, {}, { file: 2 }, { file: 1, have: [[0, 2 ** 40]] }, { file: "1", have: [] }]) assert.equal(readHave(payload), null);
  assert.deepEqual([[], [[0, 3]], [[0, 1], [2, 4]]].map((pieces) => areWithin(pieces, 3 * PIECE)), [true, true, false]);
  assert.deepEqual(readWanted({ count: 7_000, name: "x".repeat(300) }), { count: LIMITS.filesOffered, name: "x".repeat(255) });
  assert.deepEqual(readWanted({ count: 1, name: 7 }), { count: 1, name: "" });
  for (const payload of [null, "x", {}, { count: "1" }, { count: 1.5 }]) assert.equal(readWanted(payload), null);
  const lane = { attempt: 4, candidates: [null] };
  assert.deepEqual(readLaneSignal({ ...lane, mine: true }), { mine: true, message: { ...lane, mine: true } });
  assert.equal(readLaneSignal({ ...lane, mine: 1 }).mine, false);
  for (const payload of [undefined, null, "x", [], {}, { ...lane, attempt: 0 }, { ...lane, candidates: 7 }]) assert.equal(readLaneSignal(payload), null);
  assert.equal(readEnd({ file: 1, root: EDGES }).root.length, 32);
  for (const payload of [null, {}, { file: 1 }, { file: 1, root: "A" }, { file: -1, root: EDGES }]) assert.equal(readEnd(payload), null);
  assert.deepEqual(readResult({ file: 1, reason: "damaged" }), { file: 1, reason: "damaged" });
  assert.deepEqual(readResult({ file: 1, reason: "<b>" }), { file: 1, reason: "other" });
  assert.equal(readResult({ file: "1" }), null);
});

/** Drives a controller on a path of `speed(lanes)` bytes a second; returns its decisions. */
function drive(controller, seconds, speed, call = () => null) {
  const taken = [];
  let [lanes, limit] = [1, Infinity];
  for (let second = 0; second < seconds; second += 1) {
    const rate = Math.min(limit, speed(lanes));
    const decision = controller.decide({ rate, made: lanes, up: lanes, saturated: true, shared: false, call: call(rate, second) });
    [lanes, limit] = [decision.lanes, decision.limit];
    taken.push({ lanes, limit, rate });
  }
  return taken;
}

test("lanes are added as long as they make the transfer faster", () => {
  assert.equal(drive(new RateController(), 30, (lanes) => lanes * 200_000).at(-1).lanes, 8);
  // Three lanes fill this path: four are tried and kept, eight bring nothing and go again.
  const shared = drive(new RateController(), 30, (lanes) => Math.min(lanes, 3.5) * 200_000);
  assert.ok(shared.some(({ lanes }) => lanes === 8));
  assert.equal(shared.at(-1).lanes, 4);
  // One lane fills the processor: a second one goes again, and is tried more and more rarely.
  const full = drive(new RateController(), 300, () => 12_000_000);
  assert.equal(full.at(-1).lanes, 1);
  const tries = full.filter(({ lanes }, at) => lanes > 1 && full[at - 1]?.lanes === 1).length;
  assert.ok(tries >= 3 && tries <= 6, `${tries} tries in five minutes`);
});

test("a transfer begins with the lanes that its way and its size are worth", () => {
  assert.deepEqual([0, 15, 80].map((rttMs) => initialLanes(rttMs, 100_000)), [1, 2, 4]);
  assert.deepEqual([0, 15, 80].map((rttMs) => initialLanes(rttMs, 100_000_000)), [4, 4, 4]);
});

test("several people get the same number of lanes, whatever each had when the second one came", () => {
  for (const had of [1, 2, 8]) {
    const controller = new RateController();
    drive(controller, 6, () => 600_000);
    const decide = (made, pushing, shared) => controller.decide({ rate: 300_000, made, up: made, saturated: pushing, shared, call: null }).lanes;
    assert.equal(decide(had, true, true), 4);
    assert.equal(decide(4, false, true), 4);
    assert.equal(decide(1, false, true), 1);
    // The other one has all of it: more lanes are tried again.
    const alone = Array.from({ length: 30 }, () => decide(4, true, false));
    assert.ok(alone.includes(8), `${alone}`);
  }
});

/** Two transfers share an uplink of 5,000,000 bytes a second: `take(limits)` returns the rate of each; returns all seconds. */
function together(seconds, take) {
  const share = new FairShare();
  const who = [{}, {}];
  let limits = [Infinity, Infinity];
  return Array.from({ length: seconds }, (_, second) => {
    const rates = take(limits, second);
    limits = who.map((one, at) => share.limitFor(one, rates[at], true));
    return { rates, limits };
  });
}

test("a transfer far above its share of the uplink is limited to it, and the other one takes up the rest", () => {
  // The second one gets what the first one leaves, and a tenth of what it needs as long as the line is full.
  const seconds = together(40, ([limit]) => {
    const first = Math.min(limit, 4_700_000);
    return [first, limit === Infinity ? 300_000 : Math.max(300_000, 5_000_000 - first)];
  });
  assert.ok(seconds.some(({ limits: [limit] }) => limit < 3_000_000));
  const { rates: [first, second] } = seconds.at(-1);
  assert.ok(second / first > 0.7, `${first} and ${second}`);
});

test("what a peer with a slow link leaves goes to the others, which are rarely limited", () => {
  const seconds = together(200, ([limit]) => [Math.min(limit, 4_700_000), 300_000]);
  const went = seconds.reduce((sum, { rates: [first] }) => sum + first, 0);
  assert.ok(went > 0.75 * 200 * 4_700_000, `${went}`);
});

test("equal transfers and a single one are never limited", () => {
  const even = together(60, (_, second) => [2_500_000 + (second % 2) * 300_000, 2_500_000]);
  assert.ok(even.every(({ limits }) => limits.every((limit) => limit === Infinity)));
  const share = new FairShare();
  const [alone, other] = [{}, {}];
  for (let second = 0; second < 20; second += 1) share.limitFor(other, 10_000, true);
  assert.equal(share.limitFor(alone, 5_000_000, false), Infinity);
});

test("a lane stalls when nothing leaves it while others move much", () => {
  const lane = (departed, waiting) => ({ departed, waiting });
  const [still, moving, empty, elsewhere] = [lane(1_300_000, 1_000_000), lane(0, 500_000), lane(70_000, 0), lane(0, 9)];
  const detector = new StallDetector();
  const looks = Array.from({ length: 6 }, () => {
    moving.departed += 300_000;
    return detector.findStalled([still, moving, empty], 3);
  });
  assert.deepEqual(looks.map((found) => found.length), [0, 0, 0, 0, 1, 1]);
  assert.equal(looks[4][0], still);
  still.departed += 1;
  assert.deepEqual(detector.findStalled([still, moving, empty], 3), []);
  // Nothing moves anywhere: the path stalls, not a lane.
  for (let look = 0; look < 20; look += 1) assert.deepEqual(detector.findStalled([still, moving, empty], 3), []);
  // Bytes go to another peer.
  elsewhere.departed += 2_000_000;
  assert.deepEqual(detector.findStalled([elsewhere], 3), []);
  assert.deepEqual(detector.findStalled([still, moving, empty], 3), [still, moving]);
});

test("lanes do not change while nothing is queued", () => {
  const controller = new RateController();
  for (let second = 0; second < 20; second += 1) {
    assert.equal(controller.decide({ rate: 1_000, made: 1, up: 1, saturated: false, shared: false, call: null }).lanes, 1);
  }
  assert.equal(controller.decide({ rate: 0, made: 0, up: 0, saturated: false, shared: false, call: null }).lanes, 1);
});

test("beside a call the rate settles where the call's packets are not late", () => {
  // A link of 250,000 bytes a second of which the call needs 120,000; what is too much waits, and the call with it.
  let queued = 0;
  const seconds = drive(new RateController(), 120, () => 600_000, (rate) => {
    queued = Math.max(0, Math.min(500, queued + ((rate + 120_000 - 250_000) / 250_000) * 1000));
    return { rttMs: 30 + queued, loss: queued >= 500 ? 0.05 : 0 };
  });
  const settled = seconds.slice(30);
  const mean = settled.reduce((sum, { rate }) => sum + rate, 0) / settled.length;
  assert.ok(mean > 65_000 && mean < 140_000, `${mean} bytes a second on average`);
  assert.equal(seconds.at(-1).lanes, 1);
  const late = settled.filter(({ rate }) => rate > 200_000).length;
  assert.ok(late <= 3, `${late} seconds far too fast`);
});
