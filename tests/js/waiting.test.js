import assert from "node:assert/strict";
import { test } from "node:test";

import { waitingText } from "../../static/js/ui/waiting/waiting-text.js";
import { KEPT_MS, MAX_A_ROOM, sortOut } from "../../static/js/waiting/people-met.js";
import { itemsOf } from "../../static/js/waiting/waiting-items.js";
import { afterDelivery, ended, isDue, LIFE_MS, newRecord, reconcile } from "../../static/js/waiting/waiting-state.js";

const NOW = 1_795_419_600_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const own = { id: "a", room: "tea", member: "olga" };
const max = { member: "max", name: "Max" };
const files = [{ file: { name: "thesis.pdf", size: 300 } }, { file: { name: "notes.txt", size: 20 } }];
const fresh = newRecord(own, max, files, NOW);
const row = { id: "a", sender: "olga", receiver: "max", since: NOW, until: NOW + LIFE_MS };

test("a new record has what the list shows, and waits for its announcement", () => {
  assert.deepEqual(fresh, {
    ...own, receiver: "max", name: "Max", since: NOW, until: NOW + LIFE_MS, count: 2, bytes: 320, first: "thesis.pdf",
    row: "new", outcome: "", problem: "", changed: NOW,
  });
  assert.equal(isDue(fresh), false);
});

/** Each row: the record, whether it is being delivered, what the server lists (null: unknown), minutes later; what becomes of it. */
const STORIES = [
  ["nothing is known of the server", { row: "listed" }, false, null, 1, {}],
  ["it is in the server's list", { row: "announced" }, false, [row], 1, { row: "listed" }],
  ["the list is older than the announcement", { row: "announced" }, false, [], 0.2, {}],
  ["it never came into the list", { row: "announced" }, false, [], 1, { outcome: "gone", row: "over" }],
  ["it is no longer in the list", { row: "listed" }, false, [], 0, { outcome: "gone", row: "over" }],
  ["it is no longer in the list because it is being delivered", { row: "listed" }, true, [], 1, {}],
  ["not announced yet", { row: "new" }, false, [], 1, {}],
  ["its time is over", { row: "listed" }, false, [row], 8 * 24 * 60, { outcome: "expired", row: "removing" }],
  ["its time is over before it was announced", { row: "new" }, false, [], 8 * 24 * 60, { outcome: "expired", row: "over" }],
  ["its time is over while it is being delivered", { row: "listed" }, true, [row], 8 * 24 * 60, {}],
  ["the server still lists what is over", { row: "removing", outcome: "delivered" }, false, [row], 1, {}],
  ["the server does not list it any more", { row: "removing", outcome: "delivered" }, false, [], 1, { row: "over" }],
  ["one reads for a day how it ended", { row: "over", outcome: "declined" }, false, [], 23 * 60, {}],
  ["and then no more", { row: "over", outcome: "declined" }, false, [], 25 * 60, "removed"],
  ["what was taken back goes at once", { row: "over", outcome: "taken" }, false, null, 0, "removed"],
  ["but not before the server knows", { row: "removing", outcome: "taken" }, false, [row], 25 * 60, {}],
];

for (const [story, state, isBusy, listed, minutes, expected] of STORIES) {
  test(`a waiting transfer: ${story}`, () => {
    const record = { ...fresh, ...state };
    const { changed, removed } = reconcile([record], new Set(isBusy ? ["a"] : []), listed, NOW + minutes * MINUTE);
    if (expected === "removed") return assert.deepEqual({ changed, removed }, { changed: [], removed: ["a"] });
    assert.deepEqual(removed, []);
    const found = changed[0] ?? record;
    assert.deepEqual({ row: found.row, outcome: found.outcome }, { row: record.row, outcome: record.outcome, ...expected });
    // Once more changes nothing.
    assert.deepEqual(reconcile([found], new Set(isBusy ? ["a"] : []), listed, NOW + minutes * MINUTE), { changed: [], removed: [] });
  });
}

test("only what the other side knows of, and what has not failed, is delivered", () => {
  const due = (change) => isDue({ ...fresh, ...change });
  assert.deepEqual([{ row: "announced" }, { row: "listed" }].map(due), [true, true]);
  assert.deepEqual([{ row: "removing" }, { row: "listed", problem: "full" }, { row: "listed", outcome: "declined" }].map(due), [false, false, false]);
});

test("what a transfer leaves when it is over", () => {
  const record = { ...fresh, row: "listed" };
  const after = (state, reasons, failed) => afterDelivery(record, { state, failures: reasons.map((reason) => ({ reason })) }, failed, { id: "b", at: NOW + 1 });
  assert.deepEqual(after("done", [], []), { now: ended(record, "delivered", NOW + 1), left: null });
  assert.deepEqual(after("failed", ["full", "full"], files).now, { ...record, problem: "full", changed: NOW + 1 });
  assert.equal(after("failed", [""], files).now.problem, "other");
  for (const state of ["declined", "cancelled", "cancelled-there"]) assert.equal(after(state, [], []).now.outcome, "declined");
  const { now, left } = after("done", ["full"], [files[1]]);
  assert.deepEqual([now.outcome, now.count, now.bytes], ["delivered", 1, 300]);
  assert.deepEqual([left.id, left.row, left.problem, left.count, left.bytes, left.first], ["b", "new", "full", 1, 20, "notes.txt"]);
});

