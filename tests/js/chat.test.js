import assert from "node:assert/strict";
import { test } from "node:test";

import { inParts } from "../../static/js/chat/history.js";
import { ChatLog } from "../../static/js/chat/log.js";
import { LIMITS, TOPICS } from "../../static/js/chat/messages.js";
import { meetInChat } from "./chat-world.js";

const ID = "a".repeat(22);

// ── The log ─────────────────────────────────────────────────────────────────────────────────────
const kept = (over = {}) => ({ id: ID, pid: "p".repeat(22), name: "Max", at: 1_000, text: "x", ...over });

test("a message that several have kept is there once, and its author may say that it is theirs", () => {
  const log = new ChatLog();
  assert.equal(log.addMessage(kept(), { from: "Sam" }).is, "new");
  assert.equal(log.addMessage(kept({ at: 900 }), { from: "Olga" }).is, "known");
  assert.deepEqual([log.entries.length, log.entries[0].from], [1, "Sam"]);
  assert.equal(log.addMessage(kept()).is, "confirmed");
  assert.equal(log.entries[0].from, "");
  // What a peer forwards under the same id does not replace it.
  assert.equal(log.addMessage(kept({ text: "I quit" }), { from: "Sam" }).is, "new");
  assert.deepEqual(log.entries.map(({ text, from }) => [text, from]), [["x", ""], ["I quit", "Sam"]]);
});

test("messages stand in the order in which they were written, wherever they came from", () => {
  const log = new ChatLog();
  for (const at of [5, 1, 9, 5, 3]) log.addMessage(kept({ at, id: `${at}${log.entries.length}`.padEnd(22, "a") }));
  assert.deepEqual(log.entries.map(({ at }) => at), [1, 3, 5, 5, 9]);
  assert.equal(log.newest, 9);
});

test("no one writes in the future or hides a message in the past", () => {
  const log = new ChatLog();
  const { at, time } = log.addMessage(kept({ at: 9e15 }), { now: 50_000 }).entry;
  assert.deepEqual([at, time], [650_000, 50_000]);
  assert.equal(log.addMessage(kept({ at: 1, id: "b".repeat(22) }), { now: 50_000, oldest: 10_000 }).entry.at, 40_000);
});

test("the log lets the oldest go, by number and by size", () => {
  const log = new ChatLog();
  const id = (number) => String(number).padStart(22, "0");
  for (let at = 1; at <= 300; at += 1) log.addMessage(kept({ at, id: id(at) }));
  assert.deepEqual([log.entries.length, log.entries[0].at], [LIMITS.messagesKept, 101]);
  assert.equal(log.addMessage(kept({ at: 5, id: id(5) })).is, "too-old");
  for (let at = 1_000; at < 1_100; at += 1) log.addMessage(kept({ at, id: id(at), text: "x".repeat(LIMITS.textCharacters) }));
  const size = log.entries.reduce((sum, { text }) => sum + text.length, 0);
  assert.ok(size <= LIMITS.charactersKept && size > LIMITS.charactersKept * 0.9);
});

test("each part of a history fits into one message of the channel", () => {
  const all = Array.from({ length: 200 }, (_, at) => kept({ text: "\u0001\"".repeat(at * 10) }));
  const parts = inParts(all);
  assert.deepEqual(parts.flat(), all);
  for (const part of parts) assert.ok(JSON.stringify({ [TOPICS.history]: { kept: part, more: true } }).length <= 65_536);
  assert.deepEqual(inParts([]), [[]]);
});

// ── Several people ──────────────────────────────────────────────────────────────────────────────
function meet(context, ...names) {
  return meetInChat(context, names, ({ name, text, from }) => [name, text, ...(from ? [from] : [])]);
}

