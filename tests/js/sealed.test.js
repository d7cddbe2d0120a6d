import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { canonical } from "../../static/js/keys/canonical.js";
import { fromBase64Url, sha256, toBase64Url } from "../../static/js/lib/encoding.js";
import { fixedPart, readSealedHello, writeSealedHello } from "../../static/js/keys/hello.js";
import { deflate, inflate } from "../../static/js/keys/padding.js";
import { ENVELOPE_SIZES, openPairChannel } from "../../static/js/keys/pair-channel.js";
import { makeRoomKey } from "../../static/js/keys/room-key.js";
import { makeRoomSeal } from "../../static/js/keys/room-seal.js";
import { SealedLink } from "../../static/js/keys/sealed-link.js";
import { allFingerprintsMatch } from "../../static/js/peer/dtls-fingerprint.js";

const FINGERPRINT = Array(32).fill("AB").join(":");
const OTHER_FINGERPRINT = Array(32).fill("CD").join(":");
const KEY = makeRoomKey();

async function someone(fingerprint = FINGERPRINT) {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const pid = toBase64Url((await sha256(publicKey)).slice(0, 16));
  return { pid, publicKey, privateKey: pair.privateKey, fingerprint };
}

async function channel(seal, one, other, { compresses = false } = {}) {
  return openPairChannel(seal, { ...one, fixed: fixedPart(seal, one) }, { ...other, fixed: fixedPart(seal, other), compresses });
}

async function pair(sealA, sealB = sealA, options = {}) {
  const [a, b] = await Promise.all([someone(), someone()]);
  return { a, b, ab: await channel(sealA, a, b, options), ba: await channel(sealB, b, a) };
}

const refused = (reason) => (error) => error.reason === reason;

test("canonical bytes: no two lists are the same", () => {
  const lists = [["ab", ""], ["a", "b"], ["", "ab"], ["ab"], ["ab", "", ""], [12], [1, 2]];
  const seen = new Set(lists.map((list) => String(canonical(...list))));
  assert.equal(seen.size, lists.length);
  assert.equal(Buffer.from(canonical("ab", "", 7)).toString("hex"), "000000026162000000000000000137");
});

test("a hello comes back as it was written, with and without a room key", async () => {
  const me = await someone();
  for (const seal of [await makeRoomSeal("tea", 3, KEY), await makeRoomSeal("tea", 0, null)]) {
    const text = await writeSealedHello(seal, me, '{"name":"Olga Ω"}');
    assert.ok(JSON.stringify(text).length < 4096);
    assert.equal(text.includes("Olga"), seal.secrets === null);
    const hello = await readSealedHello(seal, me.pid, text);
    assert.deepEqual([hello.profile, hello.fingerprint], ['{"name":"Olga Ω"}', FINGERPRINT]);
  }
});

test("a hello is refused for the right reason", async () => {
  const [me, other] = await Promise.all([someone(), someone()]);
  const seal = await makeRoomSeal("tea", 3, KEY);
  const text = await writeSealedHello(seal, me, "{}");
  const read = (reader, pid, changed) => readSealedHello(reader, pid, changed);
  const alter = (change) => JSON.stringify({ ...JSON.parse(text), ...change });
  await assert.rejects(read(seal, other.pid, text), refused("pid"));
  await assert.rejects(read(await makeRoomSeal("tea", 3, makeRoomKey()), me.pid, text), refused("key"));
  await assert.rejects(read(await makeRoomSeal("coffee", 3, KEY), me.pid, text), refused("key"));
  await assert.rejects(read(await makeRoomSeal("tea", 2, KEY), me.pid, text), refused("epoch"));
  await assert.rejects(read(await makeRoomSeal("tea", 4, KEY), me.pid, alter({ e: 4 })), refused("key"));
  await assert.rejects(read(await makeRoomSeal("tea", 0, null), me.pid, text), refused("mode"));
  await assert.rejects(read(seal, me.pid, alter({ mode: "keyless", mac: undefined })), refused("mode"));
  await assert.rejects(read(seal, me.pid, alter({ fp: OTHER_FINGERPRINT })), refused("key"));
  await assert.rejects(read(seal, me.pid, alter({ key: toBase64Url(other.publicKey) })), refused("pid"));
  await assert.rejects(read(seal, other.pid, alter({ key: toBase64Url(other.publicKey) })), refused("key"));
  await assert.rejects(read(seal, me.pid, alter({ mac: undefined })), refused("key"));
  const theirs = JSON.parse(await writeSealedHello(seal, other, "{}"));
  await assert.rejects(read(seal, me.pid, alter({ profile: theirs.profile })), refused("key"));
  for (const bad of ["", "{", "null", "7", alter({ v: 2 }), alter({ fp: "AB" }), alter({ e: "3" }), alter({ key: "AA" }), "x".repeat(5000)]) {
    await assert.rejects(read(seal, me.pid, bad), refused("malformed"));
  }
  await assert.rejects(makeRoomSeal("tea", 3, null), TypeError);
  await assert.rejects(makeRoomSeal("tea", 0, KEY), TypeError);
});

