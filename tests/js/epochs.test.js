// Who is believed in a call whose room key changes: SealedLink with real keys.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fitsJoinRule } from "../../static/js/call/key-rotation.js";
import { sha256, toBase64Url } from "../../static/js/lib/encoding.js";
import { makeRoomKey } from "../../static/js/keys/room-key.js";
import { makeRoomSeal } from "../../static/js/keys/room-seal.js";
import { SealedLink } from "../../static/js/keys/sealed-link.js";

const KEYS = [1, 2, 3].map(() => makeRoomKey());
const seals = await Promise.all(KEYS.map((key, index) => makeRoomSeal("tea", index + 1, key)));

/** A tab of the call, with what its link says. */
class Tab {
  said = [];

  static async make(name, seal = seals[0]) {
    const tab = new Tab();
    const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
    const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    const fingerprint = Array(32).fill(name.charCodeAt(0).toString(16).toUpperCase()).join(":");
    tab.name = name;
    tab.pid = toBase64Url((await sha256(publicKey)).slice(0, 16));
    tab.sent = [];
    tab.link = new SealedLink({
      identity: { pid: tab.pid, publicKey, privateKey: pair.privateKey, fingerprint }, seal, send: (to, body) => tab.sent.push([to, body]),
    });
    const say = (text) => tab.said.push(text);
    for (const type of ["joined", "roster"]) tab.link.on(type, ({ peers }) => say(`${type} ${peers.map(({ hello }) => hello).sort()}`));
    tab.link.on("peer-joined", ({ peer }) => say(`in ${peer.hello}`));
    tab.link.on("peer-left", ({ final }) => say(final ? "removed" : "left"));
    tab.link.on("message", ({ body }) => say(`message ${body}`));
    tab.link.on("refused", ({ reason }) => say(`refused ${reason}`));
    tab.link.on("tampered", ({ reason }) => say(`tampered ${reason}`));
    return tab;
  }

  /** Introduces itself, under the key that its link has. */
  async peer(note = this.name) {
    return { pid: this.pid, member: "m", role: "guest", hello: await this.link.writeHello(note) };
  }

  /** @returns {Promise<string[]>} what it has said since */
  async heard() {
    await this.link.endTransition(0);
    return this.said.splice(0);
  }
}

/** Olga knows Max and Sam; the hello of each under every key. */
async function meet() {
  const [olga, max, sam] = await Promise.all(["olga", "max", "sam"].map((name) => Tab.make(name)));
  const first = { max: await max.peer("max 1"), sam: await sam.peer("sam 1") };
  olga.link.joined([first.max, first.sam]);
  assert.deepEqual(await olga.heard(), ["joined max 1,sam 1"]);
  return { olga, max, sam, first };
}

test("a removed tab stays out, whatever the server says of it, and says nothing", async () => {
  const { olga, sam, first } = await meet();
  sam.link.joined([await olga.peer()]);
  await sam.heard();
  sam.link.send(olga.pid, "let me in");
  while (sam.sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
  olga.link.removePeer(sam.pid, true);
  olga.link.receive(sam.pid, sam.sent[0][1]);
  olga.link.addPeer(first.sam);
  olga.link.syncPeers([first.max, first.sam]);
  assert.deepEqual(await olga.heard(), ["removed", "roster max 1"]);
  await olga.link.rekey(seals[1], []);
  await sam.link.rekey(seals[1], []);
  olga.link.addPeer(await sam.peer());
  assert.deepEqual(await olga.heard(), []);
});

test("a tab that was removed from browser to browser is not let in again by the server", async () => {
  const { olga, sam, first } = await meet();
  olga.link.shun(sam.pid);
  olga.link.joined([first.max, first.sam]);
  assert.deepEqual(await olga.heard(), ["joined max 1"]);
});

test("after a change of the key, only those who are here may come with the former key, and only for a while", async () => {
  const { olga, max, sam, first } = await meet();
  olga.link.removePeer(sam.pid);
  await olga.heard();
  await olga.link.rekey(seals[1], [max.pid]);
  // Sam had left: with the former key he is a stranger. Max is here, and his network may be slow.
  olga.link.addPeer(first.sam);
  olga.link.addPeer(first.max);
  assert.deepEqual(await olga.heard(), ["refused epoch", "in max 1"]);
  // Once Max has proved the new key, his former hello is old news.
  await max.link.rekey(seals[1], []);
  olga.link.addPeer(await max.peer("max 2"));
  olga.link.addPeer(first.max);
  assert.deepEqual(await olga.heard(), ["in max 2", "in max 2"]);
  // Nor does a hello of a key that no one here has bring Sam back; the key of the room does.
  await sam.link.rekey(seals[2], []);
  olga.link.addPeer(await sam.peer());
  assert.deepEqual(await olga.heard(), ["refused epoch"]);
  await sam.link.rekey(seals[1], []);
  olga.link.addPeer(await sam.peer("sam 2"));
  assert.deepEqual(await olga.heard(), ["in sam 2"]);
});

test("who has not proved the new key in time is a stranger, and nothing that they send is read", async () => {
  const { olga, max, sam, first } = await meet();
  sam.link.joined([await olga.peer()]);
  await sam.heard();
  await olga.link.rekey(seals[1], [max.pid, sam.pid]);
  await max.link.rekey(seals[1], []);
  olga.link.addPeer(await max.peer("max 2"));
  assert.deepEqual(await olga.link.endTransition(2), [sam.pid]);
  await olga.heard();
  sam.link.send(olga.pid, "an offer");
  while (sam.sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
  olga.link.receive(sam.pid, sam.sent[0][1]);
  olga.link.addPeer(first.sam);
  olga.link.addPeer(await max.peer("max still"));
  assert.deepEqual(await olga.heard(), ["refused epoch", "in max still"]);
});

test("two changes in a row: each hello counts by what its sender has proved", async () => {
  const { olga, max, sam, first } = await meet();
  await olga.link.rekey(seals[1], [max.pid, sam.pid]);
  await max.link.rekey(seals[1], []);
  const second = await max.peer("max 2");
  olga.link.addPeer(second);
  await olga.link.rekey(seals[2], [max.pid, sam.pid]);
  for (const peer of [first.max, second, first.sam]) olga.link.addPeer(peer);
  assert.deepEqual(await olga.heard(), ["in max 2", "in max 2", "in max 2", "in sam 1"]);
  await max.link.rekey(seals[2], []);
  olga.link.addPeer(await max.peer("max 3"));
  assert.deepEqual(await olga.link.endTransition(3), [sam.pid]);
  assert.deepEqual(await olga.heard(), ["in max 3"]);
});

test("a host's word on guests' links counts only with the server's", () => {
  const table = { open: [true, false, true, false], knock: [false, true, false, true], locked: [true, true, false, true] };
  for (const [rule, expected] of Object.entries(table)) {
    const cases = [[false, false], [true, false], [false, true], [true, true]].map(([byHosts, before]) => fitsJoinRule(byHosts, rule, before));
    assert.deepEqual(cases, expected, rule);
  }
});
