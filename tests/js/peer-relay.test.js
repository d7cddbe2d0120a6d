import assert from "node:assert/strict";
import { test } from "node:test";

import { BODIES_PER_MINUTE, MAX_BODY_CHARACTERS, readForwarded, PeerRelay } from "../../static/js/peer/peer-relay.js";
import { FakeMesh, PIDS } from "./peer-world.js";

const [A, B, C, D] = PIDS;

test("a third peer forwards to connected peers, and delivers what names its sender", () => {
  const mesh = new FakeMesh(A, B);
  const peerRelay = new PeerRelay(mesh, new AbortController().signal);
  const came = [];
  peerRelay.on("relay", (detail) => came.push(detail));
  mesh.receive(A, "relay", { to: B, body: "sealed" });
  assert.deepEqual(mesh.sent, [[B, "relay", { from: A, body: "sealed" }]]);
  for (const to of [C, A]) mesh.receive(A, "relay", { to, body: "sealed" });
  mesh.peers.get(B).state = "interrupted";
  mesh.receive(A, "relay", { to: B, body: "sealed" });
  mesh.receive(A, "other", { to: B, body: "sealed" });
  assert.equal(mesh.sent.length, 1, "to no one else");

  mesh.receive(A, "relay", { from: C, body: "sealed" });
  mesh.receive(A, "relay", { from: A, body: "sealed" });
  assert.deepEqual(came, [{ from: C, body: "sealed" }]);
});

test("a third peer forwards a limited number of bodies a minute", () => {
  const mesh = new FakeMesh(A, B);
  new PeerRelay(mesh, new AbortController().signal);
  for (let count = 0; count < 3 * BODIES_PER_MINUTE; count += 1) mesh.receive(A, "relay", { to: B, body: "x" });
  assert.equal(mesh.sent.length, BODIES_PER_MINUTE);
});

test("forwarded messages out of bounds are dropped", () => {
  assert.deepEqual(readForwarded({ to: A, body: "x", more: 1 }), { to: A, body: "x" });
  const bad = [
    undefined, null, 7, "x", [], {}, { to: A }, { body: "x" }, { to: "short", body: "x" }, { to: 7, body: "x" },
    { from: `${A}!`, body: "x" }, { to: A, from: B, body: "x" }, { to: A, body: {} }, { to: A, body: "x".repeat(MAX_BODY_CHARACTERS + 1) },
  ];
  for (const payload of bad) assert.equal(readForwarded(payload), null, JSON.stringify(payload)?.slice(0, 60));
});

test("two peers are asked to forward, in rotation, and never the addressee", () => {
  const mesh = new FakeMesh(A, B, C, D);
  const peerRelay = new PeerRelay(mesh, new AbortController().signal);
  for (let count = 0; count < 3; count += 1) assert.ok(peerRelay.send(A, "x"));
  assert.equal(mesh.sent.length, 6);
  assert.deepEqual(new Set(mesh.sent.map(([pid]) => pid)), new Set([B, C, D]));
  assert.ok(!new PeerRelay(new FakeMesh(A), new AbortController().signal).send(A, "x"), "no one else is there");
});
