import assert from "node:assert/strict";
import { test } from "node:test";

import { Receipt } from "../../static/js/call/receipt.js";
import { Emitter } from "../../static/js/lib/emitter.js";
import { traffic } from "../../static/js/peer/stats/traffic.js";
import { Clock, MemoryFile, World, randomFrom } from "./file-world.js";

const pair = (id, local, remote, bytes) => [id, { type: "candidate-pair", id, localCandidateId: local, remoteCandidateId: remote, bytesSent: bytes, bytesReceived: 2 * bytes }];
const candidate = (id, candidateType) => [id, { type: "candidate", id, candidateType }];
const CANDIDATES = [candidate("h", "host"), candidate("s", "srflx"), candidate("r", "relay")];
const connection = (stats) => ({ stats, getStats() { return Promise.resolve(new Map([...CANDIDATES, ...this.stats])); } });

test("bytes are counted once, by the way that they took, also those of connections that ended", async () => {
  traffic.reset();
  const one = connection([pair("a", "h", "s", 100), pair("b", "r", "s", 10)]);
  await traffic.read(one);
  await traffic.read(one);
  assert.deepEqual(traffic.bytes, { direct: 300, relay: 30 });
  // A pair that is gone stays counted, one that moves on counts what is new; the other side's relay is a relay, too.
  one.stats = [pair("b", "r", "s", 15), pair("c", "h", "r", 1), ["t", { type: "transport", tlsVersion: "fefc" }]];
  await traffic.read(one);
  assert.deepEqual([traffic.bytes, traffic.versions], [{ direct: 300, relay: 48 }, ["FEFC"]]);
  // Another connection has pairs of the same names.
  traffic.readLast(connection([pair("a", "h", "s", 7)]));
  traffic.readLast({ getStats: () => Promise.reject(new Error("closed")) });
  await traffic.settle();
  assert.deepEqual(traffic.bytes, { direct: 321, relay: 48 });
});

test("what several ask for at about the same time is read once", async (context) => {
  let now = 1_000;
  context.mock.method(performance, "now", () => now);
  let readings = 0;
  const one = { getStats: async () => ((readings += 1), new Map([pair("a", "h", "s", readings)])) };
  const first = await traffic.recent(one, 450);
  assert.deepEqual([first.at, first.stats.get("a").bytesSent], [1_000, 1]);
  now += 450;
  assert.equal(await traffic.recent(one, 450), first);
  await traffic.read(one);
  assert.equal((await traffic.recent(one, 0)).stats.get("a").bytesSent, 2, "for another part of the page");
  now += 1;
  assert.equal((await traffic.recent(one, 0)).stats.get("a").bytesSent, 3);
  assert.equal((await traffic.recent(one, -50)).stats.get("a").bytesSent, 4, "later than the last one");
  assert.equal(readings, 4);
});

test("what went through the other side's relay counts as such, also before the other side has named it", async () => {
  traffic.reset();
  const one = connection([pair("a", "h", "x", 100), candidate("x", "prflx")]);
  await traffic.read(one);
  assert.deepEqual(traffic.bytes, { direct: 300, relay: 0 });
  one.stats = [pair("a", "h", "x", 110), candidate("x", "relay")];
  await traffic.read(one);
  assert.deepEqual(traffic.bytes, { direct: 0, relay: 330 });
  // Chromium gives the pair another id then; a pair that is there beside it is another one.
  traffic.reset();
  const other = connection([pair("x1", "h", "x", 100), pair("y1", "s", "x", 1), candidate("x", "prflx")]);
  await traffic.read(other);
  other.stats = [pair("x2", "h", "r", 101), pair("y1", "s", "x", 1), pair("z", "h", "h", 1), candidate("x", "prflx")];
  await traffic.read(other);
  assert.deepEqual(traffic.bytes, { direct: 6, relay: 303 });
  traffic.reset();
  // A connection that outlasts a call brings nothing of it into the next one.
  traffic.reset();
  assert.deepEqual(traffic.bytes, { direct: 0, relay: 0 });
  await traffic.read(one);
  traffic.reset();
  one.stats = [pair("a", "h", "x", 111), candidate("x", "prflx")];
  await traffic.read(one);
  one.stats = [pair("a", "h", "x", 112), candidate("x", "relay")];
  await traffic.read(one);
  assert.deepEqual(traffic.bytes, { direct: 0, relay: 6 });
});

test("a browser that never answers for a closed connection holds nothing up", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  traffic.readLast({ getStats: () => new Promise(() => {}) });
  const settled = traffic.settle();
  context.mock.timers.tick(10_000);
  assert.equal(await settled, true);
});

test("a reading that comes when the next call has begun is of no call", async () => {
  traffic.reset(); // the browser above still has not answered
  const late = connection([pair("a", "h", "s", 100)]);
  let answer;
  traffic.readLast({ getStats: () => new Promise((resolve) => (answer = resolve)) });
  const settled = traffic.settle();
  traffic.reset();
  answer(await late.getStats());
  assert.equal(await settled, false, "what would be shown is not of that call");
  assert.deepEqual(traffic.bytes, { direct: 0, relay: 0 });
});

test("what a file takes is counted while the connection that carries it lives", async (context) => {
  const clock = new Clock(context);
  const world = new World(clock, randomFrom(1));
  context.after(() => world.close());
  world.bytesPerMs = 200;
  traffic.reset();
  await clock.run(100);
  await world.olga.exchange.offerFiles(world.guest.pid, [{ file: new MemoryFile("film", 10_000_000), path: [] }]);
  await clock.run(100);
  await world.guest.exchange.acceptTransfer(world.guest.transfers[0], { kind: "store" });
  await clock.run(4_000);
  const { direct } = traffic.bytes;
  assert.ok(direct > 1_000_000 && world.guest.transfers[0].isRunning, `${direct} bytes`);
  await clock.run(16_000);
  assert.ok(world.guest.transfers[0].isOver && world.lanes.size > 0);
  assert.ok(traffic.bytes.direct >= 10_000_000, `${traffic.bytes.direct} bytes`);
});

test("a receipt names who was connected, and who of them was verified in all tabs", () => {
  const session = Object.assign(new Emitter(), { socket: { bytes: 4_000 } });
  const life = new AbortController();
  const receipt = new Receipt(session, life.signal);
  const seen = (person) => session.emit("person-changed", { person: { state: "connected", self: false, ...person } });
  seen({ pid: "1", member: "max", name: "Max", safety: { confirmed: true } });
  seen({ pid: "2", member: "sam", name: "Sam", device: { state: "before" } });
  seen({ pid: "3", member: "mia", name: "Mia" });
  seen({ pid: "4", member: "ben", name: "Ben", state: "refused" });
  seen({ pid: "5", member: "olga", name: "Olga", self: true });
  // A second tab of Sam that is not verified.
  seen({ pid: "6", member: "sam", name: "Sam" });
  life.abort();
  const { people, server, bytes } = receipt.summary;
  assert.deepEqual(people, [{ name: "Max", verified: true }, { name: "Sam", verified: false }, { name: "Mia", verified: false }]);
  assert.deepEqual([server, bytes], [4_000, { direct: 0, relay: 0 }]);
});
