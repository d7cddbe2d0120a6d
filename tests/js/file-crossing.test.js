// Messages of both sides cross, get lost with a connection, or arrive twice: in the end both sides know the same.

import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { test } from "node:test";

import { Clock, MemoryFile, World, randomFrom } from "./file-world.js";

const SEEDS = Number(process.env.SEEDS ?? 200);
const FIRST = Number(process.env.SEED ?? 1);
/** What the other side says of the same transfer. */
const MIRROR = {
  "paused-here": "paused-there", "paused-there": "paused-here", "cancelled-here": "cancelled-there", "cancelled-there": "cancelled-here",
};
setMaxListeners(0);

/** What a person, or the network, may do; only what is possible at the time. */
const ACTS = {
  offer: async ({ olga, guest, random }) => {
    if (!olga.exchange || olga.transfers.length > 2 || !olga.mesh.peers.has(guest.pid)) return;
    const chosen = Array.from({ length: 1 + random(3) }, (_, at) => {
      const size = [0, 17, 17, 90_000, 90_000, 1_000_003][random(6)];
      return { file: Object.assign(new MemoryFile(`${at}.bin`, size, at), { broken: random(8) === 0 && size > 0 }), path: [] };
    });
    await olga.exchange.offerFiles(guest.pid, await readable(chosen));
  },
  accept: ({ guest, random }) => act(guest, random, (transfer) => void guest.exchange.acceptTransfer(transfer, { kind: "store" })),
  decline: ({ guest, random }) => random(6) === 0 && act(guest, random, (transfer) => guest.exchange.applyAction(transfer, "decline")),
  pause: (world) => either(world, (tab, transfer) => tab.exchange.applyAction(transfer, "pause")),
  resume: (world) => either(world, (tab, transfer) => tab.exchange.applyAction(transfer, "resume")),
  cancel: (world) => world.random(6) === 0 && either(world, (tab, transfer) => tab.exchange.applyAction(transfer, "cancel")),
  remove: (world) => world.random(6) === 0 && either(world, (tab, transfer) => void tab.exchange.removeTransfer(transfer)),
  lanes: ({ lanes }) => [...lanes].forEach((lane) => lane.fail()),
  cut: (world) => (world.up ? world.cut() : world.connect()),
  "give up": (world) => {
    if (world.up) return;
    for (const who of ["olga", "guest"]) if (world.random(2) === 0) world.giveUp(world[who]);
  },
  "reload guest": (world) => world.random(3) === 0 && world.reload("guest", late(world)),
  "reload olga": (world) => world.random(4) === 0 && world.reload("olga", late(world)),
};

/** The code for files comes with the page, or after the first picture. */
function late({ random }) {
  return random(2) === 0 ? 0 : random(1_500);
}

function act(tab, random, run) {
  const { transfers } = tab;
  if (transfers.length > 0) run(transfers[random(transfers.length)]);
}

function either(world, run) {
  const tab = world.random(2) === 0 ? world.olga : world.guest;
  act(tab, world.random, (transfer) => run(tab, transfer));
}

/** Files that can be offered; those that break do so later. */
async function readable(chosen) {
  const broken = chosen.filter(({ file }) => file.broken);
  for (const { file } of broken) file.broken = false;
  setTimeout(() => broken.forEach(({ file }) => (file.broken = true)), 1);
  return chosen;
}

/** One random story; returns what was done and what both know at the end. */
async function live(context, seed, trace) {
  const clock = new Clock(context);
  const random = randomFrom(seed);
  const world = new World(clock, random);
  world.trace = trace;
  const done = [];
  await clock.run(random(100));
  for (let step = 0; step < 24; step += 1) {
    const name = step === 0 ? "offer" : Object.keys(ACTS)[random(Object.keys(ACTS).length)];
    trace?.(`── ${Math.round(clock.now)} ${name}`);
    const pending = ACTS[name](world);
    await clock.settle();
    await pending;
    await clock.run([0, 5, 20, 60, 60, 400, 3_000][random(7)]);
  }
  trace?.(`── ${Math.round(clock.now)} the end`);
  if (!world.up) world.connect();
  await clock.run(90_000);
  const { olga, guest } = world;
  return { world, olga, guest, done };
}

function agree({ olga, guest }) {
  const [sent, received] = [olga.exchange.transfers, guest.exchange.transfers];
  for (const [id, mine] of sent) {
    const theirs = received.get(id);
    if (!theirs) {
      assert.ok(mine.isOver, `the receiver has no transfer that the sender calls ${mine.state}`);
      continue;
    }
    assert.equal(mine.state, MIRROR[theirs.state] ?? theirs.state, "states");
    assert.notEqual(mine.state, "running", "with a connection, files arrive");
    if (!mine.isOver) assert.deepEqual([mine.away, theirs.away], [false, false], "both are here");
    for (const [at, entry] of mine.entries.entries()) {
      const settled = (status) => (status === "done" || status === "failed" ? status : "open");
      if (mine.state !== "offered") assert.equal(settled(entry.status), settled(theirs.entries[at].status), `file ${at}`);
    }
  }
  for (const [id, theirs] of received) {
    if (sent.has(id) || theirs.isOver) continue;
    // The sender's tab has lost it: what was accepted is asked for, what was not cannot be accepted.
    const isKnown = theirs.isRunning ? theirs.lost && olga.wanted.some(({ transfer, count }) => transfer === id && count > 0) : theirs.away;
    assert.ok(isKnown, `the sender has no transfer that the receiver calls ${theirs.state}`);
  }
}

test(`${SEEDS} stories: both sides end in the same state`, async (context) => {
  const failures = [];
  const ends = new Map();
  for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
    const trace = seed === Number(process.env.TRACE) ? console.log : null;
    const story = await live(context, seed, trace);
    try {
      agree(story);
    } catch (error) {
      if (trace) for (const tab of [story.olga, story.guest]) for (const { id, state, entries } of tab.transfers) trace(tab.pid, id, state, entries.map(({ head, status, moved, reason }) => [head.id, head.size, status, moved(), reason]));
      failures.push(`${seed}: ${error.message.split("\n").slice(0, 1)} ${error.expected} ${error.actual}`);
    }
    for (const { state, direction, away } of [...story.olga.transfers, ...story.guest.transfers]) {
      const key = `${direction} ${state}${away ? " away" : ""}`;
      ends.set(key, (ends.get(key) ?? 0) + 1);
    }
    story.world.close();
    context.mock.restoreAll();
  }
  assert.deepEqual(failures.slice(0, 40), [], `${failures.length} of ${SEEDS}`);
});
