import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { fromBase64Url, sha256, toBase64Url } from "../../static/js/lib/encoding.js";
import { fixedPart } from "../../static/js/keys/hello.js";
import { openPairChannel } from "../../static/js/keys/pair-channel.js";
import { makeRoomSeal } from "../../static/js/keys/room-seal.js";
import { SafetyCodes } from "../../static/js/keys/safety-codes.js";
import { commitment, confirmation, isConfirmation, safetyCode } from "../../static/js/keys/sas-code.js";
import { SasHandshake } from "../../static/js/keys/sas-handshake.js";
import { isSasText, readSasText, readSasConfirmation, writeSasText } from "../../static/js/keys/sas-messages.js";
import { readPeerMessage } from "../../static/js/peer/messages.js";

const FINGERPRINTS = ["AA", "BB", "CC", "DD"].map((byte) => Array(32).fill(byte).join(":"));
const random = () => crypto.getRandomValues(new Uint8Array(32));
const words = (code) => JSON.stringify(code);

async function someone(fingerprint) {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const pid = toBase64Url((await sha256(publicKey)).slice(0, 16));
  return { pid, publicKey, privateKey: pair.privateKey, fingerprint };
}

async function pairOf(seal, one, other) {
  const end = (who) => ({ ...who, fixed: fixedPart(seal, who) });
  return (await openPairChannel(seal, end(one), end(other))).sas;
}

/** Two who know each other, the one that begins first. */
async function two() {
  const seal = await makeRoomSeal("tea", 0, null);
  const both = await Promise.all(FINGERPRINTS.slice(0, 2).map(someone));
  const [low, high] = both.sort((a, b) => (a.pid < b.pid ? -1 : 1));
  return { low, high, pairs: [await pairOf(seal, low, high), await pairOf(seal, high, low)] };
}

/** A handshake whose messages are kept, in the order in which they are sent. */
function handshake(pair, pid) {
  const sent = [];
  const one = { sent, ended: 0 };
  one.handshake = new SasHandshake({ pair, pid, send: (step, value) => sent.push([step, value]), settled: () => (one.ended += 1) });
  return one;
}

/** Hands over everything that was sent, both ways, until nothing comes any more; `lose` takes messages away. */
async function carry(a, b, lose = () => false) {
  let quiet = false;
  while (!quiet) {
    quiet = true;
    for (const [from, to] of [[a, b], [b, a]]) {
      for (const [step, value] of from.sent.splice(0)) {
        quiet = false;
        if (!lose(step)) await to.handshake.receiveStep(step, value);
      }
    }
  }
}

const spoken = async (one) => {
  one.handshake.sendStep();
  await one.handshake.receiveStep("stop", new Uint8Array(32));
};

test("both ends make the same code, whatever is lost or comes twice", async () => {
  for (const lost of [[], ["commit"], ["answer"], ["reveal"], ["commit", "answer", "reveal", "reveal"]]) {
    const { low, high, pairs } = await two();
    const [a, b] = [handshake(pairs[0], low.pid), handshake(pairs[1], high.pid)];
    const left = [...lost];
    const lose = (step) => left.includes(step) && left.splice(left.indexOf(step), 1).length > 0;
    for (let round = 0; round <= lost.length; round += 1) {
      await spoken(a);
      await spoken(b);
      await carry(a, b, lose);
    }
    assert.deepEqual([a.handshake.state, b.handshake.state, left], ["made", "made", []], String(lost));
    assert.equal(words(a.handshake.code), words(b.handshake.code));
    assert.deepEqual([a.ended, b.ended], [1, 1]);
    const { code } = a.handshake;
    assert.equal(code.emoji.length, 7);
    assert.ok(code.emoji.every((place) => Number.isInteger(place) && place >= 0 && place < 64));
    assert.match(code.numbers.join(" "), /^\d{4} \d{4} \d{4}$/);
    // Said once more, everything stays as it is.
    await spoken(a);
    await carry(a, b);
    assert.deepEqual([words(a.handshake.code), b.ended], [words(code), 1]);
  }
});

