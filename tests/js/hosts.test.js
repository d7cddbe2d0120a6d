// What hosts decide for everyone: who is believed, for how long, and what browsers do against those who do not keep to it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Chat } from "../../static/js/chat/chat.js";
import { HostControls, mayDo, readRights, readTimer, TOPICS } from "../../static/js/hosts/host-controls.js";
import { Polls, readPoll, readVote } from "../../static/js/hosts/polls.js";
import { keepDecisions } from "../../static/js/ui/hosts/kept-decisions.js";
import { World } from "./chat-world.js";

const NOW = 1_795_419_600_000;

function meet(context, ...people) {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOW });
  const world = new World();
  const come = ([name, role]) => {
    const person = world.add(name, role);
    const { signal } = new AbortController();
    person.controls = new HostControls(person, signal);
    person.polls = new Polls(person, signal);
    person.chat = new Chat(person, signal, { mayWrite: (one) => mayDo(person.controls.rights.value, "chat", one) });
    person.read = () => person.chat.log.entries.map(({ text }) => text);
    return person;
  };
  const all = people.map(come);
  all.forEach((one, at) => all.slice(at + 1).forEach((other) => world.connect(one, other)));
  return { world, come, people: all };
}

test("a host's word reaches everyone, who comes later, too, and no one else's counts", async (context) => {
  const { world, come, people: [olga, max, sam] } = meet(context, ["Olga", "owner"], ["Max", "moderator"], ["Sam", "guest"]);
  olga.controls.spotlight.change(sam.pid);
  await world.settle();
  assert.deepEqual([max, sam].map(({ controls }) => controls.spotlight.value), [sam.pid, sam.pid]);
  // Sam is no host: neither their program nor one that pretends gets through.
  sam.controls.spotlight.change(max.pid);
  sam.mesh.send(max.pid, TOPICS.spotlight, { at: NOW + 5, value: "" });
  await world.settle();
  assert.equal(max.controls.spotlight.value, sam.pid);
  // Olga leaves; Max, a host too, tells those who come.
  for (const one of [max, sam]) world.part(one, olga);
  const mia = come(["Mia", "guest"]);
  world.connect(mia, sam);
  await world.settle();
  assert.equal(mia.controls.spotlight.value, "");
  world.connect(mia, max);
  await world.settle();
  assert.equal(mia.controls.spotlight.value, sam.pid);
  // The last host leaves: nothing that was said holds any more.
  for (const one of [sam, mia]) world.part(one, max);
  assert.deepEqual([sam, mia].map(({ controls }) => controls.spotlight.value), ["", ""]);
});

test("the newest word counts, and none can be so far ahead that others are shut out", async (context) => {
  const { world, people: [olga, max, sam] } = meet(context, ["Olga", "owner"], ["Max", "moderator"], ["Sam", "guest"]);
  olga.controls.spotlight.change(max.pid);
  max.mesh.send(sam.pid, TOPICS.spotlight, { at: NOW - 1, value: "" });
  max.mesh.send(sam.pid, TOPICS.spotlight, { at: NOW + 601_000, value: "" });
  await world.settle();
  assert.equal(sam.controls.spotlight.value, max.pid);
  // A clock that is behind does not matter: what follows is later than what it replaces.
  context.mock.timers.setTime(NOW - 50_000);
  max.controls.spotlight.change("");
  await world.settle();
  assert.deepEqual([olga, sam].map(({ controls }) => controls.spotlight.value), ["", ""]);
});

test("a host whose clock is hours wrong is believed, and follows others", async (context) => {
  const { world, people: [olga, max, sam] } = meet(context, ["Olga", "owner"], ["Max", "moderator"], ["Sam", "guest"]);
  const HOURS = 5 * 3_600_000;
  // The server's clock is right. Olga's and Sam's are, too; Max's is five hours ahead, and his browser knows it from the server.
  max.socket = { clockAhead: -HOURS };
  context.mock.timers.setTime(NOW + HOURS);
  max.controls.spotlight.change(max.pid);
  context.mock.timers.setTime(NOW);
  await world.settle();
  assert.deepEqual([olga, sam].map(({ controls }) => controls.spotlight.value), [max.pid, max.pid]);
  context.mock.timers.setTime(NOW + 1_000);
  olga.controls.spotlight.change(sam.pid);
  context.mock.timers.setTime(NOW + HOURS + 1_000);
  await world.settle();
  assert.equal(max.controls.spotlight.value, sam.pid);
});

