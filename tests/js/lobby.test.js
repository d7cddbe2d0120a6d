import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { fromBase64Url, sha256, toBase64Url } from "../../static/js/lib/encoding.js";
import { fixedPart, readSealedHello, writeSealedHello } from "../../static/js/keys/hello.js";
import { makeInviteSecret, unwrapRoomKey, wrapRoomKey } from "../../static/js/keys/invite.js";
import { AdmissionRefused, lobbyKey, openAdmission, sealAdmission } from "../../static/js/keys/lobby.js";
import { makeRoomKey } from "../../static/js/keys/room-key.js";
import { makeLobbySeal, makeRoomSeal } from "../../static/js/keys/room-seal.js";
import { SealedLink } from "../../static/js/keys/sealed-link.js";

const KEY = makeRoomKey();
const FINGERPRINT = Array(32).fill("AB").join(":");
const CURVE = { name: "ECDH", namedCurve: "P-256" };

async function someone() {
  const pair = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const pid = toBase64Url((await sha256(publicKey)).slice(0, 16));
  return { pid, publicKey, privateKey: pair.privateKey, fingerprint: FINGERPRINT };
}

/** A room of epoch 3 with a host inside and a guest at its door. */
async function door() {
  const held = await lobbyKey(KEY, "tea", 3);
  const [lobby, room] = await Promise.all([makeLobbySeal("tea", 3, held), makeRoomSeal("tea", 3, KEY)]);
  const [host, guest] = await Promise.all([someone(), someone()]);
  return { held, lobby, room, host, guest };
}

const refused = (reason) => (error) => error.reason === reason;

test("a guest who knocks proves that they came by a link, and a host's browser sends them the room key", async () => {
  const { held, lobby, host, guest } = await door();
  const knock = await readSealedHello(lobby, guest.pid, await writeSealedHello(lobby, guest, '{"name":"Mia"}'));
  assert.equal(knock.profile, '{"name":"Mia"}');
  const body = await sealAdmission(lobby, host, knock, KEY);
  assert.ok(body.length < 4_096 && !body.includes(toBase64Url(KEY)));
  assert.deepEqual(await openAdmission(lobby, guest, held, body), KEY);
});

test("nothing that opens for one tab opens for another, with another lobby key, or changed", async () => {
  const { held, lobby, host, guest } = await door();
  const body = await sealAdmission(lobby, host, { fixed: fixedPart(lobby, guest), publicKey: guest.publicKey }, KEY);
  await assert.rejects(openAdmission(lobby, await someone(), held, body), AdmissionRefused);
  const other = await lobbyKey(makeRoomKey(), "tea", 3);
  await assert.rejects(openAdmission(await makeLobbySeal("tea", 3, other), guest, other, body), AdmissionRefused);
  const { key, sealed } = JSON.parse(body);
  const bytes = fromBase64Url(sealed);
  bytes[20] ^= 1;
  const bad = [{ key, sealed: toBase64Url(bytes) }, { key: toBase64Url(guest.publicKey), sealed }, { key, sealed: "AAAA" }, { key }, null, 7];
  for (const wrong of bad) {
    await assert.rejects(openAdmission(lobby, guest, held, JSON.stringify(wrong)), AdmissionRefused, JSON.stringify(wrong));
  }
  await assert.rejects(openAdmission(lobby, guest, held, ""), AdmissionRefused);
});

test("a key that a knocking guest made up does not pass for the room's", async () => {
  // A person who came by a link holds the lobby key, too, and may conspire with the server.
  const { held, lobby, guest } = await door();
  const body = await sealAdmission(lobby, await someone(), { fixed: fixedPart(lobby, guest), publicKey: guest.publicKey }, makeRoomKey());
  await assert.rejects(openAdmission(lobby, guest, held, body), /not the room's key/);
});

test("a lying server that admits a knocking guest connects them to no one", async () => {
  const { held, lobby, room, guest, host } = await door();
  const inside = new SealedLink({ identity: host, seal: room, send: () => assert.fail("nothing is said to them") });
  const received = [];
  for (const type of ["peer-joined", "joined", "message"]) inside.on(type, (detail) => received.push(detail));
  const reasons = [];
  inside.on("refused", ({ reason }) => reasons.push(reason));
  const done = new Promise((resolve) => inside.on("peer-left", resolve, { once: true }));
  const asKnocked = await writeSealedHello(lobby, guest, '{"name":"Mia"}');
  // The best that holders of the lobby key can make up: they call themselves keyed, with secrets of their own.
  const pretended = { ...(await makeRoomSeal("tea", 3, held)) };
  const peer = (hello) => ({ pid: guest.pid, member: "m", role: "guest", hello });
  inside.addPeer(peer(asKnocked));
  inside.addPeer(peer(JSON.stringify({ ...JSON.parse(asKnocked), mode: "keyed" })));
  inside.addPeer(peer(await writeSealedHello(pretended, guest, "{}")));
  inside.receive(guest.pid, '{"seq":1,"ct":"AAAA"}');
  inside.removePeer("no-one");
  await done;
  assert.deepEqual([reasons, received], [["lobby", "key", "key"], []]);
  inside.send(guest.pid, "hello");
});

test("a knocking guest accepts no hello from inside, and the lobby none of a room", async () => {
  const { lobby, room, host, guest } = await door();
  await assert.rejects(readSealedHello(lobby, host.pid, await writeSealedHello(room, host, "{}")), refused("mode"));
  const keyless = await makeRoomSeal("tea", 0, null);
  await assert.rejects(readSealedHello(lobby, guest.pid, await writeSealedHello(keyless, guest, "{}")), refused("mode"));
});

test("what a link holds cannot be passed off as something else", async () => {
  const secret = makeInviteSecret();
  const kinds = ["room", "room-by-hosts", "lobby"];
  for (const made of kinds) {
    const wrapped = await wrapRoomKey(secret, KEY, "tea", 3, made);
    assert.deepEqual(await unwrapRoomKey(secret, wrapped, "tea", 3, made), KEY);
    for (const said of kinds.filter((kind) => kind !== made)) {
      await assert.rejects(unwrapRoomKey(secret, wrapped, "tea", 3, said), { name: "OperationError" });
    }
  }
});

test("the published vectors of the lobby", async () => {
  const document = await readFile(new URL("../../docs/sealed-signaling.md", import.meta.url), "utf8");
  const [base, , vector] = [...document.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => JSON.parse(text));
  const { room, epoch } = base;
  const roomKey = fromBase64Url(base.room_key);
  const held = await lobbyKey(roomKey, room, epoch);
  assert.equal(toBase64Url(held), vector.lobby_key);
  const lobby = await makeLobbySeal(room, epoch, held);
  const { private_key: d, public_key: key, pid, fingerprint } = base.b;
  const publicKey = fromBase64Url(key);
  const jwk = { kty: "EC", crv: "P-256", d, x: toBase64Url(publicKey.slice(1, 33)), y: toBase64Url(publicKey.slice(33)) };
  const guest = { pid, publicKey, fingerprint, privateKey: await crypto.subtle.importKey("jwk", jwk, CURVE, false, ["deriveBits"]) };
  const tag = await crypto.subtle.sign("HMAC", lobby.secrets.mac, fixedPart(lobby, guest));
  assert.equal(toBase64Url(new Uint8Array(tag)), vector.mac_of_b);
  assert.deepEqual(await openAdmission(lobby, guest, held, JSON.stringify(vector.admission_of_b_by_a)), roomKey);
});
