import assert from "node:assert/strict";
import { test } from "node:test";

import { Carrier } from "../../static/js/media/encode-once/carrier.js";
import { EncodedFrames } from "../../static/js/media/encode-once/encoded-frames.js";

/** A sender that encodes a dummy at once, or when `encode` is called, and the frames it has sent. */
function sender({ quick = true, codec = "VP9" } = {}) {
  const [made, sent] = [[], []];
  let keys = 0;
  const encode = (type) => {
    const { timestamp, key } = made.shift();
    const rtpTimestamp = ((timestamp * 90) / 1_000 + 4_294_967_000) % 2 ** 32;
    const dummy = { type: type ?? (key ? "key" : "delta"), data: new ArrayBuffer(1), getMetadata: () => ({ rtpTimestamp, mimeType: `video/${codec}` }) };
    carrier.receiveDummy(dummy);
  };
  const carrier = new Carrier({
    makeDummy: (timestamp, key) => {
      made.push({ timestamp, key });
      if (quick) encode();
    },
    write: ({ type, data }) => sent.push(`${type} ${new Uint8Array(data)[0]}`),
    requestKey: () => (keys += 1),
  });
  return { carrier, made, sent, encode, keys: () => keys };
}

function frame(number, type = "delta", extra = {}) {
  return { type, codec: "VP9", data: new Uint8Array([number]).buffer, timestamp: number * 33_333, at: number * 33, ...extra };
}

test("a carrier begins with a key frame, and puts each frame into a dummy of its own", () => {
  const { carrier, sent, keys } = sender();
  carrier.restart();
  carrier.carry(frame(1));
  assert.deepEqual(sent, []);
  assert.ok(keys() > 0, "it asks for a key frame");
  for (const each of [frame(2, "key"), frame(3), frame(4)]) carrier.carry(each);
  assert.deepEqual(sent, ["key 2", "delta 3", "delta 4"]);
  assert.equal(carrier.counts.carried, 3);
});

test("frames and slow dummies are paired first in, first out", () => {
  const { carrier, sent, encode } = sender({ quick: false });
  for (const each of [frame(1, "key"), frame(2), frame(3)]) carrier.carry(each);
  encode();
  carrier.carry(frame(4));
  for (let turn = 0; turn < 3; turn += 1) encode();
  assert.deepEqual(sent, ["key 1", "delta 2", "delta 3", "delta 4"]);
});

test("a key frame that the receiver asks for is one of the shared encoder", () => {
  const { carrier, sent, encode, keys, made } = sender({ quick: false });
  carrier.carry(frame(1, "key"));
  encode();
  carrier.carry(frame(2));
  carrier.carry(frame(3));
  encode("key");
  assert.equal(keys(), 1);
  carrier.carry(frame(4));
  assert.deepEqual(sent, ["key 1"], "no frame is sent that the receiver cannot decode");
  carrier.carry(frame(5, "key"));
  assert.deepEqual(sent, ["key 1", "key 5"]);
  assert.equal(made.length, 0, "its dummy is the one that had to be a key frame");
  carrier.carry(frame(6));
  encode();
  assert.deepEqual(sent, ["key 1", "key 5", "delta 6"]);
});

test("no frame stays behind the one that comes next, though senders drop what comes at once", () => {
  const { carrier, made, sent, encode } = sender({ quick: false });
  carrier.carry(frame(1, "key"));
  encode();
  // Two at once, as after a moment in which the computer stood still: a sender with two dummies would encode the second alone.
  carrier.carry(frame(2));
  carrier.carry(frame(3, "delta", { at: 67 }));
  made.splice(0, made.length - 1);
  while (made.length > 0) encode();
  assert.deepEqual(sent, ["key 1", "delta 2", "delta 3"]);
  // One that is dropped all the same costs a moment, and no more.
  carrier.carry(frame(4));
  made.pop();
  for (let number = 5; number <= 10; number += 1) {
    carrier.carry(frame(number));
    while (made.length > 0) encode();
  }
  assert.deepEqual(sent.slice(3), [4, 5, 6, 7, 8, 9, 10].map((number) => `delta ${number}`));
  assert.equal(carrier.waitedMs(11 * 33), 0);
  assert.equal(carrier.counts.unasked, 0);
});

