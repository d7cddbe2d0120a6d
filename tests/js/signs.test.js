import assert from "node:assert/strict";
import { test } from "node:test";

import { Hands, readHand, TOPICS } from "../../static/js/chat/hands.js";
import { PER_MINUTE, Reactions, readReaction, REACTIONS, TOPIC } from "../../static/js/chat/reactions.js";
import { RemoteLevels } from "../../static/js/media/playback/remote-levels.js";
import { World } from "./chat-world.js";

const SIGNAL = new AbortController().signal;
const NOT_VALUES = [undefined, null, 7, "up", [], {}, true];

test("malformed hands and reactions are dropped", () => {
  for (const value of [...NOT_VALUES, { up: "yes" }, { up: true }, { up: true, for: -1 }, { up: true, for: 0.5 }, { up: true, for: 1e12 }]) assert.equal(readHand(value), null);
  for (const value of [...NOT_VALUES, "__proto__", "Heart", "❤️", ["heart"], "heart "]) assert.equal(readReaction(value), null);
  for (const value of REACTIONS) assert.equal(readReaction(value), value);
});

function assembly(...names) {
  const world = new World();
  const time = { now: 0 };
  const people = names.map((name) => {
    const person = world.add(name, name === "Olga" ? "owner" : "guest");
    const clock = time.now + Math.random() * 1e6;
    person.hands = new Hands(person, SIGNAL, () => clock + time.now);
    person.seen = [];
    person.hands.on("changed", (detail) => person.seen.push(detail));
    return person;
  });
  return { world, time, people };
}

test("hands keep the order in which they were raised, also for people who join later", async () => {
  const { world, time, people: [olga, max, guest] } = assembly("Olga", "Max", "Guest");
  world.connect(olga, max);
  max.hands.raiseHand(true);
  await world.settle();
  time.now = 5_000;
  olga.hands.raiseHand(true);
  await world.settle();
  assert.deepEqual(olga.seen.map(({ news }) => news), [true, true]);
  time.now = 60_000;
  world.connect(guest, olga);
  world.connect(guest, max);
  await world.settle();
  for (const { hands } of [olga, max, guest]) assert.deepEqual(hands.order, [max.pid, olga.pid]);
  // These hands were up before: no news.
  assert.deepEqual(guest.seen.map(({ news }) => news), [false, false]);

  max.hands.raiseHand(false);
  await world.settle();
  for (const { hands } of [olga, max, guest]) assert.deepEqual(hands.order, [olga.pid]);
  world.part(guest, olga);
  assert.deepEqual(guest.hands.order, []);
});

test("a later claim to have raised a hand earlier does not move it forward", async () => {
  const { world, people: [olga, max] } = assembly("Olga", "Max");
  world.connect(olga, max);
  olga.hands.raiseHand(true);
  max.hands.raiseHand(true);
  await world.settle();
  const before = olga.hands.order;
  max.mesh.send(olga.pid, TOPICS.hand, { up: true, for: 1_000_000 });
  await world.settle();
  assert.deepEqual(olga.hands.order, before);
});

test("a host can lower a hand, others cannot", async () => {
  const { world, people: [olga, max, guest] } = assembly("Olga", "Max", "Guest");
  for (const [one, other] of [[olga, max], [olga, guest], [max, guest]]) world.connect(one, other);
  guest.hands.raiseHand(true);
  await world.settle();
  max.hands.requestLower(guest.pid);
  await world.settle();
  assert.equal(guest.hands.up, true);
  const by = [];
  guest.hands.on("lowered", (detail) => by.push(detail.by));
  olga.hands.requestLower(guest.pid);
  await world.settle();
  assert.deepEqual([guest.hands.up, by, max.hands.order], [false, [olga.pid], []]);
});

test("hands that go up and down too often are ignored", async () => {
  const { world, people: [olga, max] } = assembly("Olga", "Max");
  world.connect(olga, max);
  for (let count = 0; count < 200; count += 1) olga.mesh.send(max.pid, TOPICS.hand, count % 2 ? { up: false } : { up: true, for: 0 });
  await world.settle();
  assert.equal(max.seen.length, 60);
});

test("reactions are shown at both ends, and a flood of them is rate limited", async () => {
  const world = new World();
  const [olga, max] = ["Olga", "Max"].map((name) => {
    const person = world.add(name);
    person.shown = [];
    person.reactions = new Reactions(person, SIGNAL);
    person.reactions.on("reaction", (detail) => person.shown.push(detail));
    return person;
  });
  world.connect(olga, max);
  olga.reactions.sendReaction("clap");
  await world.settle();
  for (const { shown } of [olga, max]) assert.deepEqual(shown, [{ pid: olga.pid, reaction: "clap" }]);
  for (let count = 0; count < 200; count += 1) olga.mesh.send(max.pid, TOPIC, "heart");
  for (let count = 0; count < 200; count += 1) max.reactions.sendReaction("wow");
  await world.settle();
  assert.deepEqual([max, olga].map(({ shown }) => shown.length), [2 * PER_MINUTE, 1 + PER_MINUTE]);
});