test("a side that has seen a nonce cannot change its commitment", async () => {
  const { low, high, pairs } = await two();
  const b = handshake(pairs[1], high.pid);
  const [first, second] = [random(), random()];
  await b.handshake.receiveStep("reveal", first);
  assert.deepEqual([b.handshake.state, b.sent], ["open", []]);
  await b.handshake.receiveStep("commit", await commitment(pairs[0], first));
  const [, answer] = b.sent[0];
  await b.handshake.receiveStep("commit", await commitment(pairs[0], second));
  assert.deepEqual(b.sent.map(([step, value]) => [step, String(value)]), Array(2).fill(["answer", String(answer)]));
  await b.handshake.receiveStep("reveal", second);
  assert.deepEqual([b.handshake.state, b.handshake.code, b.ended], ["failed", null, 1]);
  await b.handshake.receiveStep("reveal", first);
  assert.equal(b.handshake.state, "failed");

  const a = handshake(pairs[0], low.pid);
  await a.handshake.receiveStep("answer", random());
  assert.deepEqual(a.sent, [], "nothing is revealed before the commitment is out");
  await spoken(a);
  await a.handshake.receiveStep("answer", first);
  const code = words(a.handshake.code);
  await a.handshake.receiveStep("answer", second);
  assert.equal(words(a.handshake.code), code);
  assert.deepEqual([...new Set(a.sent.map(([step]) => step))], ["commit", "reveal"]);
  assert.equal(new Set(a.sent.filter(([step]) => step === "reveal").map(([, value]) => String(value))).size, 1);
});

test("what a stranger sends is bounded, and never taken for something else", async () => {
  const text = writeSasText({ step: "commit", value: random() });
  assert.ok(isSasText(text) && readPeerMessage(text) === null);
  assert.equal(readSasText(text).step, "commit");
  assert.deepEqual(readSasText(writeSasText({ step: "stop" })), { step: "stop" });
  for (const bad of ['{"sas":', '{"sas":null}', '{"sas":{"step":"commit"}}', '{"sas":{"step":"commit","value":"AA"}}',
    '{"sas":{"step":"other","value":"' + "A".repeat(43) + '"}}', '{"sas":{"step":"commit","value":"' + "A".repeat(42) + '="}}', `{"sas":"${"x".repeat(200)}"}`]) {
    assert.equal(readSasText(bad), null, bad);
  }
  for (const bad of [null, undefined, 7, "x", [], {}, { stop: 1 }, { confirm: 7 }, { confirm: "A" }]) assert.equal(readSasConfirmation(bad), null);
  const { high, pairs } = await two();
  const b = handshake(pairs[1], high.pid);
  for (let count = 0; count < 1000; count += 1) void b.handshake.receiveStep("commit", random());
  await b.handshake.receiveStep("commit", random());
  assert.ok(b.sent.length <= 256);
});

/** Codes of a tab that knows the others in `pairs`; what it sends is handed to `others` by pid. */
function codes(pid, pairs, others, clock = { now: 0 }) {
  const events = [];
  const send = (to, text) => void others.get(to)?.receiveText(pid, text);
  const sendConfirmation = (to, payload) => void others.get(to)?.receiveConfirmation(pid, readSasConfirmation(payload));
  const options = { pairOf: (other) => pairs.get(other) ?? null, nameOf: ({ hello }) => hello, now: () => clock.now };
  const tab = new SafetyCodes({ pid, send, sendMessage: sendConfirmation, ...options });
  for (const type of ["changed", "stopped"]) tab.on(type, (detail) => events.push({ type, ...detail }));
  others.set(pid, tab);
  const last = () => events.findLast(({ type }) => type === "changed")?.safety;
  const until = async (condition) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return { tab, events, last, until };
}

const known = ({ pid, fingerprint }, name = pid) => ({ pid, member: pid, role: "guest", hello: name, fingerprint });