test("what a new host decides counts as soon as the news of their role arrive, and not for long before", async (context) => {
  const { world, people: [olga, max, sam] } = meet(context, ["Olga", "owner"], ["Max", "guest"], ["Sam", "guest"]);
  const promote = (role) => {
    sam.people.get(max.pid).role = role;
    sam.mesh.emit("peer-updated", { pid: max.pid, role });
  };
  max.mesh.send(sam.pid, TOPICS.spotlight, { at: NOW + 5, value: max.pid });
  await world.settle();
  assert.equal(sam.controls.spotlight.value, "");
  promote("moderator");
  assert.equal(sam.controls.spotlight.value, max.pid);
  // What was said longer ago was said by a guest, and what comes after the end of a role is not kept for another one.
  promote("guest");
  max.mesh.send(sam.pid, TOPICS.spotlight, { at: NOW + 6, value: olga.pid });
  await world.settle();
  context.mock.timers.setTime(NOW + 9_000);
  promote("guest"); // Who joins again does not keep it for longer.
  context.mock.timers.setTime(NOW + 10_001);
  promote("moderator");
  assert.equal(sam.controls.spotlight.value, max.pid);
});

test("when the last host is a host no longer, nothing holds any more", async (context) => {
  const { world, people: [olga, max, sam] } = meet(context, ["Olga", "moderator"], ["Max", "member"], ["Sam", "guest"]);
  olga.controls.rights.change({ chat: false, screen: true, microphone: true });
  await world.settle();
  assert.equal(max.chat.sendMessage("May I?"), "denied");
  for (const one of [max, sam]) {
    one.people.get(olga.pid).role = "member";
    one.mesh.emit("peer-updated", { pid: olga.pid, role: "member" });
  }
  olga.self.role = "member";
  olga.controls.check();
  assert.deepEqual([olga, max, sam].map(({ controls }) => controls.rights.value.chat), [true, true, true]);
  assert.equal(max.chat.sendMessage("Now I may."), "sent");
});

test("when the host who counts has left, another one can take the poll away and ask again", async (context) => {
  const { world, people: [olga, max, sam] } = meet(context, ["Olga", "owner"], ["Max", "moderator"], ["Sam", "guest"]);
  olga.polls.ask("Shall we?", ["Yes", "No"]);
  await world.settle();
  assert.deepEqual([olga, max, sam].map(({ polls }) => [polls.isOpen, polls.mayRemove]), [[true, true], [true, false], [true, false]]);
  for (const one of [max, sam]) world.part(one, olga);
  assert.deepEqual([max, sam].map(({ polls }) => [polls.isOpen, polls.mayRemove]), [[false, true], [false, false]]);
  max.polls.remove();
  max.polls.ask("And now?", ["Yes", "No"]);
  await world.settle();
  assert.equal(sam.polls.poll.question, "And now?");
  // Who is a host no longer is not believed, so no one votes in vain.
  sam.people.get(max.pid).role = "member";
  assert.equal(sam.polls.isOpen, false);
});

test("a host who loads the page again finds what they had decided, but not what was replaced meanwhile", async (context) => {
  const { world, come, people: [olga, sam] } = meet(context, ["Olga", "owner"], ["Sam", "guest"]);
  olga.controls.rights.change({ chat: false, screen: true, microphone: true });
  await world.settle();
  const kept = olga.controls.rights.update;
  world.part(sam, olga);
  assert.equal(sam.controls.rights.value.chat, true);
  const again = come(["Olga", "owner"]);
  again.controls.rights.restore(kept);
  world.connect(again, sam);
  await world.settle();
  assert.equal(sam.controls.rights.value.chat, false);
  again.controls.rights.change({ chat: true, screen: true, microphone: true });
  again.controls.rights.restore(kept);
  sam.controls.rights.restore(kept);
  assert.deepEqual([again, sam].map(({ controls }) => controls.rights.value.chat), [true, false]);
  assert.equal(come(["Mia", "guest"]).controls.rights.update, null);
});

