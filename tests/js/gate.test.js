// The gate: what every message of a peer passes, and what one person may cost.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Arrivals } from "../../static/js/gate/arrivals.js";
import { BUDGETS, Budgets } from "../../static/js/gate/budgets.js";
import { Gate } from "../../static/js/gate/gate.js";
import { NOTHING } from "../../static/js/gate/topic.js";
import { ControlChannel, MAX_BUFFERED_BYTES, MAX_MESSAGE_CHARACTERS, PATIENT_BYTES } from "../../static/js/peer/control-channel.js";
import { openConnectionTopics } from "../../static/js/peer/connection-messages.js";
import { clock } from "./peer-world.js";

const [A, B, C] = ["a", "b", "c"].map((letter) => letter.repeat(22));
const MAX = "0".repeat(32);

/** A gate whose time stands still, with one topic. */
function open(context, options = {}) {
  const time = clock(context);
  context.mock.method(performance, "now", () => time.now);
  const sent = [];
  const gate = new Gate((...values) => sent.push(values) > 0);
  const topic = gate.open("number", { patient: true, read: (payload) => (Number.isInteger(payload) ? payload : null), perMinute: 3, creates: NOTHING, ...options });
  const received = [];
  topic.on("message", (detail) => received.push(detail));
  return { time, gate, topic, sent, received, values: () => received.map(({ pid, message }) => [pid, message]) };
}

test("a topic delivers what its reader takes, and drops the rest", (context) => {
  const { gate, values } = open(context, { perMinute: 10 });
  for (const payload of [1, "1", null, undefined, {}, [], 1.5, 0]) gate.receive(A, "number", payload);
  assert.deepEqual(values(), [[A, 1], [A, 0]]);
});

test("a topic reads so many messages a minute of each person, the bad ones too, and forgets nothing when they leave", async (context) => {
  const { time, gate, values } = open(context);
  gate.introduce(A, MAX);
  gate.receive(A, "number", "not a number");
  for (let count = 0; count < 50; count += 1) gate.receive(A, "number", count);
  gate.receive(B, "number", 99);
  assert.deepEqual(values(), [[A, 0], [A, 1], [B, 99]]);
  gate.forgetPeer(A);
  gate.introduce(C, MAX);
  gate.receive(C, "number", 7);
  assert.equal(values().length, 3, "another tab of the same person gets no more");
  await time.pass(20_000, 1_000);
  gate.receive(C, "number", 8);
  assert.deepEqual(values().at(-1), [C, 8]);
});

test("of a state, the newest word is delivered later instead of never", async (context) => {
  const { time, gate, values } = open(context, { perMinute: 60, latest: true });
  for (let count = 0; count < 1_000; count += 1) gate.receive(A, "number", count);
  assert.equal(values().length, 60);
  await time.pass(1_010, 10);
  assert.deepEqual(values().at(-1), [A, 999]);
  assert.equal(values().length, 61);
  gate.receive(A, "number", 5);
  gate.forgetPeer(A);
  await time.pass(5_000, 1_000);
  assert.equal(values().length, 61, "not of those who left");
});

test("what a message creates is paid for, all of it or nothing, before it is delivered", (context) => {
  const refused = [];
  const creates = { restarts: 1, dialogs: (value) => value };
  const { gate, values } = open(context, { perMinute: 100, creates, refused: (...detail) => refused.push(detail) });
  for (const value of [2, 2, 2, 1, 0, 0, 0, 0, 0]) gate.receive(A, "number", value);
  assert.deepEqual(values().map(([, value]) => value), [2, 2, 1, 0, 0, 0]);
  assert.deepEqual(refused, [[A, 2], [A, 0], [A, 0]]);
  assert.ok(gate.spend(B, { restarts: BUDGETS.restarts.burst }), "no one else pays");
});

test("alerts are spared, not messages: beyond the limit they come without noise", (context) => {
  const { gate, received } = open(context, { perMinute: 100, creates: { alerts: 1 } });
  for (let count = 0; count < 100; count += 1) gate.receive(A, "number", count);
  assert.deepEqual(received.map(({ loud }) => loud), Array.from({ length: 100 }, (_, at) => at < BUDGETS.alerts.burst));
});

test("messages reach the topic that they name and no other", (context) => {
  const { gate, topic, sent, values } = open(context);
  gate.receive(A, "other", 1);
  assert.deepEqual(values(), []);
  assert.equal(topic.send(B, 5), true);
  assert.deepEqual(sent, [[B, "number", 5, true]]);
});

test("a topic is opened once, and only with a reader, a rate, and budgets that exist", (context) => {
  const { gate } = open(context);
  const whole = { read: () => null, perMinute: 1, creates: NOTHING };
  assert.throws(() => gate.open("number", whole), /open already/);
  const lacking = [{ ...whole, creates: undefined }, { ...whole, creates: { wonders: 1 } }, { ...whole, read: undefined }, { ...whole, perMinute: 0 }, { ...whole, perMinute: undefined }];
  for (const options of lacking) assert.throws(() => gate.open("another", options), TypeError);
  gate.open("another", whole);
});

