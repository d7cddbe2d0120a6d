// Parts of a call that are loaded after its first picture lose nothing of what happened before: messages, events, presses.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Chat } from "../../static/js/chat/chat.js";
import { Hands } from "../../static/js/chat/hands.js";
import { BUDGETS } from "../../static/js/gate/budgets.js";
import { Gate } from "../../static/js/gate/gate.js";
import { NOTHING } from "../../static/js/gate/topic.js";
import { Emitter } from "../../static/js/lib/emitter.js";
import { CatchUp } from "../../static/js/ui/running/catch-up.js";
import { World } from "./chat-world.js";
import { Clock, MemoryFile, World as FileWorld, randomFrom } from "./file-world.js";

const [A, B, C] = ["a", "b", "c"].map((letter) => letter.repeat(22));
const OPTIONS = { read: (payload) => payload, perMinute: 100_000, creates: NOTHING };

/** A gate whose features are on their way. */
function holding() {
  const gate = new Gate(() => true);
  gate.hold();
  return gate;
}

/** The features are there. */
function arrive(gate, ...names) {
  const received = [];
  for (const name of names) gate.open(name, OPTIONS).on("message", ({ pid, message }) => received.push([pid, name, message]));
  gate.release();
  return received;
}

test("messages on topics that are not open yet are delivered once they are, in order", () => {
  const gate = holding();
  gate.receive(A, "file-offer", 1);
  gate.receive(B, "chat", "hello");
  gate.receive(A, "file-end", 2);
  gate.receive(A, "unknown", 3);
  const received = arrive(gate, "file-end", "file-offer", "chat");
  assert.deepEqual(received, [[A, "file-offer", 1], [B, "chat", "hello"], [A, "file-end", 2]]);
  gate.receive(B, "chat", "now");
  assert.deepEqual(received.at(-1), [B, "chat", "now"]);
});

test("what waits passes the reader, the rate and the budgets of its topic like any other message", () => {
  const gate = holding();
  for (let count = 0; count < 10; count += 1) gate.receive(A, "number", count % 2 ? count : "bad");
  const values = [];
  gate.open("number", { read: (payload) => (Number.isInteger(payload) ? payload : null), perMinute: 4, creates: NOTHING }).on("message", ({ message }) => values.push(message));
  gate.release();
  assert.deepEqual(values, [1, 3]);
});

test("without features on their way, and after them, a message on an unknown topic is dropped", () => {
  const gate = new Gate(() => true);
  gate.receive(A, "chat", 1);
  gate.hold();
  gate.release();
  gate.receive(A, "chat", 2);
  assert.deepEqual(arrive(gate, "chat"), []);
});

test("messages of those who left meanwhile are not delivered", () => {
  const gate = holding();
  gate.receive(A, "chat", 1);
  gate.receive(B, "chat", 2);
  gate.forgetPeer(A);
  assert.deepEqual(arrive(gate, "chat"), [[B, "chat", 2]]);
});

test("one person fills only their share, with as many tabs as they like; the largest offer of files fits", () => {
  const gate = holding();
  gate.introduce(A, "m".repeat(32));
  gate.introduce(C, "m".repeat(32));
  const part = "x".repeat(60_000);
  const parts = Math.ceil(2_200_000 / part.length);
  for (let count = 0; count < 10 * parts; count += 1) gate.receive(count % 2 ? C : A, "file-offer", part);
  gate.receive(B, "chat", "hello");
  const received = arrive(gate, "file-offer", "chat");
  const offered = received.filter(([, name]) => name === "file-offer");
  assert.ok(offered.length >= parts && offered.length * part.length <= BUDGETS.early.burst, String(offered.length));
  assert.deepEqual(received.at(-1), [B, "chat", "hello"]);
});

test("many people together do not fill the memory, and tiny messages count, too", () => {
  const gate = holding();
  for (let person = 0; person < 100; person += 1) for (let count = 0; count < 2_000; count += 1) gate.receive(`${person}`.padEnd(22, "_"), "chat", 1);
  const received = arrive(gate, "chat");
  assert.ok(received.length > 10_000 && received.length <= 80_000, String(received.length));
});

