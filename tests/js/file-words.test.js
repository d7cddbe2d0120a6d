// What the sender and the receiver read about the same transfer, at every moment of it: both are true.

import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Progress } from "../../static/js/ui/files/progress.js";
import { statusOf } from "../../static/js/ui/files/transfer-status.js";
import { Clock, MemoryFile, World, randomFrom } from "./file-world.js";

setMaxListeners(0);
const TEMPLATE = readFileSync(new URL("../../templates/rooms/call/strings_files.html", import.meta.url), "utf8");
const TEXTS = new Map([...TEMPLATE.matchAll(/data-key="([^"]+)">\{% translate "([^"]+)" %\}/g)].map(([, key, words]) => [key, words]));
const STORE = { kind: "store" };

function say([key, values = {}]) {
  assert.ok(TEXTS.has(key), key);
  return TEXTS.get(key).replace(/\{([a-z]+)\}/g, (_, name) => values[name]);
}

/** Two people on a slow line, one of whom sends a file of 12 MB, or of the sizes given; `read` says what both read of the last transfer. */
async function begin(context, ...sizes) {
  const clock = new Clock(context);
  const world = new World(clock, randomFrom(7));
  world.bytesPerMs = 100;
  context.after(() => world.close());
  await clock.run(100);
  const files = (sizes.length > 0 ? sizes : [12_000_000]).map((size, at) => new MemoryFile(`${at}.bin`, size, at));
  const sent = await world.olga.exchange.offerFiles(world.guest.pid, files.map((file) => ({ file, path: [] })));
  await clock.run(100);
  const progresses = new WeakMap();
  const progressOf = (transfer) => progresses.get(transfer) ?? progresses.set(transfer, new Progress()).get(transfer);
  const received = () => world.guest.transfers.at(-1);
  const pass = async (seconds) => {
    for (let second = 0; second < seconds; second += 1) {
      await clock.run(1_000);
      for (const transfer of [sent, received()].filter(Boolean)) {
        if (transfer.state === "running" && !transfer.away) progressOf(transfer).measure(transfer.fresh, clock.now);
        else progressOf(transfer).reset();
      }
    }
  };
  const line = (transfer) => statusOf(transfer, { progress: progressOf(transfer), isConnected: world.up, saving: null, place: "" }).map(say).join(" · ");
  const read = () => [line(sent), received() ? line(received()) : ""].map((words) => words.replace(/\u00a0|\u202f/g, " "));
  const { olga, guest } = world;
  const accept = () => world.guest.exchange.acceptTransfer(received(), STORE);
  return { clock, world, olga, guest, files, sent, received, pass, read, accept };
}

/** Each moment: how many seconds into the transfer, what happens, and what the sender and the receiver read a second later. */
const MOMENTS = [
  ["offered", () => {}, "12 MB · waiting for them to accept", "12 MB · waiting for you"],
  ["declined", ({ guest, received }) => guest.exchange.applyAction(received(), "decline"), "Declined by the other person", "Declined by you"],
  ["taken back", ({ olga, sent }) => olga.exchange.applyAction(sent, "cancel"), "Cancelled by you", "Cancelled by the other person"],
  ["the sender is gone before the answer", ({ world }) => world.reload("olga"), null, "12 MB · the sender has left or reloaded the page"],
  ["the receiver is gone before the answer", ({ world, olga }) => [world.cut(), world.giveUp(olga)], "12 MB · they get this offer when they're back", null],
  ["running", async ({ accept, pass }) => [await accept(), await pass(7)], /^\d+(\.\d)? MB of 12 MB · \d+ kB\/s · \d+ sec left$/, "same"],
  ["paused by the receiver", async ({ accept, pass, guest, received }) => {
    await accept();
    await pass(4);
    guest.exchange.applyAction(received(), "pause");
    await pass(30);
  }, /^\d+(\.\d)? MB of 12 MB · paused by the other person$/, /^\d+(\.\d)? MB of 12 MB · paused by you$/],
  ["paused by both", async ({ accept, pass, guest, olga, sent, received }) => {
    await accept();
    await pass(4);
    guest.exchange.applyAction(received(), "pause");
    olga.exchange.applyAction(sent, "pause");
  }, /^\d+(\.\d)? MB of 12 MB · paused by both of you$/, "same"],
  ["stalled: the connection is there, and nothing comes", async ({ accept, pass, world, clock }) => {
    await accept();
    await pass(8);
    world.bytesPerMs = 1e-9;
    for (const lane of [...world.lanes]) lane.fail();
    await clock.run(1);
    await pass(20);
  }, /^\d+(\.\d)? MB of 12 MB · stalled for \d+ sec$/, "same"],
  ["the connection is interrupted", async ({ accept, pass, world }) => [await accept(), await pass(8), world.cut(), await pass(6)],
    /^\d+(\.\d)? MB of 12 MB · waiting to reconnect$/, "same"],
  ["both gave up the connection", async ({ accept, pass, world, olga, guest }) => [await accept(), await pass(8), world.cut(), world.giveUp(olga), world.giveUp(guest)],
    /^\d+(\.\d)? MB of 12 MB · waiting to reconnect$/, "same"],
  ["the receiver reloaded and is asked again", async ({ accept, pass, world }) => [await accept(), await pass(8), world.reload("guest"), await pass(2)],
    "12 MB · they have to accept it again", "12 MB · waiting for you"],
  ["and accepted again", async ({ accept, pass, world }) => [await accept(), await pass(8), world.reload("guest"), await pass(2), await accept(), await pass(5)],
    /^\d+(\.\d)? MB of 12 MB · \d+ kB\/s · \d+ sec left$/, "same"],
  ["the sender reloaded", async ({ accept, pass, world }) => [await accept(), await pass(8), world.reload("olga"), await pass(2)],
    null, /^\d+(\.\d)? MB of 12 MB · the sender has to choose the file again$/],
  ["arrived", async ({ accept, pass }) => [await accept(), await pass(60)], "Sent, 12 MB · not saved there yet", "Received, 12 MB · not saved yet"],
  ["saved", async ({ accept, pass, received }) => [await accept(), await pass(60), received().setSaved("yes")], "Sent, 12 MB · saved there", "Saved, 12 MB"],
  ["removed without saving", async ({ accept, pass, guest, received }) => [await accept(), await pass(60), await guest.exchange.removeTransfer(received())],
    "Sent, 12 MB · removed there without saving", ""],
  ["arrived, and the receiver is gone", async ({ accept, pass, world, olga }) => [await accept(), await pass(60), world.cut(), world.giveUp(olga)], "Sent, 12 MB", null],
  ["cancelled by the receiver in the middle", async ({ accept, pass, guest, received }) => [await accept(), await pass(5), guest.exchange.applyAction(received(), "cancel")],
    "Cancelled by the other person", "Cancelled by you"],
];