test("who has used nothing for a while needs no memory, and who has is not forgotten for others", () => {
  let now = 0;
  const budgets = new Budgets(() => now);
  assert.ok(budgets.spend("max", { dialogs: BUDGETS.dialogs.burst }));
  for (let count = 0; count < 1_000; count += 1) budgets.spend(`guest ${count}`, { alerts: 1 });
  assert.ok(!budgets.spend("max", { dialogs: 1 }));
  now += 600_000;
  for (let count = 0; count < 3_000; count += 1) budgets.spend(`later ${count}`, { alerts: 1 });
  assert.ok(budgets.size <= 3_000, `${budgets.size}`);
  for (let count = 0; count < 20_000; count += 1) budgets.spend(`flood ${count}`, { chatFiles: 1 });
  assert.ok(budgets.size <= 4_096, `${budgets.size}`);
});

test("who rejoins all the time appears a few times a minute, and a newcomer beside them at once", async (context) => {
  const { time, gate } = open(context);
  const life = new AbortController();
  const [arrivals, seen] = [new Arrivals(gate, life.signal), []];
  const join = (pid, member) => arrivals.admit({ pid, member }, () => seen.push(pid));
  for (let count = 0; count < 1_000; count += 1) {
    join(`tab ${count}`, MAX);
    if (count < 999) arrivals.forget(`tab ${count}`);
    await time.pass(20, 20);
  }
  join(B, "1".repeat(32));
  assert.equal(seen.at(-1), B);
  const { burst, perMinute } = BUDGETS.arrivals;
  assert.ok(seen.length <= burst + perMinute / 3 + 2, `${seen.length} of 1,000 in twenty seconds`);
  await time.pass(5_000, 100);
  assert.ok(seen.includes("tab 999"), "the one that stays is not shut out");
  for (let count = 0; count < 50; count += 1) join(C, MAX);
  await time.pass(60_000, 1_000);
  assert.ok(seen.filter((pid) => pid === C).length <= 2, "the newest word about a tab that waits");
  join("last", MAX);
  life.abort();
});

test("a peer that sends more than it may is not read any further", (context) => {
  context.mock.method(performance, "now", () => 0);
  const channel = Object.assign(new EventTarget(), { readyState: "open", bufferedAmount: 0, send: () => {} });
  const gate = new Gate(() => false);
  openConnectionTopics(gate);
  const control = new ControlChannel({ createDataChannel: () => channel }, gate.for(A).spend);
  const seen = { message: 0, flooding: 0 };
  for (const type of Object.keys(seen)) control.on(type, () => (seen[type] += 1));
  const say = (data) => channel.dispatchEvent(Object.assign(new Event("message"), { data }));
  say('{"version":{"v":1}}');
  const long = JSON.stringify({ chat: "x".repeat(60_000) });
  for (let count = 0; count < 2_000; count += 1) say(long);
  assert.ok(seen.message * long.length <= BUDGETS.characters.burst && seen.message > 1_000, `${seen.message}`);
  assert.equal(seen.message + seen.flooding, 2_000);
});

/** A data channel that keeps what is sent until `drain`. */
class SlowChannel extends EventTarget {
  readyState = "open";
  bufferedAmount = 0;
  sent = [];

  send(message) {
    this.sent.push(message);
    this.bufferedAmount += message.length;
  }

  drain() {
    const before = this.bufferedAmount;
    this.bufferedAmount = 0;
    if (before > this.bufferedAmountLowThreshold) this.dispatchEvent(new Event("bufferedamountlow"));
  }
}

test("patient messages are not dropped, keep their order, and let others pass", () => {
  const channel = new SlowChannel();
  const control = new ControlChannel({ createDataChannel: () => channel }, () => true);
  const topicsOf = () => channel.sent.map((message) => Object.keys(JSON.parse(message))[0]);
  const long = "x".repeat(40_000);
  for (let at = 0; at < 30; at += 1) assert.equal(control.send(`part-${"abcdefghijklmnopqrstuvwxyzabcd"[at]}`, [at, long], true), true);
  assert.equal(control.send("cancel", 1, true), true);
  assert.ok(channel.bufferedAmount < PATIENT_BYTES + MAX_MESSAGE_CHARACTERS);
  assert.equal(control.send("chat", "hello"), true);
  assert.equal(topicsOf().at(-1), "chat");
  let turns = 0;
  for (; channel.bufferedAmount > 0; turns += 1) channel.drain();
  assert.ok(turns > 5);
  const parts = channel.sent.map((message) => JSON.parse(message)).flatMap((message) => Object.values(message).filter(Array.isArray));
  assert.deepEqual(parts.map(([at]) => at), Array.from({ length: 30 }, (_, at) => at));
  assert.equal(topicsOf().at(-1), "cancel");

  // What is not patient is dropped when too much is queued; so is what is too long, and all of it on a closed channel.
  channel.bufferedAmount = MAX_BUFFERED_BYTES + 1;
  assert.deepEqual([control.send("chat", 1), control.send("file", 1, true)], [false, true]);
  assert.equal(control.send("file", "x".repeat(MAX_MESSAGE_CHARACTERS), true), false);
  let count = 0;
  while (control.send("file", long, true) && count < 1_000) count += 1;
  assert.ok(count > 400 && count < 430, "a peer that never reads takes 16 MB at most");
  channel.readyState = "closed";
  assert.deepEqual([control.send("chat", 1), control.send("file", 1, true)], [false, false]);
});
