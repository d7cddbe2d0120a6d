import assert from "node:assert/strict";
import { test } from "node:test";

import { DepartureDetector } from "../../static/js/peer/departure.js";
import { Kicks } from "../../static/js/call/kick.js";
import { Emitter } from "../../static/js/lib/emitter.js";
import { countReceivedPackets, Heartbeat } from "../../static/js/peer/heartbeat.js";
import { BODIES_PER_MINUTE, MAX_BODY_CHARACTERS, readForwarded, PeerRelay } from "../../static/js/peer/peer-relay.js";
import { Topics } from "../../static/js/peer/topics.js";
import { IceRefresh } from "../../static/js/signaling/ice-refresh.js";
import { SignalRouter } from "../../static/js/signaling/signal-router.js";

const PIDS = ["a", "b", "c", "d"].map((letter) => letter.repeat(22));
const [A, B, C, D] = PIDS;

/** A clock with its timers; `pass` lets time go by in steps so small that every look comes when it is due. */
function clock(context) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const time = { now: 0 };
  time.pass = async (ms, step = 10) => {
    for (let left = ms; left > 0; left -= step) {
      time.now += Math.min(step, left);
      context.mock.timers.tick(Math.min(step, left));
      await null;
      await null;
    }
  };
  return time;
}

/** A heartbeat on a path of which the test decides whether packets come by themselves, and whether questions are answered. */
function listening(time, path) {
  const [changes, doubts] = [[], []];
  let packets = 0;
  let asked = 0;
  const heartbeat = new Heartbeat({
    now: () => time.now,
    countPackets: async () => ({ path: "p", count: path.flows ? (packets += 1) : packets }),
    onUnresponsive: () => doubts.push(time.now),
    ping: () => {
      asked += 1;
      if (path.answers) packets += 1;
    },
    onChange: (silent) => changes.push([silent, time.now]),
  });
  heartbeat.start();
  return { heartbeat, changes, doubts, asked: () => asked };
}

test("a path on which packets come is never asked about, and never silent", async (context) => {
  const time = clock(context);
  const { changes, doubts, asked } = listening(time, { flows: true });
  await time.pass(60_000);
  assert.deepEqual([changes, doubts, asked()], [[], [], 0]);
});

test("a call in which nobody sends anything is asked about, and not silent", async (context) => {
  const time = clock(context);
  const { changes, doubts, asked } = listening(time, { answers: true });
  await time.pass(60_000);
  assert.deepEqual([changes, doubts], [[], []]);
  assert.ok(asked() > 30 && asked() < 130, `asked ${asked()} times in a minute`);
});

test("1.5 s without a packet or an answer is silence, and the next packet ends it", async (context) => {
  const time = clock(context);
  const path = { flows: true };
  const { changes, doubts } = listening(time, path);
  await time.pass(5_000);
  path.flows = false;
  await time.pass(3_000);
  assert.equal(changes.length, 1);
  assert.ok(doubts.length === 1 && changes[0][1] - doubts[0] >= 500, "doubt comes well before");
  assert.ok(changes[0][0] && changes[0][1] >= 6_000 && changes[0][1] <= 7_100, String(changes));
  path.flows = true;
  await time.pass(600);
  assert.deepEqual(changes.map(([silent]) => silent), [true, false]);
});

test("another path, and checks that come on it, are no sign of life before more comes on it", async (context) => {
  const time = clock(context);
  const changes = [];
  let now = { path: "p", count: 100 };
  const changed = (silent) => changes.push(silent);
  const heartbeat = new Heartbeat({ now: () => time.now, countPackets: async () => now, ping: () => {}, onUnresponsive: () => {}, onChange: changed });
  heartbeat.start();
  await time.pass(4_000);
  for (now of [{ path: "p", count: 40 }, { path: "q", count: 900 }, { path: "q", count: 900 }]) await time.pass(1_000);
  assert.deepEqual(changes, [true]);
  now = { path: "q", count: 901 };
  await time.pass(600);
  assert.deepEqual(changes, [true, false]);
  heartbeat.stop();
});

test("in the background, where timers come once a second, silence needs its three questions", async (context) => {
  const time = clock(context);
  const path = { flows: true };
  const { changes } = listening(time, path);
  await time.pass(5_000, 1_000);
  path.flows = false;
  await time.pass(3_000, 1_000);
  assert.deepEqual(changes, []);
  await time.pass(3_000, 1_000);
  assert.equal(changes.length, 1);
});

