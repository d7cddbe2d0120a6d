import assert from "node:assert/strict";
import { test } from "node:test";

import { countReceivedPackets, Heartbeat } from "../../static/js/peer/heartbeat.js";
import { clock, PIDS } from "./peer-world.js";

const [A] = PIDS;

/** A heartbeat on a path whose packets and pongs the test controls. */
function startHeartbeat(time, path, isOverloaded) {
  const [changes, doubts] = [[], []];
  let packets = 0;
  let asked = 0;
  const heartbeat = new Heartbeat({
    now: () => time.now,
    isOverloaded,
    countPackets: async () => ({ path: "p", others: 0, packets: path.flows ? (packets += 1) : packets }),
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

test("a path with packets is never pinged and never lost", async (context) => {
  const time = clock(context);
  const { changes, doubts, asked } = startHeartbeat(time, { flows: true });
  await time.pass(60_000);
  assert.deepEqual([changes, doubts, asked()], [[], [], 0]);
});

test("a call in which no one sends anything is pinged, and not lost", async (context) => {
  const time = clock(context);
  const { changes, doubts, asked } = startHeartbeat(time, { answers: true });
  await time.pass(60_000);
  assert.deepEqual([changes, doubts], [[], []]);
  assert.ok(asked() > 30 && asked() < 130, `asked ${asked()} times in a minute`);
});

test("1.5 s without a packet or a pong is a lost path, and the next packet brings it back", async (context) => {
  const time = clock(context);
  const path = { flows: true };
  const { changes, doubts } = startHeartbeat(time, path);
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

test("on a full processor, where answers come late, a path is lost later", async (context) => {
  const time = clock(context);
  const path = { flows: true };
  const { changes } = startHeartbeat(time, path, () => true);
  await time.pass(5_000);
  path.flows = false;
  await time.pass(5_000);
  assert.ok(changes.length === 1 && changes[0][1] >= 7_500 && changes[0][1] <= 8_600, String(changes));
});

test("a change of path is no sign of life until more comes on it", async (context) => {
  const time = clock(context);
  const changes = [];
  let now = { path: "p", others: 100, packets: 10 };
  const changed = (silent) => changes.push(silent);
  const heartbeat = new Heartbeat({ now: () => time.now, countPackets: async () => now, ping: () => {}, onUnresponsive: () => {}, onChange: changed });
  heartbeat.start();
  await time.pass(4_000);
  const looks = [["p", 40], ["q", 900], ["q", 900]].map(([path, others]) => ({ path, others, packets: 10 }));
  for (now of looks) await time.pass(1_000);
  assert.deepEqual(changes, [true]);
  now = { path: "q", others: 901, packets: 10 };
  await time.pass(600);
  assert.deepEqual(changes, [true, false]);
  heartbeat.stop();
});

test("a path that changes at each look is not lost while packets come", async (context) => {
  const time = clock(context);
  const changes = [];
  let looks = 0;
  let flows = true;
  const countPackets = async () => ({ path: String((looks += 1)), others: looks, packets: flows ? looks : 0 });
  const heartbeat = new Heartbeat({ now: () => time.now, countPackets, ping: () => {}, onUnresponsive: () => {}, onChange: (lost) => changes.push(lost) });
  heartbeat.start();
  await time.pass(10_000);
  assert.deepEqual(changes, []);
  flows = false;
  await time.pass(3_000);
  assert.deepEqual(changes, [true]);
  heartbeat.stop();
});

test("in the background, with a timer a second, a path is lost only after three pings", async (context) => {
  const time = clock(context);
  const path = { flows: true };
  const { changes } = startHeartbeat(time, path);
  await time.pass(5_000, 1_000);
  path.flows = false;
  await time.pass(3_000, 1_000);
  assert.deepEqual(changes, []);
  await time.pass(3_000, 1_000);
  assert.equal(changes.length, 1);
});

test("after a sleep or a change of network a dead path is detected within 1.25 s", async (context) => {
  const time = clock(context);
  const path = { flows: true };
  const { heartbeat, changes } = startHeartbeat(time, path);
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

test("received packets are counted from the statistics of either browser", () => {
  const report = (...stats) => new Map(stats.map((stat, id) => [stat.id ?? String(id), stat]));
  const pair = { id: "p", type: "candidate-pair", responsesReceived: 3, requestsReceived: 4 };
  const other = { id: "q", type: "candidate-pair", responsesReceived: 100 };
  const transport = { type: "transport", packetsReceived: 50, selectedCandidatePairId: "p" };
  assert.deepEqual(countReceivedPackets(report(transport, pair, other)), { packets: 50, path: "p", others: 7 });
  const firefox = report({ type: "inbound-rtp", packetsReceived: 7 }, { type: "data-channel", messagesReceived: 2 });
  assert.deepEqual(countReceivedPackets(firefox), { packets: 0, path: "", others: 9 });
  assert.deepEqual(countReceivedPackets(report()), { packets: 0, path: "", others: 0 });
});
