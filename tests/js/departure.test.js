import assert from "node:assert/strict";
import { test } from "node:test";

import { DepartureDetector } from "../../static/js/peer/departure.js";
import { clock, PIDS } from "./peer-world.js";

const [A, B, C, D] = PIDS;

test("a peer has left 3 s after the server says so, or after 25 s without a server", async (context) => {
  const time = clock(context);
  const left = [];
  const departures = new DepartureDetector((pid) => {
    left.push([pid, time.now]);
    departures.forgetPeer(pid);
  }, () => time.now);
  for (const pid of PIDS) {
    departures.socketPresent(pid);
    departures.observeState(pid, "connected");
  }
  departures.observeState(A, "interrupted");
  await time.pass(60_000, 100);
  assert.deepEqual(left, [], "the server knows them");

  departures.socketGone(B);
  await time.pass(60_000, 100);
  assert.deepEqual(left, [], "the connection works");
  departures.observeState(B, "interrupted");
  await time.pass(3_000, 100);
  assert.deepEqual(left, [[B, 123_000]]);

  departures.setServerReachable(false);
  await time.pass(100, 100);
  assert.equal(left.at(-1)[0], A, "lost for long, and no server lists them");
  departures.observeState(C, "interrupted");
  await time.pass(20_000, 100);
  departures.observeState(C, "connected");
  departures.observeState(D, "failed");
  departures.setServerReachable(true);
  await time.pass(60_000, 100);
  assert.equal(left.length, 2, "back in time, or the server is");
  departures.socketGone(D);
  departures.socketPresent(D);
  departures.clear();
  await time.pass(60_000, 100);
  assert.equal(left.length, 2);
});

test("a connection closed by the peer means that they left, unless a server still lists them", async (context) => {
  const time = clock(context);
  const left = [];
  const departures = new DepartureDetector((pid) => {
    left.push(pid);
    departures.forgetPeer(pid);
  }, () => time.now);
  const close = (pid) => {
    departures.observeState(pid, "interrupted");
    departures.closedRemotely(pid);
  };
  for (const pid of PIDS) {
    departures.socketPresent(pid);
    departures.observeState(pid, "connected");
  }
  close(A);
  close(B);
  await time.pass(60_000, 100);
  assert.deepEqual(left, [], "the server lists them: they may have restarted");
  departures.socketGone(A);
  await time.pass(10);
  assert.deepEqual(left, [A]);

  departures.observeState(B, "connected");
  departures.observeState(B, "interrupted");
  departures.setServerReachable(false);
  close(C);
  await time.pass(10);
  assert.deepEqual(left, [A, C], "what was closed before the last connection counts no more");
  departures.clear();
});