test("listeners that come later see what holds: the latest of each event and peer, in order", () => {
  const [session, mesh] = [new Emitter(), new Emitter()];
  const past = new CatchUp([session, mesh]);
  session.emit("entered", { again: false });
  for (const pid of [A, B]) session.emit("person-added", { person: { pid } });
  mesh.emit("peer-state", { pid: A, state: "connecting" });
  mesh.emit("peer-channel-open", { pid: A });
  mesh.emit("peer-state", { pid: A, state: "connected" });
  mesh.emit("peer-state", { pid: B, state: "connected" });
  mesh.emit("peer-removed", { pid: B });
  session.emit("person-removed", { person: { pid: B } });
  const seen = [];
  past.finish(() => {
    session.on("entered", ({ again }) => seen.push(["entered", again]));
    session.on("person-added", ({ person }) => seen.push(["added", person.pid]));
    session.on("person-removed", () => seen.push(["removed"]));
    mesh.on("peer-state", ({ pid, state }) => seen.push([pid, state]));
    mesh.on("peer-channel-open", ({ pid }) => seen.push([pid, "open"]));
  });
  assert.deepEqual(seen, [["entered", false], ["added", A], [A, "open"], [A, "connected"]]);
  mesh.emit("peer-state", { pid: A, state: "interrupted" });
  assert.deepEqual(seen.at(-1), [A, "interrupted"]);
  assert.equal(seen.length, 5);
});

test("listeners that were there see nothing twice, and late ones keep their signal and come once if they say so", () => {
  const mesh = new Emitter();
  const past = new CatchUp([mesh]);
  const seen = [];
  mesh.on("changed", (value) => seen.push(`early ${value}`));
  mesh.emit("changed", 1);
  past.finish(() => {
    mesh.on("changed", (value) => seen.push(`late ${value}`), { signal: AbortSignal.abort() });
    mesh.on("changed", (value) => seen.push(`once ${value}`), { once: true });
  });
  mesh.emit("changed", 2);
  assert.deepEqual(seen, ["early 1", "once 1", "early 2"]);
});

test("after a call that ended before its features came nothing is kept", () => {
  const mesh = new Emitter();
  const past = new CatchUp([mesh]);
  past.stop();
  assert.equal(mesh.observer, null);
  mesh.emit("changed", 1);
  const next = new CatchUp([mesh]);
  past.stop();
  assert.equal(mesh.observer, next, "the next call keeps its own");
});

test("a chat and hands that are loaded late have what was written, get the history, and send what they have", async () => {
  const world = new World();
  const { signal } = new AbortController();
  const [ann, bob] = [world.add("Ann"), world.add("Bob")];
  const [chat, hands] = [new Chat(ann, signal), new Hands(ann, signal)];
  bob.mesh.gate.hold();
  const past = new CatchUp([bob.mesh]);
  chat.sendMessage("before Bob");
  world.connect(ann, bob);
  await world.settle();
  chat.sendMessage("while Bob's chat is loaded");
  hands.raiseHand(true);
  await world.settle();
  let [late, lateHands] = [/** @type {any} */ (null), /** @type {any} */ (null)];
  past.finish(() => ([late, lateHands] = [new Chat(bob, signal), new Hands(bob, signal)]));
  bob.mesh.gate.release();
  await world.settle();
  assert.deepEqual(late.log.entries.map(({ text }) => text), ["before Bob", "while Bob's chat is loaded"]);
  assert.deepEqual(lateHands.order, [ann.pid]);
  assert.equal(chat.log.entries.at(-1).waiting.size, 0, "Bob's browser has confirmed it");
});

test("files that are offered before the code for files is there are offered once it is, and arrive", async (context) => {
  const clock = new Clock(context);
  const world = new FileWorld(clock, randomFrom(1));
  await clock.run(1_000);
  world.reload("guest", 60_000);
  await clock.run(1_000);
  const chosen = Array.from({ length: 3_000 }, (_, at) => ({ file: new MemoryFile(`${at}.txt`, at % 3, at), path: [] }));
  const sent = await world.olga.exchange.offerFiles(world.guest.pid, chosen);
  await clock.run(30_000);
  assert.deepEqual([world.guest.transfers.length, sent.state], [0, "offered"]);
  await clock.run(31_000);
  const [offered] = world.guest.transfers;
  assert.deepEqual([world.guest.transfers.length, offered?.entries.length], [1, 3_000]);
  void world.guest.exchange.acceptTransfer(offered, { kind: "store" });
  await clock.run(60_000);
  assert.deepEqual([offered.state, sent.state], ["done", "done"]);
  world.close();
});

test("an offer that is withdrawn before the code for files is there is not offered", async (context) => {
  const clock = new Clock(context);
  const world = new FileWorld(clock, randomFrom(2));
  await clock.run(1_000);
  world.reload("guest", 20_000);
  await clock.run(1_000);
  const sent = await world.olga.exchange.offerFiles(world.guest.pid, [{ file: new MemoryFile("one.txt", 5, 1), path: [] }]);
  await clock.run(1_000);
  world.olga.exchange.applyAction(sent, "cancel");
  await clock.run(30_000);
  assert.deepEqual(world.guest.transfers.filter(({ isOver }) => !isOver), []);
  world.close();
});
