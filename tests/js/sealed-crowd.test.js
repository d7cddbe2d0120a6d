// Sealed links beside people who rejoin without end, forward what others did not write, or use the id of someone who left.

import assert from "node:assert/strict";
import { test } from "node:test";

import { writeSealedHello } from "../../static/js/keys/hello.js";
import { makeRoomKey } from "../../static/js/keys/room-key.js";
import { makeRoomSeal } from "../../static/js/keys/room-seal.js";
import { SealedLink } from "../../static/js/keys/sealed-link.js";
import { sha256, toBase64Url } from "../../static/js/lib/encoding.js";
import { VisitorMap } from "../../static/js/lib/visitor-map.js";

const KEY = makeRoomKey();

async function makeTab(seal, member) {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const pid = toBase64Url((await sha256(publicKey)).slice(0, 16));
  const identity = { pid, publicKey, privateKey: pair.privateKey, fingerprint: Array(32).fill("AB").join(":") };
  const sent = [];
  let wake = () => {};
  const link = new SealedLink({ identity, seal, send: (to, body) => {
    sent.push(body);
    wake();
  } });
  const said = [];
  for (const type of ["peer-joined", "message", "refused", "tampered"]) link.on(type, (detail) => said.push(`${type} ${detail.body ?? detail.reason ?? ""}`.trim()));
  const settled = () => new Promise((resolve) => {
    link.on("peer-left", ({ pid: left }) => left === "no-one" && resolve());
    link.removePeer("no-one");
  });
  const say = async (to, text) => {
    const before = sent.length;
    link.send(to, text);
    if (sent.length === before) await new Promise((resolve) => (wake = resolve));
    return sent.at(-1);
  };
  return { pid, link, said, settled, say, peer: { pid, member, role: "guest", hello: await writeSealedHello(seal, identity, `{"name":"${member}"}`) } };
}

test("after 1,200 tabs of a person who rejoins, a newcomer is let in, one who was here long ago too, and no number is used twice", async () => {
  const seal = await makeRoomSeal("tea", 3, KEY);
  const [olga, sam, max] = await Promise.all(["olga", "sam", "max"].map((member) => makeTab(seal, member)));
  olga.link.addPeer(sam.peer);
  sam.link.addPeer(olga.peer);
  await Promise.all([olga.settled(), sam.settled()]);
  const first = await olga.say(sam.pid, "before");
  const fromSam = await sam.say(olga.pid, "hello");
  olga.link.receive(sam.pid, fromSam);
  olga.link.removePeer(sam.pid);
  for (let count = 0; count < 1_200; count += 1) {
    const { peer, pid } = await makeTab(seal, "mallory");
    olga.link.addPeer(peer);
    olga.link.removePeer(pid);
  }
  await olga.settled();
  olga.said.length = 0;
  olga.link.addPeer(max.peer);
  olga.link.addPeer(sam.peer);
  await olga.settled();
  assert.deepEqual(olga.said, ["peer-joined", "peer-joined"]);
  const again = await olga.say(sam.pid, "after");
  assert.ok(JSON.parse(again).seq > JSON.parse(first).seq, "a key never seals two messages under one number");
  sam.link.receive(olga.pid, again);
  await sam.settled();
  assert.equal(sam.said.at(-1), "message after");
  olga.link.receive(sam.pid, fromSam);
  await olga.settled();
  assert.equal(olga.said.at(-1), "tampered replayed", "what was heard before is not heard again");
});

test("no one is accused of what a third peer forwards in their name, nor by a member who uses the id that they left", async () => {
  const seal = await makeRoomSeal("tea", 3, KEY);
  const [olga, sam] = await Promise.all(["olga", "sam"].map((member) => makeTab(seal, member)));
  olga.link.addPeer(sam.peer);
  sam.link.addPeer(olga.peer);
  await Promise.all([olga.settled(), sam.settled()]);
  olga.said.length = 0;
  for (const body of ["", "{}", '{"seq":9,"ct":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}']) olga.link.receive(sam.pid, body, { again: true });
  await olga.settled();
  assert.deepEqual(olga.said, []);
  olga.link.receive(sam.pid, await sam.say(olga.pid, "mine"), { again: true });
  await olga.settled();
  assert.deepEqual(olga.said, ["message mine"], "what they wrote is read, no matter who brings it");

  olga.link.removePeer(sam.pid);
  olga.link.addPeer({ ...sam.peer, member: "mallory", hello: "{}" });
  olga.link.receive(sam.pid, "junk");
  await olga.settled();
  assert.deepEqual(olga.said.slice(1), ["refused malformed"]);
  olga.link.removePeer(sam.pid);
  olga.link.addPeer(sam.peer);
  olga.link.receive(sam.pid, await sam.say(olga.pid, "back"));
  await olga.settled();
  assert.deepEqual(olga.said.slice(2), ["peer-joined", "message back"]);
  olga.link.receive(sam.pid, "junk");
  await olga.settled();
  assert.equal(olga.said.at(-1), "tampered malformed", "the relay is accused still");
});

test("of visitors, everyone who is here is kept, and those who left last", () => {
  const forgotten = [];
  const visitors = new VisitorMap(2, (key) => forgotten.push(key));
  for (const key of ["a", "b", "c", "d", "e"]) {
    visitors.arrive(key);
    visitors.set(key, key.toUpperCase());
  }
  for (const key of ["c", "a", "d"]) visitors.leave(key);
  assert.deepEqual([forgotten, [...visitors.keys()].toSorted()], [["c"], ["a", "b", "d", "e"]]);
  visitors.setHere(["e"]);
  assert.deepEqual([forgotten, [...visitors.keys()].toSorted()], [["c", "a"], ["b", "d", "e"]]);
});
