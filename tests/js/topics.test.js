import assert from "node:assert/strict";
import { test } from "node:test";

import { ControlChannel, MAX_BUFFERED_BYTES, MAX_MESSAGE_CHARACTERS, PATIENT_BYTES } from "../../static/js/peer/control-channel.js";
import { Topics } from "../../static/js/peer/topics.js";

const A = "a".repeat(22);
const B = "b".repeat(22);

function open(perMinute = 3) {
  const sent = [];
  const topics = new Topics((...values) => sent.push(values) > 0);
  const topic = topics.open("number", { patient: true, read: (payload) => (Number.isInteger(payload) ? payload : null), perMinute });
  const received = [];
  topic.on("message", (detail) => received.push(detail));
  return { topics, topic, sent, received };
}

test("a topic delivers what its reader takes, and drops the rest", () => {
  const { topics, received } = open(10);
  for (const payload of [1, "1", null, undefined, {}, [], 1.5, 0]) topics.receive(A, "number", payload);
  assert.deepEqual(received, [{ pid: A, message: 1 }, { pid: A, message: 0 }]);
});

test("a topic reads so many messages a minute of each peer, the bad ones too", () => {
  const { topics, received } = open(3);
  topics.receive(A, "number", "not a number");
  for (let count = 0; count < 50; count += 1) topics.receive(A, "number", count);
  topics.receive(B, "number", 99);
  assert.deepEqual(received.map(({ pid, message }) => [pid, message]), [[A, 0], [A, 1], [B, 99]]);
  topics.forgetPeer(A);
  topics.receive(A, "number", 7);
  assert.equal(received.at(-1).message, 7, "a peer who left and came back begins again");
});

test("messages reach the topic that they name and no other", () => {
  const { topics, topic, sent, received } = open();
  topics.receive(A, "other", 1);
  assert.deepEqual(received, []);
  assert.equal(topic.send(B, 5), true);
  assert.deepEqual(sent, [[B, "number", 5, true]]);
});

test("a topic is opened once", () => {
  const { topics } = open();
  assert.throws(() => topics.open("number", { read: () => null, perMinute: 1 }), /open already/);
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
  const control = new ControlChannel({ createDataChannel: () => channel });
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
