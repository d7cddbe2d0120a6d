// A hostile member walks every topic and frame of the protocol: what they may cause is bounded, and an honest one is not affected.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

import { BUDGETS } from "../../static/js/gate/budgets.js";
import { toBase64Url } from "../../static/js/lib/encoding.js";
import { TOPICS } from "../../static/js/peer/connection-messages.js";
import { countConnections, FINGERPRINT, HostileTab } from "./hostile-tab.js";
import { randomFrom } from "./simulated-clock.js";

const MALLORY = { member: "0".repeat(32) };
const HONEST = { member: "1".repeat(32) };
const NEWCOMER = "n".repeat(22);
const SDP = `v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=fingerprint:sha-256 ${FINGERPRINT}\r\n`;
const EDGES = "A".repeat(43);

/** A number as an id of 22 characters. */
const idOf = (n) => toBase64Url(Uint8Array.from({ length: 16 }, (_, at) => (n / 2 ** (8 * at)) & 255));
const ofTransfer = (n) => ({ transfer: idOf(n) });
const candidate = (n) => ({ candidate: `candidate:${n} 1 udp 1 192.0.2.1 ${n % 65_536} typ host`, sdpMid: "0", sdpMLineIndex: 0, usernameFragment: "x" });
const offer = (n, count = 1) => ({
  transfer: idOf(n), count, bytes: count, files: Array.from({ length: Math.min(count, 20) }, (_, at) => ({ id: n * 20 + at, name: `a${at}.txt`, size: 1, modified: 1, edges: EDGES })),
});
const report = { tile: { height: 360, visible: true }, screen: null, decodeMs: 2.1, fps: 30, freezes: 0, loss: 0, concealed: 0, jitterMs: 6, downKbps: 480, cpuLoad: 0.3, cap: null };

/** The worst valid message of each topic, by its number: another id, another transfer, another peer each time. */
const WORST = {
  signal: (n) => ({ attempt: n + 1, description: { type: "offer", sdp: SDP }, offer: 1, candidates: [candidate(n)] }),
  media: (n) => ({ audio: n % 2 === 0, video: n % 3 === 0 }),
  screen: (n) => ({ video: n % 2 === 0 }),
  ping: () => true,
  pong: () => true,
  bye: () => true,
  relay: (n) => ({ from: idOf(n), body: "x".repeat(1_000) }),
  kick: (n) => ({ pid: idOf(n) }),
  "ask-mute": () => true,
  sas: (n) => ({ confirm: toBase64Url(new Uint8Array(32).fill(n)) }),
  rekey: (n) => ({ epoch: 2 + n, key: toBase64Url(new Uint8Array(32).fill(n)), by_hosts: false }),
  device: (n) => ({ key: toBase64Url(new Uint8Array(65).fill(n)), signature: toBase64Url(new Uint8Array(64).fill(n)) }),
  chat: (n) => ({ id: idOf(n), at: 1_795_419_600_000, text: "x".repeat(4_000) }),
  "chat-private": (n) => ({ ...WORST.chat(n), reply: idOf(n + 1), version: 1 + (n % 50) }),
  "chat-got": (n) => ({ id: idOf(n) }),
  "chat-history": (n) => (n % 2 ? { have: [] } : { kept: [{ ...WORST.chat(n), pid: idOf(n), name: "Mia" }], more: true }),
  "chat-picture-wanted": (n) => ({ id: idOf(n), picture: n % 10 }),
  "chat-picture": (n) => ({ id: idOf(n), picture: n % 10, transfer: idOf(n) }),
  name: (n) => `${n} ${"x".repeat(56)}`,
  hand: (n) => (n % 2 ? { up: false } : { up: true, for: 0 }),
  "lower-hand": () => true,
  react: () => "clap",
  spotlight: (n) => ({ at: 1_795_419_600_000 + n, value: idOf(n) }),
  rights: (n) => ({ at: 1_795_419_600_000 + n, value: { chat: n % 2 === 0, screen: n % 3 === 0, microphone: n % 5 === 0 } }),
  timer: (n) => ({ at: 1_795_419_600_000 + n, value: { left: n, total: 86_400_000 } }),
  poll: (n) => ({ at: 1_795_419_600_000 + n, value: { id: idOf(n), author: idOf(n), question: "q".repeat(300), options: Array(10).fill("o".repeat(100)), counts: Array(10).fill(n % 1_000), open: true } }),
  "poll-vote": (n) => ({ poll: idOf(n), choice: n % 10 }),
  capture: (n) => ({ camera: n % 2 ? "taken" : "", microphone: "", screen: "" }),
  refresh: () => ({ kind: "video" }),
  report: (n) => ({ ...report, tile: { height: 100 + (n % 900), visible: n % 2 === 0 } }),
  caps: (n) => ({ decode: [{ codec: n % 2 ? "VP8" : "AV1", efficient: false }] }),
  sending: (n) => ({ picture: "moving", rung: "360p", codec: n % 2 ? "VP9" : "VP8", why: "our-uplink", longPackets: false, twice: false, music: true }),
  snapshot: () => ({ part: 0, of: 1, jpeg: "/9j/4AAQSkZJRg==" }),
  "file-offer": (n) => offer(n),
  "file-accept": ofTransfer, "file-asks": ofTransfer, "file-pause": ofTransfer, "file-resume": ofTransfer, "file-cancel": ofTransfer,
  "file-decline": (n) => ({ transfer: idOf(n), busy: true }),
  "file-wanted": (n) => ({ transfer: idOf(n), count: 3, name: "a.txt" }),
  "file-have": (n) => ({ file: n, have: [[0, 1], [2, 3]] }),
  "file-end": (n) => ({ file: n, root: EDGES }),
  "file-done": (n) => ({ file: n }),
  "file-failed": (n) => ({ file: n, reason: "full" }),
  "file-echo": (n) => ({ n, back: n % 2 === 0 }),
  "file-got": (n) => ({ transfer: idOf(n), bytes: n }),
  "file-saved": (n) => ({ transfer: idOf(n), saved: "yes" }),
  "file-signal": (n) => ({ mine: true, attempt: n + 1, description: { type: "offer", sdp: SDP }, offer: 1 }),
  "file-frame": (n) => new Uint32Array([1, n, 0, 0, 7]).buffer,
};

