// The lasting key of a device: who can prove it, and what is said of a person who was verified before.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fixedPart } from "../../static/js/keys/hello.js";
import { deviceChoice } from "../../static/js/keys/kept/device-choice.js";
import { ECDSA } from "../../static/js/keys/kept/device-key.js";
import { NO_DEVICE, provedDevice, readProof, writeProof } from "../../static/js/keys/kept/device-proof.js";
import { Recognition } from "../../static/js/keys/kept/recognition.js";
import { openPairChannel } from "../../static/js/keys/pair-channel.js";
import { makeRoomSeal } from "../../static/js/keys/room-seal.js";
import { sha256, toBase64Url } from "../../static/js/lib/encoding.js";
import { formerName, trustOf, trustRank } from "../../static/js/ui/people/trust.js";

async function tabOf(byte) {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const pid = toBase64Url((await sha256(publicKey)).slice(0, 16));
  return { pid, publicKey, privateKey: pair.privateKey, fingerprint: Array(32).fill(byte).join(":") };
}

async function deviceOf() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ECDSA, false, ["sign"]);
  return { privateKey, publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)), since: 0 };
}

/** What `mine` shares with `theirs` in a room without a key, where the server could be in between. */
async function pairOf(mine, theirs, room = "tea") {
  const seal = await makeRoomSeal(room, 0, null);
  const end = (who) => ({ ...who, fixed: fixedPart(seal, who) });
  return (await openPairChannel(seal, end(mine), end(theirs))).sas;
}

test("a proof counts for one device, one pair of tabs, one direction and one room", async () => {
  const [olga, max, mallory] = await Promise.all(["AA", "BB", "CC"].map(tabOf));
  const [device, other] = await Promise.all([deviceOf(), deviceOf()]);
  const pair = await pairOf(olga, max);
  const payload = await writeProof(device, pair, olga.pid);
  const proof = readProof(JSON.parse(JSON.stringify(payload)));
  const atMax = await pairOf(max, olga);
  assert.equal(await provedDevice(proof, atMax, olga.pid), toBase64Url(device.publicKey));
  const cases = {
    "handed on by a person in between": provedDevice(proof, await pairOf(max, mallory), mallory.pid),
    "turned back": provedDevice(proof, atMax, max.pid),
    "repeated to a third person": provedDevice(proof, await pairOf(mallory, olga), olga.pid),
    "taken to another room": provedDevice(proof, await pairOf(max, olga, "coffee"), olga.pid),
    "under another key": provedDevice({ ...proof, key: other.publicKey }, atMax, olga.pid),
    "under a key that is no point": provedDevice({ ...proof, key: new Uint8Array(65).fill(4) }, atMax, olga.pid),
    "of the next tab of the same device": provedDevice(proof, await pairOf(max, await tabOf("AA")), olga.pid),
  };
  for (const [name, proved] of Object.entries(cases)) assert.equal(await proved, null, name);
});

test("whatever a peer sends on the topic is read or dropped", async () => {
  const key = "A".repeat(87);
  const signature = "A".repeat(86);
  assert.equal(readProof(NO_DEVICE), "none");
  assert.equal(readProof({ key, signature })?.key.length, 65);
  for (const wrong of [null, undefined, 7, "x", [], {}, { none: 1 }, { key }, { signature }, { key: key + "A", signature }, { key, signature: 7 }]) {
    assert.equal(readProof(wrong), null);
  }
  assert.equal(readProof({ key: "-".repeat(86) + "!", signature }), null);
});

/** One browser in a call, whose memory outlasts the call. */
function browser(memory, people, pairs, { own = null, sent = [] } = {}) {
  const seen = new Map();
  const recognition = new Recognition({
    room: "tea",
    pid: "me",
    pairOf: (pid) => pairs.get(pid) ?? null,
    whoIs: (pid) => people.get(pid),
    send: (pid, payload) => sent.push([pid, payload]),
    ownKey: async () => own,
    memory: {
      load: async () => [...memory.values()],
      save: async (one) => void memory.set(one.device, one),
      forget: async (device) => void memory.delete(device),
    },
  });
  recognition.on("changed", ({ pid, device }) => seen.set(pid, device));
  return { recognition, seen, sent };
}

/** A call of Olga's with one other tab. */
async function callWith(memory, who, { device, confirm = "" } = {}) {
  const [olga, tab] = await Promise.all([tabOf("AA"), tabOf("BB")]);
  const people = new Map([[tab.pid, who]]);
  const call = browser(memory, people, new Map([[tab.pid, await pairOf(olga, tab)]]));
  const prove = async (/** @type {any} */ one) => call.recognition.receive(tab.pid, readProof(await writeProof(one, await pairOf(tab, olga), tab.pid)));
  call.recognition.expectProof(tab.pid);
  if (device === null) await call.recognition.receive(tab.pid, "none");
  if (device) await prove(device);
  if (confirm) await call.recognition.confirm(tab.pid, confirm);
  return { ...call, pid: tab.pid, people, prove, state: () => call.seen.get(tab.pid) };
}

const MAX = { member: "m1", name: "Max" };