test("envelopes: there and back, padded to four sizes, within what the server takes", async () => {
  for (const seal of [await makeRoomSeal("tea", 3, KEY), await makeRoomSeal("tea", 0, null)]) {
    const { ab, ba } = await pair(seal);
    for (const [length, size] of [[0, 1024], [1020, 1024], [1021, 4096], [4093, 16384], [16381, 44032], [44028, 44032]]) {
      const body = await ab.wrap("x".repeat(length));
      assert.equal(fromBase64Url(JSON.parse(body).ct).length, size + 16);
      assert.ok(JSON.stringify(body).length - 2 <= 60_000);
      assert.equal((await ba.unwrap(body)).length, length);
      assert.equal(await ab.unwrap(await ba.wrap("Ω")), "Ω");
    }
    await assert.rejects(ab.wrap("x".repeat(44029)), RangeError);
    assert.equal(ENVELOPE_SIZES.length, 4);
  }
});

test("envelopes: what is long is compressed for a page that reads it, and never longer for it", async () => {
  const seal = await makeRoomSeal("tea", 3, KEY);
  const { ab, ba } = await pair(seal, seal, { compresses: true });
  const size = (body) => fromBase64Url(JSON.parse(body).ct).length - 16;
  const noise = Array.from(crypto.getRandomValues(new Uint8Array(9_000)), (byte) => String.fromCharCode(33 + (byte % 94))).join("");
  for (const [text, length] of [["x".repeat(1_020), 1024], ["x".repeat(1_021), 1024], ["a=rtpmap:96 VP8/90000\r\n".repeat(500), 1024], ["x".repeat(44_028), 1024], [noise, 16384], ["Ω".repeat(9_000), 1024]]) {
    const body = await ab.wrap(text);
    assert.equal(size(body), length);
    assert.equal(await ba.unwrap(body), text);
  }
  await assert.rejects(ab.wrap("x".repeat(44_029)), RangeError);
  const [one, two] = await Promise.all([ab.wrap("y".repeat(2_000)), ab.wrap("z")]);
  assert.equal(await ba.unwrap(one), "y".repeat(2_000));
  assert.equal(await ba.unwrap(two), "z", "in the order of the calls");
});

test("what is inflated is bounded, and damage is an error", async () => {
  const bomb = await deflate(new Uint8Array(40_000_000));
  assert.ok(bomb.length < 44_000, "fits an envelope");
  await assert.rejects(inflate(bomb, 44_028), RangeError);
  const packed = await deflate(new TextEncoder().encode("v=0\r\n".repeat(3_000)));
  assert.equal((await inflate(packed, 18_000 - 3_000)).length, 15_000);
  await assert.rejects(inflate(packed, 14_999), RangeError);
  for (const damaged of [packed.slice(0, -1), new Uint8Array(0), Uint8Array.of(7, 7, 7)]) await assert.rejects(inflate(damaged, 44_028));
});