test("the tab keeps for some minutes what a host had decided, and the timer runs on", async (context) => {
  const kept = new Map();
  globalThis.sessionStorage = /** @type {any} */ ({
    getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key),
  });
  const { come, people: [olga] } = meet(context, ["Olga", "owner"]);
  const life = new AbortController();
  keepDecisions(olga.controls, "room", life.signal);
  olga.controls.rights.change({ chat: true, screen: false, microphone: true });
  olga.controls.timer.change({ ends: NOW + 300_000, total: 300_000 });
  life.abort();
  const [[key, stored]] = kept;
  const comesBack = (after, text = stored, role = "owner") => {
    context.mock.timers.setTime(NOW + after);
    kept.set(key, text);
    const { controls } = come(["Olga", role]);
    keepDecisions(controls, "room", new AbortController().signal);
    return [controls.rights.value.screen, controls.timer.value && controls.timer.value.ends - NOW];
  };
  assert.deepEqual(comesBack(60_000), [false, 300_000]);
  assert.deepEqual(comesBack(301_000), [true, null], "it is too long ago");
  assert.deepEqual(comesBack(60_000, stored, "member"), [true, null], "she is a host no longer");
  for (const rubbish of ["", "{", "null", "7", '{"left":"x"}', `{"left":${NOW},"rights":{"at":5},"timer":{"value":{}}}`]) assert.deepEqual(comesBack(1_000, rubbish), [true, null], rubbish);
});

test("who may not write any more may delete what they wrote before, and nothing else", async (context) => {
  const { world, people: [olga, sam] } = meet(context, ["Olga", "owner"], ["Sam", "guest"]);
  sam.chat.sendMessage("too much");
  await world.settle();
  olga.controls.rights.change({ chat: false, screen: true, microphone: true });
  await world.settle();
  const [entry] = sam.chat.log.entries;
  assert.equal(sam.chat.editMessage(entry, "more"), "denied");
  assert.equal(sam.chat.deleteMessage(entry), "sent");
  sam.mesh.send(olga.pid, "chat", { id: "u".repeat(22), at: NOW, text: "", version: 1 });
  await world.settle();
  assert.deepEqual(olga.chat.log.entries.map(({ deleted }) => deleted), [true]);
  assert.equal(entry.waiting.size, 0);
});

test("a timer says what is left, so that clocks need not agree, and goes on while a device sleeps", async (context) => {
  const { world, come, people: [olga] } = meet(context, ["Olga", "owner"]);
  // The clock of a page stands still in the meantime.
  context.mock.method(performance, "now", () => 10_000);
  olga.controls.timer.change({ ends: NOW + 300_000, total: 300_000 });
  context.mock.timers.setTime(NOW + 60_000);
  const mia = come(["Mia", "guest"]);
  world.connect(mia, olga);
  await world.settle();
  assert.deepEqual(mia.controls.timer.value, { ends: NOW + 300_000, total: 300_000 });
  assert.deepEqual(olga.controls.timer.update.value, { left: 240_000, total: 300_000 });
  for (const value of [{ left: -1, total: 5 }, { left: 6, total: 5 }, { left: 1, total: 0 }, { left: 1, total: 1e9 }, { left: "1", total: 5 }, undefined, 5]) assert.equal(readTimer({ at: 1, value }), null);
});

test("who may not write is heard by no one but hosts, even with a program that does not ask", async (context) => {
  const { world, people: [olga, max, sam] } = meet(context, ["Olga", "owner"], ["Max", "guest"], ["Sam", "guest"]);
  olga.controls.rights.change({ chat: false, screen: true, microphone: true });
  await world.settle();
  assert.equal(sam.chat.sendMessage("hello"), "denied");
  assert.equal(sam.chat.sendMessage("hello Max", { to: max.self }), "denied");
  assert.equal(sam.chat.sendMessage("hello Olga", { to: olga.self }), "sent");
  await world.settle();
  assert.equal(olga.chat.sendMessage("welcome"), "sent");
  const message = { id: "f".repeat(22), at: NOW, text: "spam" };
  for (const to of [olga, max]) sam.mesh.send(to.pid, "chat", message);
  sam.mesh.send(max.pid, "chat-private", message);
  await world.settle();
  assert.deepEqual([olga.read(), max.read()], [["hello Olga", "welcome"], ["welcome"]]);
  olga.controls.rights.change({ chat: true, screen: true, microphone: true });
  await world.settle();
  assert.equal(sam.chat.sendMessage("thanks"), "sent");
  assert.equal(readRights({ at: 1, value: { chat: true, screen: 1, microphone: true } }), null);
});

