// Private messages, answers, changes and deletions: what goes over the wire, and what a peer's word can do.

import assert from "node:assert/strict";
import { test } from "node:test";

import { LIMITS, TOPICS } from "../../static/js/chat/messages.js";
import { meetInChat } from "./chat-world.js";

function meet(context, ...names) {
  const show = ({ name, text, from, to, version }) => [name, text, ...(from ? [`by ${from}`] : []), ...(to ? ["private"] : []), ...(version ? [version] : [])];
  const { world, come, people } = meetInChat(context, names, show);
  people.forEach((one, at) => people.slice(at + 1).forEach((other) => world.connect(one, other)));
  return { world, come, people };
}

/** Everything that goes out to anyone from now on, as [from, to, body]. */
function tap(world) {
  const seen = [];
  const push = world.queue.push.bind(world.queue);
  world.queue.push = (message) => {
    seen.push(message);
    return push(message);
  };
  return seen;
}

test("a private message, its change and its deletion go to one person, and to no one else, not even later", async (context) => {
  const { world, come, people: [olga, max, sam] } = meet(context, "Olga", "Max", "Sam");
  await world.settle();
  const wire = tap(world);
  assert.equal(olga.chat.sendMessage("the salary", { to: max.self }), "sent");
  await world.settle();
  assert.deepEqual([max.read(), sam.read()], [[["Olga", "the salary", "private"]], []]);
  const [entry] = olga.chat.log.entries;
  assert.equal(entry.waiting.size, 0, "it was confirmed");
  olga.chat.editMessage(entry, "the salaries");
  max.chat.sendMessage("thanks", { to: olga.self, reply: entry.id });
  await world.settle();

  // Who comes later asks everyone for the history.
  const mia = come("Mia");
  for (const one of [olga, max, sam]) world.connect(mia, one);
  await world.settle();
  olga.chat.deleteMessage(entry);
  await world.settle();
  assert.deepEqual([olga.read(), max.read()], [[["Olga", "", "private", 2], ["Max", "thanks", "private"]], [["Olga", "", "private", 2], ["Max", "thanks", "private"]]]);
  assert.deepEqual([sam.read(), mia.read()], [[], []]);
  const secret = wire.filter(([, , body]) => /salar|thanks/.test(body) || body.includes(entry.id));
  assert.ok(secret.length >= 4, "it was seen on the wire");
  for (const [from, to, body] of secret) assert.ok([from, to].every((pid) => [olga.pid, max.pid].includes(pid)), body);
});

test("what was meant for one who left goes to no one", async (context) => {
  const { world, people: [olga, max, sam] } = meet(context, "Olga", "Max", "Sam");
  await world.settle();
  world.part(olga, max);
  const wire = tap(world);
  assert.equal(olga.chat.sendMessage("only you", { to: max.self }), "gone");
  assert.deepEqual([wire, sam.read(), olga.read()], [[], [], []]);
});

test("a change reaches everyone, also those who were interrupted, and who comes later gets the newest form", async (context) => {
  const { world, come, people: [olga, max, sam] } = meet(context, "Olga", "Max", "Sam");
  olga.chat.sendMessage("at for");
  await world.settle();
  const [entry] = olga.chat.log.entries;
  world.interrupt(olga, sam);
  assert.equal(olga.chat.editMessage(entry, "at four"), "sent");
  await world.settle();
  assert.deepEqual([max.read(), sam.read()], [[["Olga", "at four", 1]], [["Olga", "at for"]]]);
  assert.deepEqual([...entry.waiting], [sam.pid]);
  world.connect(olga, sam);
  await world.settle();
  assert.deepEqual([sam.read(), entry.waiting.size], [[["Olga", "at four", 1]], 0]);

  for (const one of [max, sam]) world.part(one, olga);
  const mia = come("Mia");
  world.connect(mia, max);
  await world.settle();
  assert.deepEqual(mia.read(), [["Olga", "at four", "by Max", 1]]);
  // Back again, its author says it, and changes it.
  world.connect(mia, olga);
  await world.settle();
  olga.chat.editMessage(entry, "at five");
  await world.settle();
  assert.deepEqual(mia.read(), [["Olga", "at five", 2]]);
});

test("a deleted message leaves no text behind, at no one and in no history", async (context) => {
  const { world, come, people: [olga, max] } = meet(context, "Olga", "Max");
  olga.chat.sendMessage("my password");
  await world.settle();
  assert.equal(olga.chat.deleteMessage(olga.chat.log.entries[0]), "sent");
  await world.settle();
  assert.ok(max.chat.log.entries[0].deleted);
  const wire = tap(world);
  const mia = come("Mia");
  world.connect(mia, max);
  await world.settle();
  assert.deepEqual([mia.read(), mia.chat.log.entries[0].deleted], [[["Olga", "", "by Max", 1]], true]);
  assert.doesNotMatch(JSON.stringify(wire), /password/);
  assert.equal(olga.chat.editMessage(olga.chat.log.entries[0], "again"), "empty", "it stays deleted");
});

test("a peer changes only its own messages, only forwards, and not for ever", async (context) => {
  const { world, people: [olga, max, sam] } = meet(context, "Olga", "Max", "Sam");
  olga.chat.sendMessage("yes");
  await world.settle();
  const [{ id, at }] = olga.chat.log.entries;
  // Sam says that Olga's message has another text: live, and as history, which no one asked for.
  sam.mesh.send(max.pid, TOPICS.message, { id, at, text: "no", version: 7 });
  sam.mesh.send(max.pid, TOPICS.history, { kept: [{ id, at, text: "no", version: 8, pid: olga.pid, name: "Olga" }], more: false });
  await world.settle();
  assert.deepEqual(max.read(), [["Olga", "yes"], ["Sam", "no", 7]]);
  // An older version, one beyond the limit, and a public change of a private message do nothing.
  olga.chat.editMessage(olga.chat.log.entries[0], "yes!");
  await world.settle();
  for (const version of [undefined, 1, LIMITS.versions + 1, -1, 1.5]) olga.mesh.send(max.pid, TOPICS.message, { id, at, text: "never", ...(version && { version }) });
  olga.mesh.send(max.pid, TOPICS.private, { id, at, text: "aside", version: 9 });
  await world.settle();
  assert.deepEqual(max.read().filter(([name]) => name === "Olga"), [["Olga", "yes!", 1], ["Olga", "aside", "private", 9]]);

  const [entry] = olga.chat.log.entries;
  for (let change = 0; change < 2 * LIMITS.versions; change += 1) olga.chat.editMessage(entry, `yes ${change}`);
  assert.ok(entry.version < LIMITS.versions);
  // Who has changed it as often as they may can still delete it.
  context.mock.timers.tick(60_000);
  assert.deepEqual([olga.chat.editMessage(entry, "yes?"), olga.chat.deleteMessage(entry)], ["too-often", "sent"]);
  await world.settle();
  assert.ok(max.chat.log.entries.some((one) => one.pid === olga.pid && one.id === entry.id && one.deleted));
});

test("a receipt for an older form does not confirm the newest", async (context) => {
  const { world, people: [olga, max] } = meet(context, "Olga", "Max");
  await world.settle();
  olga.chat.sendMessage("one");
  const [entry] = olga.chat.log.entries;
  olga.chat.editMessage(entry, "two");
  max.mesh.send(olga.pid, TOPICS.receipt, { id: entry.id });
  olga.mesh.receive(max.pid, { topic: TOPICS.receipt, payload: { id: entry.id } });
  assert.deepEqual([...entry.waiting], [max.pid]);
  await world.settle();
  assert.equal(entry.waiting.size, 0);
});