const transfer = (change) => ({
  id: "a", member: "max", state: "running", isOver: false, count: 1, bytes: 300, moved: 100, entries: [{ head: { name: "thesis.pdf" } }], ...change,
});
const over = (found) => ({ call: null, meeting: { transferOf: (id) => (id === found?.id ? found : undefined) } });
const words = (key, values = {}) => `${key} ${Object.entries(values).map(([name, value]) => `${name}=${value}`).join(" ")}`.trim();

test("the list has what waits here, elsewhere and for us, and what has come", () => {
  const known = { member: "olga", names: new Map([["max", "Max"]]), over: over(undefined), arrived: new Map(), now: NOW };
  const theirs = { ...row, id: "b", sender: "max", receiver: "olga", since: NOW - 1 };
  const elsewhere = { ...row, id: "c", since: NOW + 1 };
  const list = (records, listed, more = {}) =>
    itemsOf({ ...known, records, listed, ...more }).map(({ id, direction, name, record }) => [id, direction, name, record !== null]);
  assert.deepEqual(list([fresh], [row, theirs, elsewhere]), [["b", "in", "Max", false], ["a", "out", "Max", true], ["c", "out", "Max", false]]);
  assert.deepEqual(list([{ ...fresh, outcome: "taken" }], []), []);
  const come = transfer({ id: "b", state: "done", isOver: true });
  const arrived = new Map([["b", come]]);
  assert.deepEqual(list([], [], { over: over(come), arrived }), [["b", "in", "Max", false]]);
  assert.deepEqual(list([], [theirs], { over: over(come), arrived }), [["b", "in", "Max", false]]);
  // It stays in the list when the transfer room has been left.
  const left = itemsOf({ ...known, records: [], listed: [], over: { call: null, meeting: null }, arrived });
  assert.deepEqual(left.map(({ id, transfer: { state } }) => [id, state]), [["b", "done"]]);
});

/** Each row: what is known of a transfer; the text of its state, and what one can do. */
const TEXTS = [
  [{ record: { ...fresh, row: "listed" } }, "waiting.out", ["take-back"]],
  [{ record: fresh }, "waiting.unannounced", ["take-back"]],
  [{ record: { ...fresh, row: "listed" }, transfer: transfer({ state: "offered" }) }, "waiting.offered.out", ["take-back"]],
  [{ record: { ...fresh, row: "listed" }, transfer: transfer({}) }, "waiting.running", ["take-back"]],
  [{ record: { ...fresh, row: "listed" }, transfer: transfer({}), inCall: true }, "waiting.in-call", ["take-back"]],
  [{ record: { ...fresh, row: "listed", problem: "full" } }, "waiting.problem.full", ["retry", "take-back"]],
  [{ record: { ...fresh, row: "listed", problem: "damaged" } }, "waiting.problem.other", ["retry", "take-back"]],
  [{ record: { ...fresh, row: "over", outcome: "declined" } }, "waiting.over.declined", ["hide"]],
  [{}, "waiting.elsewhere", ["take-back"]],
  [{ direction: "in" }, "waiting.in", ["decline"]],
  [{ direction: "in", transfer: transfer({ state: "offered" }) }, "waiting.offered.in", ["receive", "decline"]],
  [{ direction: "in", transfer: transfer({}) }, "waiting.running", ["decline"]],
  [{ direction: "in", transfer: transfer({ state: "done", isOver: true }) }, "waiting.received", ["hide"]],
];

for (const [known, state, actions] of TEXTS) {
  test(`one reads “${state}”`, () => {
    const item = { id: "a", direction: "out", name: "Max", since: NOW, record: null, transfer: null, inCall: false, ...known };
    const said = waitingText(item, words, new Date(NOW));
    assert.equal(said.state.split(" ")[0], state);
    assert.deepEqual(said.actions, actions);
    assert.match(said.state, /name=Max/);
    assert.equal(waitingText({ ...item, name: "" }, words).who, `waiting.who.${item.direction} name=waiting.someone`);
  });
}

test("one file is named, several are counted, and what is in another browser is not known", () => {
  const of = (record) => waitingText({ id: "a", direction: "out", name: "Max", since: NOW, record, transfer: null, inCall: false }, words).what;
  assert.match(of({ ...fresh, count: 1 }), /^waiting\.what what=thesis\.pdf size=320/);
  assert.match(of(fresh), /^waiting\.what what=waiting\.files count=2/);
  assert.equal(of(null), "");
});

test("of the people met in a room the last fifty of thirty days are kept, for each account", () => {
  const person = (room, self, days, number = 0) => ({ id: `${room} ${self} ${days} ${number}`, room, self, member: "m", name: "n", at: NOW - days * DAY });
  assert.equal(KEPT_MS, 30 * DAY);
  const many = Array.from({ length: MAX_A_ROOM + 2 }, (_, number) => person("tea", "olga", 10 + number / 100, number));
  const { kept, outdated } = sortOut([person("tea", "olga", 31), ...many, person("tea", "sam", 29), person("choir", "olga", 1)], NOW);
  assert.equal(kept.length, MAX_A_ROOM + 2);
  assert.equal(kept[0].room, "choir");
  assert.deepEqual(outdated.map(({ at }) => Math.round((NOW - at) / DAY)), [11, 11, 31]);
});