test("after a sleep and after a change of network it is found out within 1.25 s", async (context) => {
  const time = clock(context);
  const path = { flows: true };
  const { heartbeat, changes } = listening(time, path);
  await time.pass(5_000);
  path.flows = false;
  time.now += 120_000; // the machine sleeps: no timer comes
  const woke = time.now;
  await time.pass(2_000);
  assert.equal(changes.length, 1, "silent, but not at the first look");
  assert.ok(changes[0][1] - woke >= 700 && changes[0][1] - woke <= 1_800, String(changes[0][1] - woke));

  path.flows = true;
  await time.pass(1_000);
  path.flows = false;
  const changed = time.now;
  heartbeat.probeNow();
  await time.pass(2_000);
  assert.ok(changes.at(-1)[0] && changes.at(-1)[1] - changed <= 1_260, String(changes.at(-1)[1] - changed));
  heartbeat.stop();
});

test("what is heard is counted from what either browser tells", () => {
  const report = (...stats) => new Map(stats.map((stat, id) => [stat.id ?? String(id), stat]));
  const pair = { id: "p", type: "candidate-pair", responsesReceived: 3, requestsReceived: 4 };
  const other = { id: "q", type: "candidate-pair", responsesReceived: 100 };
  const transport = { type: "transport", packetsReceived: 50, selectedCandidatePairId: "p" };
  assert.deepEqual(countReceivedPackets(report(transport, pair, other)), { path: "p", count: 57 });
  const firefox = report({ type: "inbound-rtp", packetsReceived: 7 }, { type: "data-channel", messagesReceived: 2 });
  assert.deepEqual(countReceivedPackets(firefox), { path: "", count: 9 });
  assert.deepEqual(countReceivedPackets(report()), { path: "", count: 0 });
});

test("somebody is taken for gone by the server's word and 3 s, or by 25 s without a server", async (context) => {
  const time = clock(context);
  const left = [];
  const departures = new DepartureDetector((pid) => {
    left.push([pid, time.now]);
    departures.forgetPeer(pid);
  }, () => time.now);
  for (const pid of PIDS) {
    departures.socketPresent(pid);
    departures.observeState(pid, "connected");
  }
  departures.observeState(A, "interrupted");
  await time.pass(60_000, 100);
  assert.deepEqual(left, [], "the server knows them");

  departures.socketGone(B);
  await time.pass(60_000, 100);
  assert.deepEqual(left, [], "the connection stands");
  departures.observeState(B, "interrupted");
  await time.pass(3_000, 100);
  assert.deepEqual(left, [[B, 123_000]]);

  departures.setServerReachable(false);
  await time.pass(100, 100);
  assert.equal(left.at(-1)[0], A, "lost for long, and nobody vouches for them");
  departures.observeState(C, "interrupted");
  await time.pass(20_000, 100);
  departures.observeState(C, "connected");
  departures.observeState(D, "failed");
  departures.setServerReachable(true);
  await time.pass(60_000, 100);
  assert.equal(left.length, 2, "back in time, or the server is");
  departures.socketGone(D);
  departures.socketPresent(D);
  departures.clear();
  await time.pass(60_000, 100);
  assert.equal(left.length, 2);
});

test("a connection that is closed over there means gone when no server knows better, and nothing otherwise", async (context) => {
  const time = clock(context);
  const left = [];
  const departures = new DepartureDetector((pid) => {
    left.push(pid);
    departures.forgetPeer(pid);
  }, () => time.now);
  const close = (pid) => {
    departures.observeState(pid, "interrupted");
    departures.closedRemotely(pid);
  };
  for (const pid of PIDS) {
    departures.socketPresent(pid);
    departures.observeState(pid, "connected");
  }
  close(A);
  close(B);
  await time.pass(60_000, 100);
  assert.deepEqual(left, [], "the server knows them: they begin anew");
  departures.socketGone(A);
  await time.pass(10);
  assert.deepEqual(left, [A]);

  departures.observeState(B, "connected");
  departures.observeState(B, "interrupted");
  departures.setServerReachable(false);
  close(C);
  await time.pass(10);
  assert.deepEqual(left, [A, C], "what was closed before the last connection counts no more");
  departures.clear();
});

/** A mesh of those whom somebody reaches; what is told is written down. */
class Reached extends Emitter {
  told = [];
  banned = [];
  peers = new Map();

  constructor(...pids) {
    super();
    for (const pid of pids) this.peers.set(pid, { state: "connected" });
  }

  #topics = new Topics((pid, name, payload) => this.send(pid, name, payload));

  topic(name, options) {
    return this.#topics.open(name, options);
  }

  send(pid, topic, payload) {
    this.told.push([pid, topic, payload]);
    return true;
  }

  ban(pid) {
    this.banned.push(pid);
  }

  hear(pid, topic, payload) {
    this.#topics.receive(pid, topic, payload);
  }
}

