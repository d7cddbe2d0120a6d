import assert from "node:assert/strict";
import { test } from "node:test";

import { readSnapshotPiece, SnapshotReader, SnapshotSender } from "../../static/js/media/adaptation/snapshots.js";

test("a still is a small JPEG and nothing else", () => {
  const jpeg = (height, width) =>
    Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3, 0, 0]);
  const take = (payloads) => {
    const reader = new SnapshotReader();
    return payloads.map(readSnapshotPiece).map((piece) => (piece ? reader.receivePiece(piece) : null)).at(-1);
  };
  const pieces = (text, size = 5) => Array.from({ length: Math.ceil(text.length / size) }, (_, part) => ({ part, of: Math.ceil(text.length / size), jpeg: text.slice(part * size, (part + 1) * size) }));
  const fine = jpeg(108, 192).toString("base64");
  assert.equal(take(pieces(fine))?.type, "image/jpeg");
  assert.equal(take([...pieces(fine).slice(0, 3), ...pieces(fine)])?.type, "image/jpeg", "a new one takes the place of one that was broken off");
  const lies = [jpeg(60000, 192), jpeg(108, 0), Buffer.from("GIF89a......"), Buffer.from([0xff, 0xd8])];
  for (const lie of lies) assert.equal(take(pieces(lie.toString("base64"))), null);
  assert.equal(take(pieces(fine).filter(({ part }) => part !== 2)), null, "one is missing");
  assert.equal(take(pieces(fine).toReversed()), null);
  assert.equal(take(pieces("<svg onload=1>")), null);
  const single = { part: 0, of: 1, jpeg: fine };
  assert.equal(take([single])?.type, "image/jpeg");
  for (const lie of [null, 1, {}, [], { ...single, jpeg: 1 }, { ...single, jpeg: "" }, { ...single, jpeg: "a".repeat(2001) }, { ...single, of: 61 }, { ...single, of: "1" }, { ...single, part: 1 }]) {
    assert.equal(take([lie]), null, JSON.stringify(lie));
  }
});

test("a snapshot is sent in pieces, and stops when no one needs it any more", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const sender = new SnapshotSender();
  const sent = [];
  sender.sendSnapshot({ jpeg: "x".repeat(1000) }, (piece) => sent.push(piece) > 0);
  assert.deepEqual([sent.length, sender.busy], [1, true]);
  for (let tick = 0; tick < 5; tick += 1) context.mock.timers.tick(300);
  assert.deepEqual(sent.map(({ part, of, jpeg }) => [part, of, jpeg.length]), [[0, 3, 400], [1, 3, 400], [2, 3, 200]]);
  assert.equal(sender.busy, false);
  sender.sendSnapshot({ jpeg: "x".repeat(1000) }, () => false);
  assert.equal(sender.busy, false);
});