/** A tab with Mallory in it, whose clock stands still; `paid`: what each person's messages have cost. */
function meet(context) {
  // Not mocks: those keep every call.
  performance.now = () => 1_000;
  context.after(() => Reflect.deleteProperty(performance, "now"));
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const connections = countConnections();
  const tab = new HostileTab();
  const [paid, { gate }] = [new Map(), tab.mesh];
  const spend = gate.spend.bind(gate);
  gate.spend = (pid, costs) => {
    const may = spend(pid, costs);
    for (const [cost, amount] of may ? Object.entries(costs) : []) {
      const key = `${gate.personOf(pid).slice(0, 1)} ${cost}`;
      paid.set(key, (paid.get(key) ?? 0) + amount);
    }
    return may;
  };
  return { tab, connections, paid, of: (who, cost) => paid.get(`${who.member[0]} ${cost}`) ?? 0 };
}

const turn = setImmediate;
/** All promises settle. */
const settle = () => new Promise((resolve) => turn(resolve));
/** Waits for what WebCrypto and others do in threads of their own. */
async function until(condition) {
  for (let turns = 0; !condition(); turns += 1) {
    assert.ok(turns < 100_000, "it does not happen");
    await settle();
  }
}

test("every topic that the program opens anywhere has a case here", (context) => {
  const root = new URL("../../static/js/", import.meta.url);
  const sources = readdirSync(root, { recursive: true }).filter((name) => name.endsWith(".js")).map((name) => readFileSync(new URL(name, root), "utf8"));
  const opened = sources.flatMap((source) => [...source.matchAll(/\b(?:mesh|session)\.topic\(/g)]).length;
  const { tab } = meet(context);
  assert.deepEqual(tab.mesh.gate.names.toSorted(), Object.keys(WORST).toSorted());
  assert.equal(opened, tab.mesh.gate.names.length - TOPICS.length, "places in the code that open one");
  return tab.close();
});

test("a flood on any topic, by tabs that come and go, costs no more than one person may, and an honest one is heard", async (context) => {
  const { tab, of } = meet(context);
  for (const [topic, worst] of Object.entries(WORST)) {
    const heard = { [MALLORY.member]: 0, [HONEST.member]: 0 };
    const deliver = (pid) => () => (heard[tab.people.get(pid).member] += 1);
    const began = process.cpuUsage();
    for (let round = 0; round < 3; round += 1) {
      const pid = `${topic.slice(0, 20)}${round}`.padEnd(22, "m");
      tab.meet(pid, MALLORY);
      for (let n = 0; n < 500; n += 1) {
        const payload = worst(round * 500 + n);
        tab.receive(pid, topic, payload);
        tab.mesh.gate.pass(pid, topic, payload, deliver(pid));
      }
      tab.part(pid);
    }
    tab.meet(NEWCOMER, HONEST);
    tab.mesh.gate.pass(NEWCOMER, topic, worst(9_999), deliver(NEWCOMER));
    tab.part(NEWCOMER);
    await settle();
    const { user, system } = process.cpuUsage(began);
    assert.equal(heard[HONEST.member], 1, topic);
    assert.ok(user + system < 3_000_000, `${topic}: ${(user + system) / 1000} ms of processor time`);
  }
  for (const [cost, { burst }] of Object.entries(BUDGETS)) assert.ok(of(MALLORY, cost) <= burst, `${cost}: ${of(MALLORY, cost)}`);
  for (const cost of ["connections", "descriptions", "transfers", "bans", "dialogs", "keys", "alerts", "rows", "effects", "restarts", "pictures", "histories"]) assert.ok(of(MALLORY, cost) > 0, `${cost} was measured`);
  assert.ok(tab.mesh.banned <= BUDGETS.bans.burst);
  await tab.close();
});

test("lanes that are offered and given up in a loop: a bounded number of connections, and an honest lane beside them", async (context) => {
  const { tab, connections } = meet(context);
  for (let round = 0; round < 4; round += 1) {
    const pid = `m${round}`.padEnd(22, "m");
    tab.meet(pid, MALLORY);
    for (let n = 1; n <= 250; n += 1) {
      tab.receive(pid, "file-signal", { mine: true, attempt: round * 1_000 + n, description: { type: "offer", sdp: SDP }, offer: 1 });
      tab.receive(pid, "file-signal", { mine: true, attempt: round * 1_000 + n, bye: true });
    }
    tab.part(pid);
  }
  assert.equal(connections.made, BUDGETS.connections.burst);
  tab.meet(NEWCOMER, HONEST);
  tab.receive(NEWCOMER, "file-signal", { mine: true, attempt: 1, description: { type: "offer", sdp: SDP }, offer: 1 });
  assert.equal(connections.made, BUDGETS.connections.burst + 1);
  await tab.close();
});

test("offers that are withdrawn in a loop leave a short list, and an honest offer is in it", async (context) => {
  const { tab } = meet(context);
  const pid = "m".repeat(22);
  tab.meet(pid, MALLORY);
  let longest = 0;
  for (let n = 0; n < 400; n += 1) {
    const began = process.cpuUsage();
    const before = tab.sent;
    tab.receive(pid, "file-offer", offer(n));
    await until(() => tab.sent > before);
    tab.receive(pid, "file-cancel", { transfer: idOf(n) });
    const { user, system } = process.cpuUsage(began);
    longest = Math.max(longest, user + system);
  }
  assert.ok(longest < 200_000, `${longest / 1000} ms`);
  const { size } = tab.exchange.transfers;
  assert.ok(size >= 1 && size <= 45, `${size} are listed`);
  tab.meet(NEWCOMER, HONEST);
  tab.receive(NEWCOMER, "file-offer", offer(900));
  await until(() => tab.exchange.transfers.has(idOf(900)));
  await tab.close();
});

/** A value that is nearly right: parts of it are missing, of another type, too long or too deep. */
function spoil(value, random) {
  const odd = [null, undefined, NaN, -1, 1e308, "", "x".repeat(5_000), {}, [], [[[]]], true, { toString: 1 }, Array(300).fill(0), "\ud800", { __proto__: null, length: 1e9 }];
  const pick = () => odd[random(odd.length)];
  if (random(12) === 0) return pick();
  if (Array.isArray(value)) return value.map((one) => spoil(one, random));
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return random(8) === 0 ? pick() : value;
  const changed = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, random(4) === 0 ? spoil(one, random) : one]));
  return random(10) === 0 ? { ...changed, [`field ${random(9)}`]: pick() } : changed;
}