test("after one comparison the device is known, and everything else under that name is reported", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const memory = new Map();
  const [phone, laptop] = await Promise.all([deviceOf(), deviceOf()]);

  // A device that proves itself is nothing before a person has compared the code.
  const first = await callWith(memory, MAX, { device: phone });
  assert.deepEqual(first.state(), { state: "", as: "", lasting: true });
  assert.equal(memory.size, 0);
  await first.recognition.confirm(first.pid, "Max");
  assert.deepEqual([...memory.values()].map(({ name, member }) => [name, member]), [["Max", "m1"]]);
  first.recognition.close();

  const before = { state: "before", as: "Max", lasting: true };
  const changed = { state: "changed", as: "Max", lasting: true };
  const cases = [
    ["the same device", MAX, phone, before],
    ["the same device under another name and membership", { member: "m9", name: "Boss" }, phone, before],
    ["another device of that membership", { member: "m1", name: "Maximilian" }, laptop, changed],
    ["another person who takes the name", { member: "m2", name: "ＭＡＸ " }, laptop, changed],
    ["without a key", MAX, null, { ...changed, lasting: false }],
    ["someone else", { member: "m3", name: "Mia" }, laptop, { state: "", as: "", lasting: true }],
  ];
  for (const [title, who, device, expected] of cases) {
    const call = await callWith(memory, who, { device });
    assert.deepEqual(call.state(), expected, title);
    call.recognition.close();
  }

  // An impostor who says nothing is reported, too, when an honest browser would have spoken.
  const silent = await callWith(memory, MAX);
  await silent.recognition.update(silent.pid);
  assert.equal(silent.state(), undefined, "their proof may still be on its way");
  context.mock.timers.tick(5_000);
  await silent.recognition.update(silent.pid);
  assert.equal(silent.state().state, "changed");
  // One who was late is believed as soon as they prove it; the first device of a tab counts.
  await silent.prove(phone);
  assert.deepEqual(silent.state(), before);
  await silent.prove(laptop);
  assert.deepEqual(silent.state(), before);
  silent.recognition.close();

  // Comparing again adds the other device.
  const second = await callWith(memory, MAX, { device: laptop, confirm: "Max" });
  assert.deepEqual(second.state(), before);
  second.recognition.close();
  assert.equal(memory.size, 2);

  // A device whose code differs is forgotten.
  const wrong = await callWith(memory, MAX, { device: laptop });
  await wrong.recognition.reject(wrong.pid);
  assert.deepEqual([...memory.keys()], [toBase64Url(phone.publicKey)]);
  wrong.recognition.close();
});

test("a device that is shown after the comparison is remembered, with the name that was compared", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const memory = new Map();
  const call = await callWith(memory, MAX, { device: null, confirm: "Max" });
  assert.equal(memory.size, 0);
  call.people.set(call.pid, { member: "m1", name: "Boss" });
  await call.prove(await deviceOf());
  assert.deepEqual([...memory.values()].map(({ name }) => name), ["Max"]);
  assert.equal(call.state().as, "Max");
  call.recognition.close();
});

test("a person who takes a verified name later is reported then", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const memory = new Map([["known", { room: "tea", device: "known", member: "m1", name: "Max", at: 0 }]]);
  const call = await callWith(memory, { member: "m5", name: "Mia" }, { device: null });
  assert.equal(call.state(), undefined);
  call.people.set(call.pid, { member: "m5", name: "Max" });
  await call.recognition.update(call.pid);
  assert.equal(call.state().state, "changed");
  call.recognition.close();
});

test("this browser shows its key only if it may be recognised", async () => {
  const [me, max] = await Promise.all([tabOf("AA"), tabOf("BB")]);
  const pairs = new Map([[max.pid, await pairOf(me, max)]]);
  for (const [own, expected] of [[null, ["none"]], [await deviceOf(), ["key", "signature"]]]) {
    const { recognition, sent } = browser(new Map(), new Map(), pairs, { own });
    await recognition.introduce(max.pid);
    await recognition.introduce("a stranger who was not verified");
    assert.deepEqual(sent.map(([pid, payload]) => [pid, Object.keys(payload)]), [[max.pid, expected]]);
    recognition.close();
  }
  assert.deepEqual([deviceChoice.mayRecognise(true), deviceChoice.mayRecognise(false)], [true, false]);
  deviceChoice.choose(false);
  assert.equal(deviceChoice.mayRecognise(true), false);
  deviceChoice.choose(null);
});

test("a label names the strongest proof, and the name that was verified", () => {
  const person = { self: false, state: "connected", name: "Boss", locked: true };
  const verified = { confirmed: true, confirmedAs: "Max" };
  const device = (state, as = "Max") => ({ state, as, lasting: true });
  // From the weakest to the strongest.
  const rows = [
    [{ ...person, device: device("changed") }, "changed", ""],
    [{ ...person, locked: false }, "server", ""],
    [{ ...person, device: device("", "") }, "key", ""],
    [{ ...person, device: device("before") }, "before", "Max"],
    [{ ...person, device: device("before"), safety: { ...verified, confirmedAs: "Boss" } }, "verified", ""],
    [{ ...person, device: device("changed"), safety: verified }, "verified", "Max"],
  ];
  for (const [who, trust, former] of rows) assert.deepEqual([trustOf(who), formerName(who)], [trust, former]);
  const ranks = rows.map(([who]) => trustRank(who));
  assert.deepEqual(ranks, ranks.toSorted((one, other) => one - other));
  for (const none of [{ self: true }, { state: "refused" }]) assert.equal(trustOf({ ...person, safety: verified, ...none }), "");
});
