import assert from "node:assert/strict";
import { test } from "node:test";

import { Topics } from "../../static/js/peer/topics.js";

const A = "a".repeat(22);
const B = "b".repeat(22);

function open(perMinute = 3) {
  const sent = [];
  const topics = new Topics((...values) => sent.push(values) > 0);
  const topic = topics.open("number", { read: (payload) => (Number.isInteger(payload) ? payload : null), perMinute });
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
  assert.deepEqual(sent, [[B, "number", 5]]);
});

test("a topic is opened once", () => {
  const { topics } = open();
  assert.throws(() => topics.open("number", { read: () => null, perMinute: 1 }), /open already/);
});
