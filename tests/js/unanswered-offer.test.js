/** An offer without an answer, on a connection that works: it is made again until there is one. */

import assert from "node:assert/strict";
import test from "node:test";

import { deliver, makeOffer, settle, twoEnds } from "./fake-negotiation.js";

const AUDIO = "m=audio\r\n";
const BOTH = "m=audio\r\nm=video\r\n";

/** A first offer waits a moment for candidates. @param {import("node:test").TestContext} context @param {any} end */
async function offerFirst(context, end) {
  makeOffer(end, AUDIO);
  await settle();
  context.mock.timers.tick(1_000);
  await settle();
  assert.equal(end.sent.length, 1);
}

/** Two ends that have agreed on audio. @param {import("node:test").TestContext} context */
async function agreed(context) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const ends = twoEnds();
  const [left, right] = ends;
  right.connection.next = AUDIO;
  await offerFirst(context, left);
  await deliver(ends);
  assert.equal(left.connection.signalingState, "stable");
  return ends;
}

test("an offer that was lost is made again, later each time", async (context) => {
  const [left] = await agreed(context);
  makeOffer(left, BOTH);
  await settle();
  const lost = left.sent.splice(0);
  context.mock.timers.tick(5_000);
  lost.push(...left.sent.splice(0));
  context.mock.timers.tick(9_999);
  assert.deepEqual(left.sent, []);
  context.mock.timers.tick(1);
  lost.push(...left.sent.splice(0));
  assert.deepEqual(lost.map(({ offer, description }) => [offer, description.sdp]), [[2, BOTH], [3, BOTH], [4, BOTH]]);
});

test("what the other side failed to take is answered the next time", async (context) => {
  const ends = await agreed(context);
  const [left, right] = ends;
  const { setRemoteDescription } = right.connection;
  right.connection.setRemoteDescription = async () => { throw new DOMException("busy", "OperationError"); };
  right.connection.next = BOTH;
  makeOffer(left, BOTH);
  await settle();
  await deliver(ends);
  assert.equal(left.connection.signalingState, "have-local-offer");
  right.connection.setRemoteDescription = setRemoteDescription;
  context.mock.timers.tick(5_000);
  await deliver(ends);
  assert.deepEqual(ends.map(({ connection }) => connection.signalingState), ["stable", "stable"]);
  context.mock.timers.tick(60_000);
  assert.deepEqual([...left.sent, ...right.sent], []);
});

test("what the other side ignored for an offer that it then did not make is answered the next time", async (context) => {
  const ends = await agreed(context);
  const [left, right] = ends;
  const { createOffer } = left.connection;
  let fail = () => {};
  left.connection.createOffer = () => new Promise((_, reject) => (fail = reject));
  makeOffer(left, AUDIO);
  left.connection.next = BOTH;
  makeOffer(right, BOTH);
  await settle();
  await deliver(ends);
  fail();
  await settle();
  left.connection.createOffer = createOffer;
  assert.deepEqual(ends.map(({ connection }) => connection.signalingState), ["stable", "have-local-offer"]);
  context.mock.timers.tick(5_000);
  await deliver(ends);
  assert.deepEqual(ends.map(({ connection }) => connection.signalingState), ["stable", "stable"]);
});

test("a first offer is left to the watchdog", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const [left] = twoEnds();
  await offerFirst(context, left);
  context.mock.timers.tick(60_000);
  assert.equal(left.sent.length, 1);
});

test("a connection that was closed offers nothing", async (context) => {
  const [left] = await agreed(context);
  makeOffer(left, BOTH);
  await settle();
  left.negotiation.stop();
  context.mock.timers.tick(60_000);
  assert.equal(left.sent.length, 1);
});
