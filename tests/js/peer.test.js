import assert from "node:assert/strict";
import { test } from "node:test";

import { CandidateOutbox } from "../../static/js/peer/ice/candidate-outbox.js";
import { cleanName } from "../../static/js/lib/clean-name.js";
import { isCurrent, readHello, writeHello } from "../../static/js/peer/hello.js";
import { RateLimiter } from "../../static/js/lib/rate-limiter.js";
import { LIMITS, readPeerMessage } from "../../static/js/peer/messages.js";
import { Negotiation } from "../../static/js/peer/negotiation.js";
import { describeRoute } from "../../static/js/peer/ice/ice-path.js";
import { Watchdog } from "../../static/js/peer/watchdog.js";

const candidate = { candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", sdpMid: "0", sdpMLineIndex: 0, usernameFragment: "abcd" };
const sections = (count) => `v=0\r\n${"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".repeat(count)}`;

test("names are shown as names: one line, nothing hidden, nothing turned around, 60 characters", () => {
  assert.equal(cleanName("  Olga \n\t Ω  Müller "), "Olga Ω Müller");
  assert.equal(cleanName("a\u202egnp.exe\u2066b\u0000\u0007\u200bc\ufeff"), "agnp.exebc");
  assert.equal(cleanName("👩‍👩‍👧 Kim"), "👩‍👩‍👧 Kim");
  assert.equal(cleanName(`Z${"\u0335".repeat(50)}algo`), `Z${"\u0335".repeat(3)}algo`);
  assert.equal([...cleanName("😀".repeat(80))].length, 60);
  assert.equal(cleanName("x".repeat(1e6)).length, 60);
  assert.equal(cleanName("M\u{e0041}a\u3164x"), "Max");
  for (const blank of ["\u3164", "\u2800\u2800", "\uffa0\u115f", "\u{e0041}", "\u200d", "\u0301"]) assert.equal(cleanName(blank), "");
  for (const value of [undefined, null, 7, {}, ["a"], "\u200b\u2060"]) assert.equal(cleanName(value), "");
});

test("a hello comes back as it was written, and a foreign one says nothing", () => {
  assert.deepEqual(readHello(writeHello({ name: " Max ", muted: true, camera: false })), { name: "Max", muted: true, camera: false });
  const silent = { name: "", muted: false, camera: true };
  for (const text of ["", "{", "null", "[]", "7", '"Max"', "{}", '{"name":{},"muted":"yes","camera":0}', `{"name":"${"x".repeat(5000)}"}`]) {
    assert.deepEqual(readHello(text), silent, text);
    assert.equal(isCurrent(text), false, text);
  }
  assert.ok(isCurrent(writeHello({ name: "" })));
  for (const [text, current] of [['{"v":1}', false], ['{"v":2}', true], ['{"v":3}', true], ['{"v":"x"}', false]]) assert.equal(isCurrent(text), current, text);
});

test("messages within bounds are read", () => {
  const good = [
    { attempt: 1, description: { type: "offer", sdp: sections(LIMITS.mediaSections) }, offer: 1 },
    { attempt: 2, to: 1, description: { type: "answer", sdp: sections(3) }, offer: 1 },
    { attempt: 2, to: 1, candidates: [candidate, { candidate: candidate.candidate, sdpMid: "1" }, null] },
    { attempt: 1, bye: true },
    { attempt: 2, to: 1, applied: 3 },
  ];
  for (const message of good) assert.deepEqual(readPeerMessage(JSON.stringify(message)), message);
});

test("messages out of bounds are dropped whole", () => {
  const offer = { type: "offer", sdp: sections(1) };
  const bad = [
    {}, [], null, 7, "x", { attempt: 0 }, { attempt: 1.5 }, { attempt: "1" }, { attempt: 1, to: 0 }, { attempt: 1, bye: 1 }, { attempt: 1, applied: 0 },
    { attempt: 1, description: offer }, { attempt: 1, description: { ...offer, type: "rollback" }, offer: 1 },
    { attempt: 1, description: { type: "offer" }, offer: 1 },
    { attempt: 1, description: { type: "offer", sdp: sections(LIMITS.mediaSections + 1) }, offer: 1 },
    { attempt: 1, description: { type: "offer", sdp: "x".repeat(LIMITS.bodyCharacters) }, offer: 1 },
    { attempt: 1, candidates: candidate }, { attempt: 1, candidates: Array(LIMITS.candidatesAtOnce + 1).fill(null) },
    { attempt: 1, candidates: ["candidate"] }, { attempt: 1, candidates: [{ candidate: 7, sdpMid: "0" }] },
    { attempt: 1, candidates: [{ ...candidate, sdpMLineIndex: 8 }] }, { attempt: 1, candidates: [{ ...candidate, sdpMLineIndex: -1 }] },
    { attempt: 1, candidates: [{ candidate: "x" }] }, { attempt: 1, candidates: [{ ...candidate, sdpMid: "m".repeat(65) }] },
    { attempt: 1, candidates: [{ ...candidate, usernameFragment: {} }] },
    { attempt: 1, candidates: [{ ...candidate, candidate: "x".repeat(LIMITS.candidateCharacters + 1) }] },
  ];
  for (const message of bad) assert.equal(readPeerMessage(JSON.stringify(message)), null, JSON.stringify(message)?.slice(0, 90));
  assert.equal(readPeerMessage("{"), null);
});

test("a rate limiter gives its burst at once, and then so much a minute", () => {
  const limiter = new RateLimiter(60, 100);
  for (let count = 0; count < 100; count += 1) assert.ok(limiter.consume(1, 0));
  assert.deepEqual([limiter.wait(0), limiter.consume(1, 0), limiter.consume(1, 500), limiter.wait(500)], [1_000, false, false, 500]);
  assert.ok(limiter.consume(1, 1_000), "one a second comes back");
  assert.ok(!limiter.consume(1, 1_001));
  assert.deepEqual([limiter.isFull(1_001), limiter.isFull(10_000_000), limiter.consume(101, 10_000_000)], [false, true, false], "never more than the burst");
  for (const amount of [NaN, -1, Infinity]) assert.equal(limiter.consume(amount, 10_000_000), false);
  const once = new RateLimiter(0, 1);
  assert.deepEqual([once.consume(1, 0), once.consume(1, 10_000_000), once.wait(0)], [true, false, Infinity]);
});

test("candidates go out in batches, and the last word sends what is there at once", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const sent = [];
  const outbox = new CandidateOutbox((batch) => sent.push(batch));
  outbox.push("a");
  context.mock.timers.tick(60);
  outbox.push("b");
  assert.deepEqual(sent, []);
  context.mock.timers.tick(40);
  assert.deepEqual(sent, [["a", "b"]]);
  outbox.push("c");
  outbox.push(null);
  assert.deepEqual(sent[1], ["c", null]);
  outbox.push("of a connection that is gone");
  outbox.clear();
  context.mock.timers.tick(1000);
  assert.equal(sent.length, 2);
});

