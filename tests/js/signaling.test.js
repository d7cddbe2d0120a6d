import assert from "node:assert/strict";
import { test } from "node:test";

import { CLOSE_CODES, closeRule, secondsAway } from "../../static/js/signaling/close-codes.js";
import { isId } from "../../static/js/lib/patterns.js";
import { readMessage } from "../../static/js/signaling/incoming.js";
import { INPUTS, nextState, STATES } from "../../static/js/signaling/lifecycle.js";
import { ReconnectPolicy } from "../../static/js/signaling/reconnect-policy.js";
import { Roster } from "../../static/js/signaling/roster.js";

const PID = "AAAAAAAAAAAAAAAAAAAAAA";
const peer = (pid, hello = "{}") => ({ pid, member: "m", role: "guest", hello });

test("every state answers every input as written here, and no other way", () => {
  const expected = {
    //            start         opened     joined  lost       refused    silent     due           online        renew         leave
    stopped:    ["connecting",  null,      null,   null,      null,      null,      null,         null,         null,         null],
    connecting: [null,          "joining", null,   "waiting", "stopped", "waiting", null,         null,         null,         "stopped"],
    joining:    [null,          null,      "open", "waiting", "stopped", "waiting", null,         null,         null,         "stopped"],
    open:       [null,          null,      null,   "waiting", "stopped", "waiting", null,         null,         "connecting", "stopped"],
    waiting:    ["connecting",  null,      null,   null,      null,      null,      "connecting", "connecting", null,         "stopped"],
  };
  assert.deepEqual(STATES, Object.keys(expected));
  assert.equal(INPUTS.length, 10);
  for (const state of STATES) {
    INPUTS.forEach((input, index) => {
      assert.equal(nextState(state, input), expected[state][index], `${state} × ${input}`);
    });
  }
});

test("from everywhere one can leave, and from everywhere one can get in", () => {
  for (const state of STATES.filter((name) => name !== "stopped")) assert.equal(nextState(state, "leave"), "stopped");
  let state = STATES[0];
  for (const input of ["start", "opened", "joined", "lost", "due", "silent", "online", "opened", "joined"]) {
    state = nextState(state, input);
  }
  assert.equal(state, "open");
});

test("waits grow to 5 s, are spread over their upper half, and start over once the connection has held", () => {
  const shortest = new ReconnectPolicy(() => 0);
  const longest = new ReconnectPolicy(() => 0.999999);
  const ceilings = [400, 800, 1600, 3200, 5000, 5000, 5000];
  for (const ceiling of ceilings) {
    assert.equal(shortest.nextDelay(), ceiling / 2);
    assert.equal(longest.nextDelay(), ceiling);
  }
  shortest.reset();
  assert.equal(shortest.nextDelay(), 200);
});

test("after a drain the first try comes within a second, and only the first", () => {
  assert.equal(new ReconnectPolicy(() => 0).nextDelay({ soon: true }), 0);
  const policy = new ReconnectPolicy(() => 0.999999);
  assert.equal(policy.nextDelay({ soon: true }), 1000);
  assert.equal(policy.nextDelay({ soon: true }), 800);
});

test("a busy server says when to come again, and no one comes earlier or all at once", () => {
  assert.equal(secondsAway({ code: 4025, reason: "7" }), 7);
  for (const reason of ["", "soon", "-3", "NaN"]) assert.equal(secondsAway({ code: 4025, reason }), 0);
  assert.equal(secondsAway({ code: 4025, reason: "999999" }), 60);
  assert.equal(secondsAway({ code: 4015, reason: "7" }), 0);
  assert.equal(new ReconnectPolicy(() => 0).nextDelay({ away: 7, longest: 4000 }), 7000);
  assert.equal(new ReconnectPolicy(() => 0.999999).nextDelay({ away: 7, soon: true }), 10_500);
});

test("every close code of the table has a name and an act, and unknown codes mean a lost connection", () => {
  for (const { reason, then } of Object.values(CLOSE_CODES)) {
    assert.match(reason, /^[a-z_]+$/);
    assert.ok(["stop", "reconnect"].includes(then));
  }
  for (const code of [1000, 1001, 1006, 1012, 4999]) assert.equal(closeRule(code).then, "reconnect");
  assert.equal(closeRule(4012).then, "reconnect");
  assert.equal(closeRule(4007).reason, "room_full");
});

test("a roster notices what it has missed", () => {
  const roster = new Roster();
  roster.replacePeers([peer("a")], 7);
  assert.ok(roster.addPeer(peer("b"), 8));
  assert.ok(roster.removePeer("a", 9));
  assert.ok(!roster.addPeer(peer("c"), 11), "10 was missed");
  assert.deepEqual(roster.peers.map(({ pid }) => pid), ["b", "c"]);
  roster.replacePeers([peer("c"), peer("d")], 11);
  assert.ok(roster.addPeer(peer("c", "fresh"), 12));
  assert.equal(roster.peers.length, 2);
});

test("messages of the protocol are read, everything else is dropped", () => {
  const room = { slug: "tea-4k2m", name: "Tea", epoch: 0, max_people: 8, key_check: null, rekey_required: false, relay_only: false, join_rule: "open", requires_host: false };
  const joined = { type: "joined", pid: PID, member: "m", role: "owner", room, peers: [peer(PID)], seq: 1, ice: [], ice_ttl: 600, now: 1 };
  const good = [
    joined,
    { type: "peer_joined", peer: peer(PID), seq: 2 },
    { type: "peer_left", pid: PID, seq: 3, final: false },
    { type: "roster", peers: [], seq: 3 },
    { type: "relay", from: PID, body: "{}" },
    { type: "pong", n: 1 },
    { type: "room", room },
    { type: "ending_soon", what: "room", left: 600 },
    { type: "ending_soon", what: "room", left: null },
    { type: "error", code: "slow_down", about: "relay" },
  ];
  for (const message of good) assert.deepEqual(readMessage(JSON.stringify(message)), message);
  const bad = [
    "", "{", "null", "[]", "1", '"joined"', "{}", '{"type":"nonsense"}', '{"type":"toString"}', '{"type":"__proto__"}',
    '{"type":["pong"],"n":1}', '{"type":"pong"}', '{"type":"pong","n":1.5}', '{"type":"peer_left","pid":"short","seq":1}',
    JSON.stringify({ ...joined, peers: {} }), JSON.stringify({ ...joined, peers: [null] }),
    JSON.stringify({ ...joined, ice: [null] }), JSON.stringify({ ...joined, room: null }),
    JSON.stringify({ type: "roster", peers: Array(65).fill(peer(PID)), seq: 1 }),
    JSON.stringify({ type: "relay", from: PID, body: { sdp: "" } }),
    '{"type":"ending_soon","what":"room","left":-1}', '{"type":"ending_soon","what":"room"}',
  ];
  for (const text of bad) assert.equal(readMessage(text), null, text);
  assert.equal(readMessage(new ArrayBuffer(8)), null);
});

test("a pid is 22 base64url characters", () => {
  assert.ok(isId(PID));
  for (const value of [`${PID}A`, PID.slice(1), `${PID.slice(1)}=`, `${PID}\n`, 22, null, undefined]) assert.ok(!isId(value));
});