test("envelopes: replayed, reflected, overtaken, cut, changed, foreign: none is opened, and the channel goes on", async () => {
  const seal = await makeRoomSeal("tea", 3, KEY);
  const { a, b, ab, ba } = await pair(seal);
  const [first, second, third] = [await ab.wrap("1"), await ab.wrap("2"), await ab.wrap("3")];
  assert.equal(await ba.unwrap(second), "2");
  await assert.rejects(ba.unwrap(second), refused("replayed"));
  await assert.rejects(ba.unwrap(first), refused("replayed"));
  await assert.rejects(ab.unwrap(third), refused("forged"));
  const { seq, ct } = JSON.parse(third);
  await assert.rejects(ba.unwrap(JSON.stringify({ seq: seq + 1, ct })), refused("forged"));
  const bytes = fromBase64Url(ct);
  bytes[5] ^= 1;
  await assert.rejects(ba.unwrap(JSON.stringify({ seq, ct: toBase64Url(bytes) })), refused("forged"));
  await assert.rejects(ba.unwrap(JSON.stringify({ seq, ct: ct.slice(4) })), refused("malformed"));
  for (const bad of ["", "{}", "null", '{"seq":0,"ct":""}', '{"seq":1.5,"ct":""}', "x".repeat(60_001)]) {
    await assert.rejects(ba.unwrap(bad), refused("malformed"));
  }
  for (const foreign of [["coffee", 3, KEY], ["tea", 4, KEY], ["tea", 3, makeRoomKey()], ["tea", 0, null]]) {
    const other = await channel(await makeRoomSeal(...foreign), a, b);
    await assert.rejects(ba.unwrap(await other.wrap("x").then((body) => JSON.stringify({ ...JSON.parse(body), seq }))), refused("forged"));
  }
  assert.equal(await ba.unwrap(third), "3");
});

/** One person at a link, with everything that happened to them. */
async function linked(seal, identity, send = () => {}) {
  const link = new SealedLink({ identity, seal, send });
  const events = [];
  for (const type of ["joined", "roster", "peer-joined", "peer-left", "message", "refused", "tampered"]) {
    link.on(type, (detail) => events.push({ type, ...detail }));
  }
  const settled = () => new Promise((resolve) => {
    link.on("peer-left", () => resolve(events), { once: true });
    link.removePeer("no-one");
  });
  const peer = { pid: identity.pid, member: "m", role: "guest", hello: await link.writeHello(`{"name":"${identity.pid}"}`) };
  return { link, events, peer, settled };
}

test("messages that come before their sender, and while the hello is being checked, arrive in order", async () => {
  const seal = await makeRoomSeal("tea", 3, KEY);
  const bodies = [];
  let sent;
  const allSent = new Promise((resolve) => (sent = resolve));
  const [ia, ib] = await Promise.all([someone(), someone()]);
  const a = await linked(seal, ia, (_to, body) => bodies.push(body) === 8 && sent());
  const b = await linked(seal, ib);
  a.link.joined([b.peer]);
  await a.settled();
  for (let count = 0; count < 8; count += 1) a.link.send(ib.pid, "x".repeat(count % 2 ? 5 : 9000) + count);
  await allSent;
  for (const body of bodies.slice(0, 4)) b.link.receive(ia.pid, body);
  b.link.addPeer(a.peer);
  for (const body of bodies.slice(4)) b.link.receive(ia.pid, body);
  b.link.addPeer(a.peer);
  await b.settled();
  const messages = b.events.filter(({ type }) => type === "message").map(({ body }) => body.at(-1));
  assert.deepEqual(messages, [..."01234567"]);
  assert.equal(b.events[0].type, "peer-joined");
  assert.equal(b.events[0].peer.fingerprint, FINGERPRINT);
});