test("a message reaches everyone, and its author knows when it has", async (context) => {
  const { world, people: [olga, max, guest] } = meet(context, "Olga", "Max", "Guest");
  world.connect(olga, max);
  olga.mesh.peers.set(guest.pid, { state: "connecting" });
  olga.people.set(guest.pid, { name: "Guest", state: "connecting", role: "guest" });
  assert.equal(olga.chat.sendMessage("Hello"), "sent");
  await world.settle();
  assert.deepEqual(max.read(), [["Olga", "Hello"]]);
  assert.deepEqual([...olga.chat.log.entries[0].waiting], [guest.pid]);

  // As soon as the guest can be reached they get it, from its author.
  world.connect(olga, guest);
  await world.settle();
  assert.deepEqual(guest.read(), [["Olga", "Hello"]]);
  assert.equal(olga.chat.log.entries[0].waiting.size, 0);
});

test("nothing is lost while a connection is interrupted, and nothing comes twice", async (context) => {
  const { world, people: [olga, max] } = meet(context, "Olga", "Max");
  world.connect(olga, max);
  olga.chat.sendMessage("one");
  world.interrupt(olga, max);
  olga.chat.sendMessage("two");
  max.chat.sendMessage("three");
  await world.settle();
  world.connect(olga, max);
  await world.settle();
  for (const person of [olga, max]) assert.deepEqual(new Set(person.read().map(([, text]) => text)), new Set(["one", "two", "three"]));
  assert.deepEqual(olga.read(), max.read());
  assert.ok([olga, max].every(({ chat }) => chat.log.entries.every(({ waiting }) => waiting.size === 0)));
});

test("an answer never stands above its question, whatever the clocks say", async (context) => {
  const { world, people: [olga, max] } = meet(context, "Olga", "Max");
  world.connect(olga, max);
  const now = Date.now();
  context.mock.method(Date, "now", () => now);
  olga.chat.sendMessage("question");
  await world.settle();
  Date.now.mock.mockImplementation(() => now - 60_000);
  max.chat.sendMessage("answer");
  await world.settle();
  for (const { read } of [olga, max]) assert.deepEqual(read().map(([, text]) => text), ["question", "answer"]);
});

test("who comes later gets what was said: from those who said it, and of those who left, marked", async (context) => {
  const { world, come, people: [olga, max, guest] } = meet(context, "Olga", "Max", "Guest");
  world.connect(olga, max);
  olga.chat.sendMessage("from Olga");
  max.chat.sendMessage("from Max");
  await world.settle();
  world.connect(guest, olga);
  world.connect(guest, max);
  await world.settle();
  assert.deepEqual(new Set(guest.read().map(String)), new Set(["Olga,from Olga", "Max,from Max"]));

  for (const other of [olga, guest]) world.part(other, max);
  const sam = come("Sam");
  for (const other of [olga, guest]) world.connect(sam, other);
  await world.settle();
  assert.deepEqual(new Set(sam.read().map(String)), new Set(["Olga,from Olga", "Max,from Max,Olga"]));
});

test("no one can forge a message of a person who is here", async (context) => {
  const { world, people: [olga, max, sam] } = meet(context, "Olga", "Max", "Sam");
  // Sam's program forwards what Olga never wrote, and a message of a person who was never there.
  const forged = [
    { id: "f".repeat(22), pid: olga.pid, name: "Olga", at: 1, text: "I quit" },
    { id: "g".repeat(22), pid: "z".repeat(22), name: "Olga", at: 2, text: "me too" },
    { id: "h".repeat(22), pid: max.pid, name: "Max", at: 3, text: "my own words?" },
  ];
  world.connect(olga, max);
  sam.chat.log.addMessage(forged[0], { from: "" });
  for (const one of forged.slice(1)) sam.chat.log.addMessage(one, { from: "" });
  world.connect(max, sam);
  await world.settle();
  assert.deepEqual(max.read(), [["Olga", "me too", "Sam"]]);

  // An answer without a request does not count either.
  sam.mesh.send(max.pid, TOPICS.history, { kept: [{ ...forged[1], id: "i".repeat(22), text: "unasked" }], more: false });
  await world.settle();
  assert.equal(max.read().length, 1);
});