test("a person speaks from a loud start to a pause, without flicker in between", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  let now = 0;
  context.mock.method(performance, "now", () => now);
  let amplitude = 0;
  const stats = () => new Map([["a", { type: "inbound-rtp", kind: "audio", audioLevel: amplitude }], ["b", { type: "media-source", kind: "audio", audioLevel: 0.5 }]]);
  // Neither a film in their shared screen nor the voice of one who may not speak makes a person the speaker.
  const film = { type: "inbound-rtp", kind: "audio", audioLevel: 0.5, trackIdentifier: "film" };
  const sharer = { getStats: async () => new Map([["film", film]]), transceivers: { screenAudio: { receiver: { track: { id: "film" } }, sender: { track: null } } } };
  const loud = { getStats: async () => new Map([["a", { ...film, trackIdentifier: "voice" }]]) };
  const levels = new RemoteLevels(new Map([["peer", { getStats: async () => stats() }], ["sharer", sharer], ["silenced", loud]]), "own", (id) => id !== "silenced");
  const speakingOf = { peer: [], own: [], sharer: [], silenced: [] };
  levels.on("level", ({ id, speaking }) => speakingOf[id].push(speaking));
  const quiet = 10 ** (-43 / 20); // between the two thresholds
  for (const [loudness, polls] of [[quiet, 4], [0.1, 1], [quiet, 8], [0, 6]]) {
    amplitude = loudness;
    for (let poll = 0; poll < polls; poll += 1) {
      now += 250;
      context.mock.timers.tick(250);
      await new Promise(setImmediate);
    }
  }
  levels.stop();
  const [never, yes, pause] = [Array(4).fill(false), Array(9).fill(true), [true, true, true, false, false, false]];
  assert.deepEqual(speakingOf.peer, [...never, ...yes, ...pause]);
  assert.ok(speakingOf.own.every((speaking) => speaking));
  for (const id of ["sharer", "silenced"]) assert.ok(speakingOf[id].length > 4 && !speakingOf[id].includes(true), id);
});

test("packets say how loud a voice is, between its syllables, too, and for as long as they come", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  let now = 0;
  context.mock.method(performance, "now", () => now);
  let sources = [];
  const audio = { receiver: { getSynchronizationSources: () => [...sources] } };
  const readings = { first: 0, other: 0 };
  const connection = (id) => ({ getStats: async () => ((readings[id] += 1), new Map([["b", { type: "media-source", kind: "audio", audioLevel: 0 }]])), transceivers: { audio } });
  const levels = new RemoteLevels(new Map([["first", connection("first")], ["other", connection("other")]]), "own");
  const seen = [];
  levels.on("level", ({ id, speaking, level }) => id === "other" && seen.push(speaking ? "speaks" : level > 0 ? "sounds" : "silent"));
  const pass = async (packets) => {
    seen.length = 0;
    for (const audioLevel of packets) {
      now += 50;
      if (audioLevel !== null) sources = [{ timestamp: now - 900, audioLevel: 0.9 }, { timestamp: now, audioLevel }];
      context.mock.timers.tick(50);
      await new Promise(setImmediate);
    }
    return seen.join();
  };
  const rms = (peakDb) => 10 ** ((peakDb - 9.5) / 20);
  assert.equal(await pass(Array(10).fill(rms(-43))), "sounds,sounds");
  assert.equal(await pass(Array(3).fill([0, 0, 0, 0, rms(-30)]).flat()), "sounds,speaks,speaks");
  assert.equal(await pass(Array(25).fill(null)), "speaks,speaks,speaks,speaks,silent", "no packets, no voice");
  sources = [{ timestamp: now + 1 }];
  assert.ok(readings.first > 8 && readings.other === 0, "one connection has the own microphone");
  await pass(Array(10).fill(null));
  assert.ok(readings.other > 0, "a browser that does not pass it on");
  levels.stop();
});

test("asking for levels takes a twentieth of the page's time at most, and a voice is still heard", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  let now = 0;
  context.mock.method(performance, "now", () => now);
  let [took, busy, asked] = [0, 0, 0];
  const getSynchronizationSources = () => {
    asked += 1;
    now += took;
    busy += took;
    return [{ timestamp: now, audioLevel: 0.3 }];
  };
  const connection = { getStats: async () => new Map(), transceivers: { audio: { receiver: { getSynchronizationSources } } } };
  const levels = new RemoteLevels(new Map([["a", connection], ["b", connection]]), "own");
  const speaking = [];
  levels.on("level", (event) => event.id === "b" && speaking.push(event.speaking));
  const pass = async (ms) => {
    [busy, asked] = [0, 0];
    for (const end = now + ms; now < end; now += 50) {
      context.mock.timers.tick(50);
      await new Promise(setImmediate);
    }
  };
  await pass(10_000);
  assert.equal(asked, 2 * 200, "twenty times a second where it takes no time");
  took = 4;
  await pass(10_000);
  assert.ok(busy <= 500 + 8, `${busy} ms of ten seconds`);
  took = 40;
  speaking.length = 0;
  await pass(10_000);
  assert.ok(speaking.length >= 25 && speaking.every(Boolean), `${speaking.length} times, however slow`);
  levels.stop();
});