test("a thousand hostile relays, and no peer is taken for another", async () => {
  const seal = await makeRoomSeal("tea", 3, KEY);
  const [ia, ib, evil] = await Promise.all([someone(), someone(), someone(OTHER_FINGERPRINT)]);
  const b = await linked(seal, ib);
  const a = await linked(seal, ia);
  const evilSeal = await makeRoomSeal("tea", 3, makeRoomKey());
  const ghost = await linked(evilSeal, evil);
  const open = await linked(await makeRoomSeal("tea", 0, null), evil);
  const alter = (change) => ({ ...a.peer, hello: JSON.stringify({ ...JSON.parse(a.peer.hello), ...change }) });
  const lies = [
    alter({ fp: OTHER_FINGERPRINT }), alter({ key: toBase64Url(evil.publicKey) }), alter({ e: 2 }), alter({ mac: undefined }),
    { ...alter({ key: toBase64Url(evil.publicKey) }), pid: evil.pid }, ghost.peer, open.peer, { ...a.peer, pid: evil.pid },
  ];
  const began = performance.now();
  for (let round = 0; round < 1000; round += 1) b.link.addPeer(lies[round % lies.length]);
  await b.settled();
  assert.equal(b.events.filter(({ type }) => type === "refused").length, 1000);
  assert.equal(b.events.filter(({ type }) => type === "peer-joined" || type === "message").length, 0);
  assert.ok(performance.now() - began < 5000);
  b.link.addPeer(a.peer);
  await b.settled();
  assert.equal(b.events.filter(({ type }) => type === "peer-joined").length, 1);
});

test("only descriptions that name the pinned certificate, and no other, pass", () => {
  const line = `a=fingerprint:sha-256 ${FINGERPRINT}`;
  for (const good of [`v=0\r\n${line}\r\n`, `${line}\r\nm=audio\r\n${line}`, line.toLowerCase()]) assert.ok(allFingerprintsMatch(good, FINGERPRINT));
  const other = `a=fingerprint:sha-256 ${OTHER_FINGERPRINT}`;
  for (const bad of ["v=0\r\n", other, `${line}\r\n${other}`, `${line}\n${other}`, `${line}\r\na=fingerprint:sha-1 AB`, `${line} x`, `${line}\r\n A=Fingerprint:sha-256 CD`]) {
    assert.ok(!allFingerprintsMatch(bad, FINGERPRINT), bad);
  }
});

test("the published vectors of docs/sealed-signaling.md", async () => {
  const text = await readFile(new URL("../../docs/sealed-signaling.md", import.meta.url), "utf8");
  const vector = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)[1]);
  const seal = await makeRoomSeal(vector.room, vector.epoch, fromBase64Url(vector.room_key));
  assert.equal(toBase64Url(seal.secrets.pairs), vector.pair_secret);
  assert.equal(Buffer.from(canonical(...vector.canonical.values)).toString("hex"), vector.canonical.hex);
  const ends = [];
  for (const { private_key: d, public_key: key, pid, fingerprint, fixed_sha256: hash, mac } of [vector.a, vector.b]) {
    const publicKey = fromBase64Url(key);
    assert.equal(toBase64Url((await sha256(publicKey)).slice(0, 16)), pid);
    const jwk = { kty: "EC", crv: "P-256", d, x: toBase64Url(publicKey.slice(1, 33)), y: toBase64Url(publicKey.slice(33)) };
    const privateKey = await crypto.subtle.importKey("jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
    const fixed = fixedPart(seal, { pid, publicKey, fingerprint });
    assert.equal(toBase64Url(await sha256(fixed)), hash);
    assert.equal(toBase64Url(new Uint8Array(await crypto.subtle.sign("HMAC", seal.secrets.mac, fixed))), mac);
    ends.push({ pid, publicKey, privateKey, fingerprint });
  }
  const body = await (await channel(seal, ends[0], ends[1])).wrap(vector.text);
  assert.ok(body.startsWith(vector.body_start));
  assert.equal(toBase64Url(await sha256(new TextEncoder().encode(body))), vector.body_sha256);
  assert.equal(await (await channel(seal, ends[1], ends[0])).unwrap(body), vector.text);
});
