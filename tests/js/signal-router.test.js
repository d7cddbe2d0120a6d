import assert from "node:assert/strict";
import { test } from "node:test";

import { SignalRouter } from "../../static/js/signaling/signal-router.js";
import { PIDS } from "./peer-world.js";

const [A] = PIDS;

test("a body goes through the socket, without it through a third peer, and through both to a lost peer", () => {
  const sent = [];
  const state = { knows: true, relays: true, lost: false };
  const router = new SignalRouter({
    socket: { hasPeer: () => state.knows, relay: () => state.relays && Boolean(sent.push("socket")) },
    peerRelay: { send: () => Boolean(sent.push("third")) },
    isLost: () => state.lost,
  });
  const send = (change) => {
    sent.length = 0;
    Object.assign(state, { knows: true, relays: true, lost: false }, change);
    router.send(A, "x");
    return sent.join("+");
  };
  assert.equal(send({}), "socket");
  assert.equal(send({ relays: false }), "third");
  assert.equal(send({ knows: false }), "third");
  assert.equal(send({ lost: true }), "socket+third");
});