test("a dummy that was dropped is made again, and what waits for too long is left out", () => {
  const { carrier, made, sent, encode } = sender({ quick: false });
  carrier.carry(frame(1, "key"));
  made.pop();
  carrier.checkWaiting(33 + 200);
  assert.equal(made.length, 1);
  encode();
  assert.deepEqual(sent, ["key 1"]);
  carrier.carry(frame(2));
  carrier.checkWaiting(66 + 700);
  assert.equal(carrier.counts.lost, 1);
  carrier.carry(frame(3));
  carrier.carry(frame(4, "key"));
  encode("delta");
  assert.deepEqual(sent, ["key 1"], "not into the dummy of what was left out");
  encode();
  assert.deepEqual(sent, ["key 1", "key 4"]);
});

test("a sender that still encodes another codec gets nothing", () => {
  const { carrier, sent, keys } = sender({ codec: "VP8" });
  carrier.carry(frame(1, "key"));
  carrier.carry(frame(2, "key", { codec: "VP8" }));
  assert.deepEqual(sent, ["key 2"]);
  assert.ok(keys() > 0);
});

test("a picture that loses its time is noticed, a clock that runs a little faster is not", () => {
  const { carrier } = sender();
  carrier.carry(frame(1, "key"));
  for (let number = 2; number < 200; number += 1) carrier.carry(frame(number, "delta", { timestamp: Math.round(number * 33_333 * 1.0002) }));
  assert.equal(carrier.counts.drifted, 0);
  const slow = sender({ quick: false });
  for (let number = 1; number <= 40; number += 1) {
    slow.carrier.carry(frame(number, number === 1 ? "key" : "delta"));
    // The first times of a track are a guess of the browser.
    if (number === 1 || number === 40) slow.made[0].timestamp += 100_000;
    slow.encode();
  }
  assert.equal(slow.carrier.counts.drifted, 1);
  const moved = sender({ quick: false });
  for (let number = 1; number <= 200; number += 1) {
    moved.carrier.carry(frame(number, number === 1 ? "key" : "delta"));
    if (number > 40) moved.made[0].timestamp += 100_000;
    moved.encode();
  }
  assert.equal(moved.carrier.counts.drifted, 90, "after that it is the time of the picture");
});

test("frames of a shared encoder have times of one clock, across the end of the range of RTP times", () => {
  const asked = [];
  const frames = new EncodedFrames(() => asked.push("key"));
  const frameAt = (rtpTimestamp) => ({ type: "delta", data: new ArrayBuffer(1), getMetadata: () => ({ rtpTimestamp, mimeType: "video/AV1" }) });
  const first = frames.receive(frameAt(2 ** 32 - 1_500), 1_000);
  const second = frames.receive(frameAt(1_500), 1_040);
  assert.deepEqual([first.timestamp, second.timestamp, second.codec], [1_000_000, 1_033_333, "AV1"]);
  for (const now of [0, 100, 299, 301]) frames.requestKey(now);
  assert.equal(asked.length, 2, "not with each frame that a receiver misses");
});

test("two encoders of one camera give a picture the same time, however slow the first of them was at first", () => {
  const frameAt = (ms, offset) => ({ type: "delta", data: new ArrayBuffer(1), getMetadata: () => ({ rtpTimestamp: 90 * ms + offset, mimeType: "video/VP8" }) });
  const [slow, quick] = [new EncodedFrames(() => {}), new EncodedFrames(() => {})];
  const times = [0, 33, 66, 100].map((ms) => [slow.receive(frameAt(ms, 1_000), ms + (ms === 0 ? 280 : 9)), quick.receive(frameAt(ms, 777_000), ms + 5)]);
  assert.equal(times[0][0].timestamp, 280_000, "nothing better is known yet");
  for (const [one, other] of times.slice(1)) assert.equal(one.timestamp - other.timestamp, 4_000);
});