test("a poll: one vote a person, which can change, counted by the host who asked", async (context) => {
  const { world, come, people: [olga, max, sam] } = meet(context, ["Olga", "owner"], ["Max", "moderator"], ["Sam", "guest"]);
  // What does not fit is refused, and nothing of it is cut.
  const many = (/** @type {number} */ count) => Array.from({ length: count }, (_, at) => `Answer ${at}`);
  for (const [question, options, outcome] of [["Lunch?", ["Yes"], "incomplete"], ["\u202e", many(2), "incomplete"], ["Lunch?", many(1_000), "too-many"], ["Lunch?", many(11), "too-many"], ["Lunch?", ["Yes", "n".repeat(101)], "too-long"], ["?".repeat(301), many(2), "too-long"]]) {
    assert.equal(olga.polls.ask(question, options), outcome);
  }
  assert.equal(olga.polls.poll, null);
  assert.equal(olga.polls.ask("?".repeat(300), many(10)), "asked");
  assert.equal(olga.polls.ask(" Lunch?\u202e ", ["Yes", "", "No"]), "asked");
  await world.settle();
  assert.deepEqual([sam.polls.poll.question, sam.polls.poll.options], ["Lunch?", ["Yes", "No"]]);
  const { id } = sam.polls.poll;
  sam.polls.vote(0);
  max.polls.vote(1);
  sam.polls.vote(1);
  olga.polls.vote(0);
  // Votes for what there is not, and a count that a voter invents.
  sam.mesh.send(olga.pid, "poll-vote", { poll: id, choice: 7 });
  sam.mesh.send(max.pid, "poll", { at: NOW + 9, value: { ...sam.polls.poll, counts: [99, 0] } });
  await world.settle();
  context.mock.timers.tick(1_000);
  await world.settle();
  for (const { polls } of [olga, max, sam]) assert.deepEqual(polls.poll.counts, [1, 2]);
  assert.equal(sam.polls.choice, 1);

  // A vote that an interruption lost is sent again; who comes later votes, too.
  world.interrupt(olga, sam);
  sam.polls.vote(0);
  await world.settle();
  world.connect(olga, sam);
  const mia = come(["Mia", "guest"]);
  world.connect(mia, olga);
  await world.settle();
  mia.polls.vote(0);
  await world.settle();
  context.mock.timers.tick(1_000);
  await world.settle();
  assert.deepEqual(sam.polls.poll.counts, [3, 1]);
  olga.polls.close();
  await world.settle();
  mia.polls.vote(1);
  mia.mesh.send(olga.pid, "poll-vote", { poll: id, choice: 1 });
  await world.settle();
  context.mock.timers.tick(1_000);
  await world.settle();
  assert.deepEqual([sam.polls.poll.counts, mia.polls.isOpen], [[3, 1], false]);
});

test("what is no poll is dropped", () => {
  const poll = { id: "i".repeat(22), author: "a".repeat(22), question: "Q", options: ["a", "b"], counts: [0, 0], open: true };
  assert.deepEqual(readPoll({ at: 1, value: poll }).value, poll);
  for (const over of [{ id: "x" }, { author: 1 }, { question: "\u202e" }, { options: ["a"] }, { options: ["a", ""] }, { options: Array(11).fill("x") }, { counts: [0] }, { counts: [0, -1] }, { counts: [0, 1e9] }, { open: 1 }]) assert.equal(readPoll({ at: 1, value: { ...poll, ...over } }), null);
  for (const payload of [null, {}, { poll: poll.id, choice: -1 }, { poll: poll.id, choice: 10 }, { poll: "x", choice: 0 }]) assert.equal(readVote(payload), null);
});