test("what the machine has is collected for the first offer: until it is quiet, or the last word", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const sent = [];
  const outbox = new CandidateOutbox((batch) => sent.push(batch));
  let first = outbox.collect();
  for (const candidate of ["a", "b"]) {
    outbox.push(candidate);
    context.mock.timers.tick(4);
  }
  context.mock.timers.tick(1);
  assert.deepEqual(await first, ["a", "b"]);
  outbox.push("c");
  context.mock.timers.tick(100);
  assert.deepEqual(sent, [["c"]], "what is found later goes out in batches");

  first = outbox.collect();
  outbox.push("d");
  outbox.push(null);
  assert.deepEqual(await first, ["d", null]);
  first = outbox.collect();
  context.mock.timers.tick(25);
  assert.deepEqual(await first, [], "a machine that has none does not hold the offer up");
  first = outbox.collect();
  outbox.push("of a connection that is gone");
  outbox.clear();
  assert.deepEqual(await first, []);
  Object.assign(globalThis, { document: { visibilityState: "hidden" } });
  first = outbox.collect();
  outbox.push("e");
  assert.deepEqual(await first, ["e"], "timers of a hidden page are late, so the first one is enough");
  outbox.push("f");
  assert.deepEqual(await outbox.collect(), ["f"]);
  delete globalThis.document;
  assert.equal(sent.length, 1);
});

/** As far as negotiation needs one. */
class FakeConnection extends EventTarget {
  signalingState = "stable";
  localDescription = null;
  remoteDescription = null;
  added = [];
  policy = "all";
  getConfiguration = () => ({ iceTransportPolicy: this.policy });
  addIceCandidate = async (candidate) => void this.added.push(candidate ?? null);
  createOffer = async () => ({ type: "offer", sdp: "v=0" });
  createAnswer = async () => ({ type: "answer", sdp: "v=0" });

  async setLocalDescription(description) {
    this.localDescription = description;
    this.signalingState = description.type === "offer" ? "have-local-offer" : "stable";
  }

  async setRemoteDescription(description) {
    this.remoteDescription = description;
    this.signalingState = "have-remote-offer";
  }