test("ten thousand random messages over every topic leave memory and the time of each flat", async (context) => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc");
  const { tab } = meet(context);
  const [random, topics] = [randomFrom(7), Object.keys(WORST)];
  const used = async () => {
    await settle();
    gc();
    return process.memoryUsage().heapUsed;
  };
  const slowest = { ms: 0, topic: "" };
  const play = async (messages, offset) => {
    for (let n = 0; n < messages; n += 1) {
      if (n % 500 === 0) {
        const gone = [...tab.people.keys()].find((pid) => pid.startsWith("m"));
        if (gone) tab.part(gone);
        tab.meet(`m${offset + n}`.padEnd(22, "m"), { member: idOf(offset + n) });
      }
      const [pid] = [...tab.people.keys()].slice(-1);
      const topic = topics[random(topics.length)];
      const payload = spoil(WORST[topic](random(1_000_000)), random);
      const began = process.cpuUsage();
      tab.receive(pid, topic, payload);
      if (n % 16 === 0) await settle();
      const { user, system } = process.cpuUsage(began);
      if (user + system > slowest.ms * 1000) Object.assign(slowest, { ms: (user + system) / 1000, topic });
    }
  };
  await play(5_000, 0);
  const before = await used();
  await play(10_000, 5_000);
  const grown = (await used()) - before;
  assert.ok(grown < 4_000_000, `${grown} bytes more`);
  assert.ok(slowest.ms < 200, JSON.stringify(slowest));
  await tab.close();
});