test("a third peer hands on to those whom it reaches, and hands over what names its writer", () => {
  const mesh = new Reached(A, B);
  const third = new PeerRelay(mesh, new AbortController().signal);
  const came = [];
  third.on("relay", (detail) => came.push(detail));
  mesh.hear(A, "relay", { to: B, body: "sealed" });
  assert.deepEqual(mesh.told, [[B, "relay", { from: A, body: "sealed" }]]);
  for (const to of [C, A]) mesh.hear(A, "relay", { to, body: "sealed" });
  mesh.peers.get(B).state = "interrupted";
  mesh.hear(A, "relay", { to: B, body: "sealed" });
  mesh.hear(A, "other", { to: B, body: "sealed" });
  assert.equal(mesh.told.length, 1, "to nobody else");

  mesh.hear(A, "relay", { from: C, body: "sealed" });
  mesh.hear(A, "relay", { from: A, body: "sealed" });
  assert.deepEqual(came, [{ from: C, body: "sealed" }]);
});

test("a third peer carries so much a minute and no more", () => {
  const mesh = new Reached(A, B);
  new PeerRelay(mesh, new AbortController().signal);
  for (let count = 0; count < 3 * BODIES_PER_MINUTE; count += 1) mesh.hear(A, "relay", { to: B, body: "x" });
  assert.equal(mesh.told.length, BODIES_PER_MINUTE);
});

test("letters out of bounds are dropped", () => {
  assert.deepEqual(readForwarded({ to: A, body: "x", more: 1 }), { to: A, body: "x" });
  const bad = [
    undefined, null, 7, "x", [], {}, { to: A }, { body: "x" }, { to: "short", body: "x" }, { to: 7, body: "x" },
    { from: `${A}!`, body: "x" }, { to: A, from: B, body: "x" }, { to: A, body: {} }, { to: A, body: "x".repeat(MAX_BODY_CHARACTERS + 1) },
  ];
  for (const payload of bad) assert.equal(readForwarded(payload), null, JSON.stringify(payload)?.slice(0, 60));
});

test("two are asked to carry, others each time, and never the addressee", () => {
  const mesh = new Reached(A, B, C, D);
  const third = new PeerRelay(mesh, new AbortController().signal);
  for (let count = 0; count < 3; count += 1) assert.ok(third.send(A, "x"));
  assert.equal(mesh.told.length, 6);
  assert.deepEqual(new Set(mesh.told.map(([pid]) => pid)), new Set([B, C, D]));
  assert.ok(!new PeerRelay(new Reached(A), new AbortController().signal).send(A, "x"), "nobody else is there");
});

test("a body goes by the socket, by a third peer without it, and both ways to somebody who is lost", () => {
  const went = [];
  const state = { knows: true, relays: true, lost: false };
  const ways = new SignalRouter({
    socket: { hasPeer: () => state.knows, relay: () => state.relays && Boolean(went.push("socket")) },
    peerRelay: { send: () => Boolean(went.push("third")) },
    isLost: () => state.lost,
  });
  const send = (change) => {
    went.length = 0;
    Object.assign(state, { knows: true, relays: true, lost: false }, change);
    ways.send(A, "x");
    return went.join("+");
  };
  assert.equal(send({}), "socket");
  assert.equal(send({ relays: false }), "third");
  assert.equal(send({ knows: false }), "third");
  assert.equal(send({ lost: true }), "socket+third");
});

test("only owners and moderators put people out, nobody an owner, and no moderator another", () => {
  const other = "f".repeat(22);
  const roles = { [A]: "owner", [B]: "moderator", [C]: "member", [other]: "moderator" };
  const mesh = new Reached(A, B, C);
  const kicks = new Kicks(mesh, { pid: D, roleOf: (pid) => roles[pid], signal: new AbortController().signal });
  const by = [];
  kicks.on("kicked", (detail) => by.push(detail.by));
  for (const payload of [null, {}, { pid: 7 }, { pid: "x" }, { pid: B }, { pid: A }, { pid: other }]) mesh.hear(B, "kick", payload);
  mesh.hear(C, "kick", { pid: A });
  mesh.hear(C, "kick", { pid: D });
  mesh.hear("e".repeat(22), "kick", { pid: C });
  assert.deepEqual([mesh.banned, by], [[], []]);
  mesh.hear(B, "kick", { pid: C });
  mesh.hear(A, "kick", { pid: D });
  assert.deepEqual([mesh.banned, by], [[C], [A]]);

  kicks.kick(C);
  assert.deepEqual(mesh.told, [A, B, C].map((pid) => [pid, "kick", { pid: C }]));
  assert.deepEqual(mesh.banned, [C, C]);
});

test("fresh servers are asked for well before the old ones run out", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let asked = 0;
  const refresh = new IceRefresh(() => (asked += 1));
  refresh.schedule(1_000);
  context.mock.timers.tick(700_000);
  refresh.schedule(1_000);
  context.mock.timers.tick(749_999);
  assert.equal(asked, 0);
  context.mock.timers.tick(1);
  assert.equal(asked, 1);
  refresh.schedule(1_000);
  refresh.stop();
  context.mock.timers.tick(2_000_000);
  assert.equal(asked, 1);
});
