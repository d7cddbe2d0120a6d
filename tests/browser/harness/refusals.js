/** Certificates, bans, foreign versions and hostile messages: with whom a mesh does not connect. */

import { makeIdentity } from "/static/js/keys/identity.js";
import { connected, EARLIER, makePid, Relay, until } from "./meeting-place.js";

export const refusals = {
  /** Pinned certificates: an honest relay brings two together; one that names a certificate of its own never does. */
  async pinned(rounds) {
    const [mine, theirs, foreign] = await Promise.all([makeIdentity(), makeIdentity(), makeIdentity()]);
    const outcome = { honest: 0, refused: 0, connected: 0, slowest: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const relay = new Relay(5);
      const [a, b] = [relay.add(undefined, mine.certificate), relay.add(undefined, theirs.certificate)];
      const swaps = round % 3;
      if (swaps === 1) relay.change = (body) => body.replaceAll(mine.fingerprint, foreign.fingerprint);
      if (swaps === 2) relay.change = (body) => body.replaceAll(theirs.fingerprint, foreign.fingerprint);
      const began = performance.now();
      b.mesh.addPeer({ ...a.peer, fingerprint: mine.fingerprint });
      a.mesh.onJoined([{ ...b.peer, fingerprint: theirs.fingerprint }]);
      const ended = swaps === 0 ? "connected" : "refused";
      const seen = (/** @type {{events: {state?: string}[]}} */ { events }) => events.some(({ state }) => state === ended);
      await until(() => seen(a) || seen(b), `pinned, round ${round}: ${ended}`);
      if (swaps === 0) await until(() => connected(a, b) && connected(b, a), "both connected");
      outcome.slowest = Math.max(outcome.slowest, performance.now() - began);
      if (swaps === 0) outcome.honest += 1;
      else outcome.refused += 1;
      if (swaps !== 0) outcome.connected += [...a.events, ...b.events].filter(({ state }) => state === "connected").length;
      a.mesh.close();
      b.mesh.close();
    }
    return outcome;
  },

  /** A peer whose socket is gone is kept as long as the connection works; a peer who was removed is not. */
  async kick() {
    const relay = new Relay(5);
    const [a, b] = [relay.add(), relay.add()];
    b.mesh.addPeer(a.peer);
    a.mesh.onJoined([b.peer]);
    await until(() => connected(a, b) && connected(b, a), "connection");
    a.mesh.removePeer(b.pid);
    const kept = a.mesh.peers.size;
    a.mesh.removePeer(b.pid, true);
    const left = a.mesh.peers.size;
    await until(() => b.mesh.peers.size === 0, "the other side's end");

    // A banned peer is not let in again, whatever the server says.
    a.mesh.ban(b.pid);
    a.mesh.addPeer(b.peer);
    b.mesh.onJoined([{ ...a.peer, hello: EARLIER }]);
    const before = relay.carried;
    await until(() => relay.carried > before + 1, "an offer and candidates");
    const back = a.mesh.peers.size;
    for (const { mesh } of [a, b]) mesh.close();
    return { kept, left, back };
  },

  /** One side speaks another version, or begins with something else: nothing of it is taken, and it is said why. */
  async foreign(first) {
    const relay = new Relay(5);
    const [a, b] = [relay.add(), relay.add()];
    const send = RTCDataChannel.prototype.send;
    let changed = false;
    RTCDataChannel.prototype.send = function (data) {
      if (changed) return send.call(this, data);
      changed = true;
      return send.call(this, first);
    };
    b.mesh.addPeer(a.peer);
    a.mesh.onJoined([b.peer]);
    const refused = ({ events }) => events.find(({ state }) => state === "refused");
    await until(() => refused(a) || refused(b), "refused");
    RTCDataChannel.prototype.send = send;
    const { reason } = refused(a) ?? refused(b);
    for (const { mesh } of [a, b]) mesh.close();
    return reason;
  },

  /** Hostile messages harm neither an established connection nor one that is not yet there. */
  async hostile() {
    const relay = new Relay(5);
    const [a, b] = [relay.add(), relay.add()];
    const bodies = [
      "", "{", "null", "[]", "1", '"x"', "{}", '{"attempt":0}', '{"attempt":1e99}', '{"attempt":"1"}',
      JSON.stringify({ attempt: 9, description: { type: "offer", sdp: "v=0\r\n" }, offer: 1 }),
      JSON.stringify({ attempt: 9, description: { type: "rollback", sdp: "" }, offer: 1 }),
      JSON.stringify({ attempt: 9, description: { type: "offer", sdp: "m=video 9 x 0\r\n".repeat(9) }, offer: 1 }),
      JSON.stringify({ attempt: 9, description: { type: "answer", sdp: "v=0\r\n" }, offer: 1 }),
      JSON.stringify({ attempt: 9, candidates: Array(61).fill(null) }),
      JSON.stringify({ attempt: 9, candidates: [{ candidate: "x".repeat(2000), sdpMid: "0" }] }),
      JSON.stringify({ attempt: 9, candidates: [{ candidate: "candidate:1 1 udp 1 :: 9 typ host", sdpMid: "zzz" }] }),
      "x".repeat(70000),
    ];
    b.mesh.addPeer(a.peer);
    for (const body of bodies) b.mesh.receiveBody(a.pid, body);
    a.mesh.onJoined([b.peer]);
    // The false attempt 9 stays; a real tab's numbers would be ahead of any that a stranger can know.
    await until(() => b.mesh.peers.size === 1, "still there");
    const [c, d] = [relay.add(), relay.add()];
    d.mesh.addPeer(c.peer);
    c.mesh.onJoined([d.peer]);
    await until(() => connected(c, d) && connected(d, c), "connection");
    for (const body of bodies.slice(0, 10)) d.mesh.receiveBody(c.pid, body);
    for (let count = 0; count < 200; count += 1) {
      d.mesh.receiveBody(c.pid, JSON.stringify({ attempt: 1e6, to: 1e6, candidates: [null] }));
    }
    for (const stranger of Array.from({ length: 40 }, makePid)) {
      d.mesh.receiveBody(stranger, JSON.stringify({ attempt: 1, bye: true }));
      d.mesh.receiveBody(stranger, JSON.stringify({ attempt: 1, candidates: [null] }));
    }
    const unharmed = connected(c, d) && connected(d, c) && d.mesh.peers.size === 1;
    for (const { mesh } of [a, b, c, d]) mesh.close();
    return unharmed;
  },
};
