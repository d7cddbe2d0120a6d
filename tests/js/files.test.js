import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { KIND, MAX_FRAME_BYTES, readFrame, writeFrame } from "../../static/js/files/protocol/frame.js";
import { LIMITS, REASONS, areWithin, makeTransferId, readDecline, readEnd, readGot, readHave, readLaneSignal, readOffer, readResult, readSaved, readTransfer, readWanted } from "../../static/js/files/protocol/messages.js";
import { CHUNK, PIECE, pieceCount, pieceLength, rootOf } from "../../static/js/files/protocol/pieces.js";
import { offerMessages } from "../../static/js/files/protocol/metadata.js";
import { OfferAssembler } from "../../static/js/files/protocol/offer-assembler.js";
import { RangeSet, readRanges } from "../../static/js/files/protocol/range-set.js";
import { openFileTopics } from "../../static/js/files/protocol/topics.js";
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
  const inputs = ["accept", "decline", "decline-there", "ask", "pause", "resume", "pause-there", "resume-there", "cancel", "cancel-there", "done", "fail"];
  const rows = {
    offered: "running declined declined . . . . . cancelled-here cancelled-there . failed",
    running: ". . declined offered paused-here . paused-there . cancelled-here cancelled-there done failed",
    "paused-here": ". . declined offered . running paused-both . cancelled-here cancelled-there done failed",
    "paused-there": ". . declined offered paused-both . . running cancelled-here cancelled-there done failed",
    "paused-both": ". . declined offered . paused-there . paused-here cancelled-here cancelled-there done failed",
    done: ". . . . . . . . . . . .", declined: ". . . . . . . . . . . .",
    "cancelled-here": ". . declined . . . . . . . done failed", "cancelled-there": ". . . . . . . . . . done failed",
    failed: ". . . . . . . . . . . .",
  };
  assert.deepEqual(Object.keys(rows), Object.keys(TABLE));
  for (const [state, row] of Object.entries(rows)) {
    const ends = row.split(" ").map((word, at) => [inputs[at], word === "." ? state : word]);
    for (const [input, end] of ends) assert.equal(next(state, input), end, `${state} + ${input}`);
    assert.equal(isOver(state), !row.includes("cancelled-there"));
  }
});

test("an offer within bounds is read; one out of bounds is dropped whole", () => {
  assert.deepEqual(readOffer(offer), { ...offer, purpose: "", files: [{ ...head, folder: false }] });
  const bad = [
    null, 7, [], {}, { ...offer, transfer: "x" }, { ...offer, transfer: 7 }, { ...offer, count: 0 }, { ...offer, count: LIMITS.filesOffered + 1 },
    { ...offer, count: 1.5 }, { ...offer, bytes: -1 }, { ...offer, bytes: 2 ** 60 }, { ...offer, files: [] }, { ...offer, files: {} },
    { ...offer, files: [head, head] },
    ...[
      { id: -1 }, { id: 2 ** 32 }, { id: "1" }, { size: -1 }, { size: 1.5 }, { size: 2 ** 51 }, { size: "5" }, { modified: NaN },
      { name: 7 }, { name: "x".repeat(256) }, { path: 7 }, { path: "x".repeat(4_001) }, { path: "x/".repeat(100) }, { edges: "" }, { edges: "!".repeat(43) }, { edges: 7 },
    ].map((change) => ({ ...offer, files: [{ ...head, ...change }] })),
  ];
  for (const payload of bad) assert.equal(readOffer(payload), null, JSON.stringify(payload)?.slice(0, 120));
});

test("the first message of an offer says what it is for, and the whole offer keeps it; an unknown purpose is none", () => {
  const files = Array.from({ length: 600 }, (_, at) => ({ ...head, id: at, name: "x".repeat(99) }));
  const purposeOf = (purpose) => {
    const [assembler, parts] = [new OfferAssembler(), offerMessages(offer.transfer, files, purpose)];
    assert.deepEqual(parts.map((part) => "purpose" in part), [purpose !== "", false, false]);
    return parts.map((part) => assembler.addPart("pid", readOffer(part))?.purpose);
  };
  for (const purpose of ["", "chat", "waiting"]) assert.deepEqual(purposeOf(purpose), [undefined, undefined, purpose]);
  for (const purpose of ["other", "toString", 7, null, ["chat"]]) assert.equal(readOffer({ ...offer, purpose }).purpose, "", String(purpose));
});

test("the other messages about files are read or dropped", () => {
  assert.equal(readTransfer({ transfer: offer.transfer }), offer.transfer);
  for (const payload of [null, "x", {}, { transfer: `${offer.transfer}x` }]) assert.equal(readTransfer(payload), null);
  assert.deepEqual(readHave({ file: 1, have: [[0, 3]] }), { file: 1, have: [[0, 3]] });
  for (const payload of [null, {}, { file: 2 }, { file: 1, have: [[0, 2 ** 40]] }, { file: "1", have: [] }]) assert.equal(readHave(payload), null);
  assert.deepEqual([[], [[0, 3]], [[0, 1], [2, 4]]].map((pieces) => areWithin(pieces, 3 * PIECE)), [true, true, false]);
  const { transfer } = offer;
  assert.deepEqual(readWanted({ transfer, count: 7_000, name: "x".repeat(300) }), { transfer, count: LIMITS.filesOffered, name: "x".repeat(255) });
  assert.deepEqual(readWanted({ transfer, count: 0, name: 7 }), { transfer, count: 0, name: "" });
  for (const payload of [null, "x", {}, { count: 1 }, { transfer: "x", count: 1 }, ...["1", 1.5, -1].map((count) => ({ transfer, count }))]) assert.equal(readWanted(payload), null);
  assert.deepEqual([{ transfer }, { transfer, busy: true }, { transfer, busy: 1 }].map(readDecline), [false, true, false].map((busy) => ({ transfer, busy })));
  assert.deepEqual(readGot({ transfer, bytes: 7 }), { transfer, bytes: 7 });
  for (const payload of [null, {}, { transfer }, ...[-1, 1.5, 2 ** 51, "7"].map((bytes) => ({ transfer, bytes }))]) assert.equal(readGot(payload), null);
  for (const saved of ["", "not-yet", "yes", "removed"]) assert.deepEqual(readSaved({ transfer, saved }), { transfer, saved });
  for (const saved of ["no", true, ["yes"], undefined, "x".repeat(1_000)]) assert.equal(readSaved({ transfer, saved }), null);
  for (const payload of [null, { saved: "yes" }, { transfer: "x", saved: "yes" }]) assert.equal(readSaved(payload), null);
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

test("the document has every topic of file transfers, every reason, and everything that can become of files", () => {
  const document = readFileSync(new URL("../../docs/files.md", import.meta.url), "utf8").split("\n## Messages\n")[1].split("\n## ")[0];
  const named = [...document.matchAll(/^\| (`file-[^|]+) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, topic]) => topic));
  const opened = [];
  openFileTopics({ topic: (name) => opened.push(name) }, { isKnown: () => false });
  assert.deepEqual(named.toSorted(), opened.toSorted());
  const row = (topic) => new RegExp(`^\\| .*\`${topic}\`.*$`, "m").exec(document)[0];
  for (const reason of REASONS) assert.match(row("file-failed"), new RegExp(`\\b${reason}\\b`));
  for (const saved of ["not-yet", "yes", "removed"]) assert.match(row("file-saved"), new RegExp(`"${saved}"`));
});