  find(candidate) {
    const event = new Event("icecandidate");
    this.dispatchEvent(Object.assign(event, { candidate: candidate && { candidate, toJSON: () => ({ candidate, sdpMid: "0" }) } }));
  }
}

/** @param {FakeConnection} connection */
function negotiate(connection) {
  const sent = [];
  const options = { polite: true, transportId: 1, remoteTransportId: 0, mayTakeCandidate: () => true, munge: (sdp) => sdp, prepareAnswer: () => {}, hasBegun: () => false };
  return { sent, negotiation: new Negotiation(connection, { ...options, send: (message) => sent.push(message) }) };
}

test("the first offer brings the candidates of the machine, and the other side uses them before it has answered", async () => {
  const [left, right] = [new FakeConnection(), new FakeConnection()];
  const { sent } = negotiate(left);
  left.dispatchEvent(new Event("negotiationneeded"));
  for (let turn = 0; turn < 10; turn += 1) await null; // candidates come once the description is set
  left.find("host");
  left.find(null);
  while (sent.length === 0) await null;
  assert.deepEqual(sent, [{ attempt: 1, description: { type: "offer", sdp: "v=0" }, offer: 1, candidates: [{ candidate: "host", sdpMid: "0" }, null] }]);

  const { negotiation, sent: answers } = negotiate(right);
  let addedBefore = 0;
  right.createAnswer = async () => {
    addedBefore = right.added.length;
    return { type: "answer", sdp: "v=0" };
  };
  await negotiation.receive(sent[0]);
  assert.deepEqual([addedBefore, right.added.length, answers[0].description.type], [2, 2, "answer"]);

  const relayed = Object.assign(new FakeConnection(), { policy: "relay" });
  const { sent: offers } = negotiate(relayed);
  relayed.dispatchEvent(new Event("negotiationneeded"));
  for (let turn = 0; turn < 10; turn += 1) await null;
  assert.equal(offers.length, 1, "an offer does not wait for a relay");
});

test("help comes after 1.5 s of interruption, again with growing pauses, and no more once connected", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const calls = [];
  const watchdog = new Watchdog((times) => calls.push(times), { polite: false });
  watchdog.observe("connecting");
  watchdog.observe("connected");
  context.mock.timers.tick(60_000);
  assert.deepEqual(calls, []);

  watchdog.observe("interrupted");
  context.mock.timers.tick(1_499);
  assert.deepEqual(calls, []);
  context.mock.timers.tick(1);
  assert.deepEqual(calls, [1]);
  watchdog.observe("failed");
  for (const [wait, times] of [[4_000, 2], [8_000, 3], [8_000, 4]]) {
    context.mock.timers.tick(wait - 1);
    assert.equal(calls.at(-1), times - 1);
    context.mock.timers.tick(1);
    assert.equal(calls.at(-1), times);
  }

  watchdog.observe("connected");
  watchdog.observe("failed");
  context.mock.timers.tick(100);
  assert.equal(calls.at(-1), 1, "counted afresh");
  watchdog.observe("closed");
  context.mock.timers.tick(60_000);
  assert.equal(calls.at(-1), 1);
});

test("the polite side leaves the first help to the other", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let helped = 0;
  new Watchdog(() => (helped += 1), { polite: true }).observe("interrupted");
  context.mock.timers.tick(2_499);
  assert.equal(helped, 0);
  context.mock.timers.tick(1);
  assert.equal(helped, 1);
});

test("the route is read from what either browser says", async () => {
  const route = (...stats) => describeRoute({ getStats: async () => new Map(stats.map((stat) => [stat.id, stat])) });
  const host = { id: "l", type: "local-candidate", candidateType: "host", protocol: "udp" };
  const relay = { id: "r", type: "remote-candidate", candidateType: "relay", protocol: "udp" };
  const pair = { id: "p", type: "candidate-pair", localCandidateId: "l", remoteCandidateId: "r", currentRoundTripTime: 0.0254 };
  const transport = { id: "t", type: "transport", selectedCandidatePairId: "p" };
  assert.equal(await route(), null);
  assert.deepEqual(await route(transport, pair, host, { ...relay, candidateType: "srflx" }), { kind: "direct", protocol: "udp", rttMs: 25 });
  assert.deepEqual(await route({ ...pair, selected: true }, host, relay), { kind: "relay", protocol: "udp", rttMs: 25 });
  const turn = { ...host, candidateType: "relay", relayProtocol: "tls" };
  assert.deepEqual(await route(transport, { ...pair, currentRoundTripTime: undefined }, turn), { kind: "relay", protocol: "tls", rttMs: null });
});
