/** When a side that adopts the sections of a screen may send: Firefox mixes up packets that come before it has set the answer. */

import assert from "node:assert/strict";
import test from "node:test";

import { TransceiverPair } from "../../static/js/peer/transceiver-pair.js";
import { deliver, makeOffer, settle, twoEnds } from "./fake-negotiation.js";

globalThis.MediaStream ??= /** @type {any} */ (class {});

/** Two pairs, as a remote offer made them; each sender counts what it was given. */
function fakeConnection() {
  const transceivers = ["audio", "video", "audio", "video"].map((kind) => ({
    receiver: { track: { kind } }, direction: "recvonly", given: /** @type {any[]} */ ([]),
    sender: { replaceTrack: async (track) => void transceivers.at(-1).given.push(track) },
  }));
  return { getTransceivers: () => transceivers, screenVideo: transceivers[3] };
}

const track = { kind: "video" };

test("a pair that is held sends once the other side is ready, with what is shared by then", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const connection = fakeConnection();
  const pair = new TransceiverPair({ audio: null, video: { kind: "video" } }, 1);
  pair.adopt(connection, { hold: true });
  pair.setTracks({ audio: null, video: track });
  assert.deepEqual(connection.screenVideo.given, []);
  pair.release();
  assert.deepEqual(connection.screenVideo.given, [track]);
  // The sections are there already: a later offer holds nothing back.
  pair.adopt(connection, { hold: true });
  pair.setTracks({ audio: null, video: null });
  assert.deepEqual(connection.screenVideo.given, [track, null]);
});

test("a pair is held for three seconds at most, and only if it is asked for", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const [held, free] = [fakeConnection(), fakeConnection()];
  new TransceiverPair({ audio: null, video: track }, 1).adopt(free);
  assert.deepEqual(free.screenVideo.given, [track]);
  new TransceiverPair({ audio: null, video: track }, 1).adopt(held, { hold: true });
  context.mock.timers.tick(2_999);
  assert.deepEqual(held.screenVideo.given, []);
  context.mock.timers.tick(1);
  assert.deepEqual(held.screenVideo.given, [track]);
});

test("the side that adds sections says when the answer is set, and the other side hears it", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const heard = [];
  const ends = twoEnds((name) => heard.push(name));
  const [left, right] = ends;
  const said = [];
  for (const sdp of ["m=audio\r\n", "m=audio\r\n", "m=audio\r\nm=video\r\n"]) {
    right.connection.next = sdp;
    makeOffer(left, sdp);
    await settle();
    context.mock.timers.tick(1_000); // a first offer waits a moment for candidates
    await settle();
    await deliver(ends, (message) => message.applied !== undefined && said.push([sdp.match(/m=/g).length, message]));
  }
  assert.deepEqual(said, [[2, { attempt: 1, to: 2, applied: 3 }]]);
  assert.deepEqual(heard, ["right"]);
  // Of an offer that is not the newest, it says nothing.
  await right.negotiation.receive({ attempt: 1, to: 2, applied: 2 });
  assert.deepEqual(heard, ["right"]);
  for (const { negotiation } of ends) negotiation.stop();
});