test("what was handed on is confirmed when its author comes back", async (context) => {
  const { world, people: [olga, max, guest] } = meet(context, "Olga", "Max", "Guest");
  world.connect(olga, max);
  max.chat.sendMessage("hello");
  await world.settle();
  world.connect(guest, olga);
  await world.settle();
  assert.deepEqual(guest.read(), [["Max", "hello", "Olga"]]);
  world.connect(guest, max);
  await world.settle();
  assert.deepEqual(guest.read(), [["Max", "hello"]]);
});

test("the next peer is asked when one does not answer, never ends, or leaves, and an answer may have several parts", async (context) => {
  const { world, people: [olga, max, sam, guest] } = meet(context, "Olga", "Max", "Sam", "Guest");
  const long = "x".repeat(LIMITS.textCharacters);
  for (let count = 0; count < 30; count += 1) max.chat.sendMessage(`${count} ${long.slice(10)}`);
  const asked = [];
  for (const person of [sam, guest]) {
    // Programs of their own, which answer nothing.
    person.mesh = { peers: new Map(), emit() {}, receive: (_pid, { topic }) => topic === TOPICS.history && asked.push(person) };
    world.connect(olga, person);
  }
  world.connect(olga, max);
  await world.settle();
  assert.deepEqual([asked, olga.read().length], [[sam], 0]);
  for (let count = 0; count < 8; count += 1) {
    assert.deepEqual(asked, [sam]);
    world.queue.push([sam.pid, olga.pid, JSON.stringify({ topic: TOPICS.history, payload: { kept: [], more: true } })]);
    await world.settle();
  }
  assert.deepEqual(asked, [sam, guest]);
  context.mock.timers.tick(5_000);
  await world.settle();
  assert.equal(olga.read().length, 30);

  // One who leaves while they are asked does not stand in the way either.
  world.connect(olga, sam);
  world.connect(olga, guest);
  await world.settle();
  assert.deepEqual(asked, [sam, guest, sam]);
  world.part(olga, sam);
  await world.settle();
  assert.deepEqual(asked, [sam, guest, sam, guest]);
});

test("who asks again and again is answered for a while", async (context) => {
  const { world, people: [olga, max] } = meet(context, "Olga", "Max");
  olga.chat.sendMessage("hello");
  world.connect(olga, max);
  await world.settle();
  let answers = 0;
  max.mesh.receive = (_pid, { topic, payload }) => (answers += topic === TOPICS.history && "kept" in payload ? 1 : 0);
  for (let count = 0; count < 50; count += 1) max.mesh.send(olga.pid, TOPICS.history, { have: [] });
  await world.settle();
  assert.equal(answers, LIMITS.historyRequestsPerMinute - 1);
});

test("nothing waits for those who are refused, or who leave", async (context) => {
  const { world, people: [olga, max, sam] } = meet(context, "Olga", "Max", "Sam");
  for (const other of [max, sam]) {
    world.connect(olga, other);
    world.interrupt(olga, other);
  }
  olga.mesh.peers.get(sam.pid).state = "refused";
  olga.chat.sendMessage("hello");
  const [{ waiting }] = olga.chat.log.entries;
  assert.deepEqual([...waiting], [max.pid]);
  world.part(olga, max);
  assert.equal(waiting.size, 0);
});

test("a flood is cut off, on both sides", async (context) => {
  const { world, people: [olga, max] } = meet(context, "Olga", "Max");
  world.connect(olga, max);
  const done = Array.from({ length: 100 }, (_, at) => olga.chat.sendMessage(`message ${at}`));
  assert.equal(done.filter((one) => one === "sent").length, LIMITS.sentPerMinute);
  assert.equal(done.at(-1), "too-fast");
  for (let at = 0; at < 500; at += 1) olga.mesh.send(max.pid, TOPICS.message, { id: String(at).padStart(22, "0"), at: 1_000 + at, text: "x" });
  await world.settle();
  assert.equal(max.chat.log.entries.length, LIMITS.receivedPerMinute);
  assert.deepEqual([olga.chat.sendMessage(" "), olga.chat.sendMessage("x".repeat(5_000))], ["empty", "too-long"]);
});