for (const [moment, act, senders, receivers] of MOMENTS) {
  test(moment, async (context) => {
    const call = await begin(context);
    await act(call);
    await call.pass(1);
    const [mine, theirs] = call.read();
    check(mine, senders);
    if (receivers === "same") check(theirs, senders);
    else check(theirs, receivers);
    if (receivers !== "same" || !/MB of/.test(mine)) return;
    const [sent, received] = [mine, theirs].map((words) => parseFloat(words));
    assert.ok(Math.abs(sent - received) < 1, `both count what has arrived: ${mine}, ${theirs}`);
  });
}

function check(words, expected) {
  if (expected === null) return;
  if (typeof expected === "string") assert.equal(words, expected);
  else assert.match(words, expected);
}

test("one of several files fails: the others arrive, both name it, and it can be sent again", async (context) => {
  const { olga, guest, files, sent, received, pass, read, accept } = await begin(context, 1_000_000, 12_000_000, 2_000_000);
  await accept();
  files[1].broken = true;
  await pass(1);
  assert.match(read()[0], / of 15 MB · 1 failed/);
  await pass(15);
  assert.deepEqual(read(), ["2 of 3 files complete, 1 failed · not saved there yet", "2 of 3 files complete, 1 failed · not saved yet"]);
  for (const { failures } of [sent, received()]) assert.deepEqual(failures.map(({ head, reason }) => [head.name, reason]), [["1.bin", "changed"]]);
  files[1].broken = false;
  const chosen = await olga.exchange.failedFiles(sent);
  assert.deepEqual(chosen.map(({ file }) => file), [files[1]]);
  await olga.exchange.offerFiles(olga.exchange.pidOf(sent), chosen);
  await pass(1);
  await guest.exchange.acceptTransfer(received(), STORE);
  await pass(60);
  assert.equal(received().state, "done");
  assert.deepEqual(new Uint8Array(await received().entries[0].result.arrayBuffer()), files[1].bytes);
});

test("a slow line moves in small steps, and both count them", async (context) => {
  const { world, pass, read, accept } = await begin(context, 900_000);
  world.bytesPerMs = 20;
  await accept();
  await pass(10);
  const [mine, theirs] = read();
  // The whole file is one piece, which is confirmed only at its end.
  assert.match(mine, /^\d\d\d kB of 900 kB · \d+(\.\d)? kB\/s · \d+ sec left$/);
  assert.ok(Math.abs(parseFloat(mine) - parseFloat(theirs)) <= 30, `${mine}; ${theirs}`);
});

test("what a peer reports is bounded: no more than there is, and nothing about what is not theirs", async (context) => {
  const { world, olga, guest, sent, pass, read, accept } = await begin(context);
  const forge = (name, payload) => guest.send(olga.pid, name, payload);
  forge("file-saved", { transfer: sent.id, saved: "yes" });
  forge("file-got", { transfer: sent.id, bytes: 12_000_000 });
  await pass(1);
  assert.equal(read()[0], "12 MB · waiting for them to accept");
  await accept();
  await pass(3);
  forge("file-got", { transfer: sent.id, bytes: 2 ** 50 });
  await world.clock.run(100);
  assert.equal(sent.moved, sent.bytes);
  await pass(2);
  assert.ok(sent.moved < sent.bytes, "the next report is about what is there");
});

test("speed and time left are those of the last seconds", () => {
  const progress = new Progress();
  const run = (seconds, rate, from) => {
    for (let second = 1; second <= seconds; second += 1) progress.measure(from.moved += rate, from.at += 1_000);
  };
  const at = { at: 0, moved: 0 };
  progress.measure(0, 0);
  assert.deepEqual([progress.rate, progress.stalledMs], [0, 0], "one look says nothing");
  run(60, 8_000_000, at);
  assert.equal(progress.rate, 8_000_000);
  run(11, 1_000_000, at);
  assert.equal(progress.rate, 1_000_000, "what was a minute ago is forgotten");
  run(4, 0, at);
  assert.equal(progress.stalledMs, 0);
  run(3, 0, at);
  assert.equal(progress.stalledMs, 7_000);
  run(1, 500, at);
  assert.equal(progress.stalledMs, 0);
  progress.measure(at.moved - 1_000_000, at.at + 1_000);
  assert.equal(progress.rate, 0, "it went back: a new beginning");
});