test("only the other side can prove a confirmation, and it survives", async () => {
  const { low, high, pairs } = await two();
  const others = new Map();
  const a = codes(low.pid, new Map([[high.pid, pairs[0]]]), others);
  const b = codes(high.pid, new Map([[low.pid, pairs[1]]]), others);
  a.tab.confirmCode(high.pid);
  b.tab.onPeerVerified(known(low));
  a.tab.onPeerVerified(known(high));
  await a.until(() => a.last().code && b.last().code);
  assert.equal(words(a.last().code), words(b.last().code));
  assert.deepEqual([a.last().confirmed, b.last().confirmedRemotely], [false, false]);
  // Neither its own proof, turned back, nor another peer's counts.
  const { nonces } = await (async () => {
    const heard = [];
    others.set(high.pid, { receiveConfirmation: (_from, message) => heard.push(message), receiveText: () => true });
    a.tab.confirmCode(high.pid);
    await a.until(() => heard.length > 0);
    others.set(high.pid, b.tab);
    a.tab.receiveConfirmation(high.pid, heard[0]);
    a.tab.receiveConfirmation(high.pid, { confirm: random() });
    b.tab.receiveConfirmation(low.pid, { confirm: random() });
    return { nonces: heard };
  })();
  assert.equal(nonces.length, 1);
  assert.deepEqual([a.last().confirmed, a.last().confirmedRemotely, b.last().confirmedRemotely], [true, false, false]);
  a.tab.onChannelOpen(high.pid);
  await b.until(() => b.last().confirmedRemotely);
  assert.equal(b.last().confirmed, false);
  // A lost socket and its return change nothing.
  const before = words(a.last());
  a.tab.onPeerLeft(high.pid);
  a.tab.onPeerVerified(known(high));
  assert.equal(words(a.last()), before);
  b.tab.rejectCode(low.pid);
  assert.deepEqual(b.events.at(-1), { type: "stopped", pid: low.pid, reason: "differ" });
  assert.deepEqual(a.events.at(-1), { type: "stopped", pid: high.pid, reason: "differ-there" });
  for (const { tab } of [a, b]) tab.close();
});

test("a person who keeps returning gets at most twenty codes an hour", async () => {
  const { low, high, pairs } = await two();
  const clock = { now: 0 };
  const keys = new Map();
  const a = codes(low.pid, keys, new Map(), clock);
  for (let count = 0; count < 25; count += 1) {
    const pid = `${high.pid.slice(0, 20)}${10 + count}`;
    keys.set(pid, pairs[0]);
    // The server may name another membership each time: the name counts too.
    a.tab.onPeerVerified({ ...known(high, "Max"), pid, member: String(count) });
    assert.deepEqual([a.last().times, a.last().limited], [count, count >= 20]);
  }
  clock.now = 3_600_001;
  a.tab.onPeerVerified({ ...known(high, "Max"), pid: "another" });
  assert.deepEqual([a.last().times, a.last().limited], [25, false]);
  a.tab.close();
});

test("the published vectors of the safety code", async () => {
  const text = await readFile(new URL("../../docs/sealed-signaling.md", import.meta.url), "utf8");
  const [first, second] = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json));
  const seal = await makeRoomSeal(first.room, first.epoch, fromBase64Url(first.room_key));
  const ends = [];
  for (const { private_key: d, public_key: key, pid, fingerprint } of [first.a, first.b]) {
    const publicKey = fromBase64Url(key);
    const jwk = { kty: "EC", crv: "P-256", d, x: toBase64Url(publicKey.slice(1, 33)), y: toBase64Url(publicKey.slice(33)) };
    const privateKey = await crypto.subtle.importKey("jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
    ends.push({ pid, publicKey, privateKey, fingerprint });
  }
  const nonces = { low: fromBase64Url(second.nonce_low), high: fromBase64Url(second.nonce_high) };
  for (const pair of [await pairOf(seal, ends[0], ends[1]), await pairOf(seal, ends[1], ends[0])]) {
    assert.equal(pair.low.pid, second.low);
    assert.equal(toBase64Url(await commitment(pair, nonces.low)), second.commitment);
    assert.deepEqual(await safetyCode(pair, nonces), { emoji: second.emoji, numbers: second.numbers });
    assert.equal(toBase64Url(await confirmation(pair, nonces, second.low)), second.confirmation_of_low);
    assert.ok(await isConfirmation(pair, nonces, second.low, fromBase64Url(second.confirmation_of_low)));
    assert.ok(!(await isConfirmation(pair, nonces, pair.high.pid, fromBase64Url(second.confirmation_of_low))));
  }
});
