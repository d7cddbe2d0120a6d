/** Descriptions cross, get lost or come from earlier tabs: in the end there is one connection for each pair. */

import { makeIdentity } from "/static/js/keys/identity.js";
import { connected, connections, EARLIER, Relay, until } from "./meeting-place.js";
import { localUfrag } from "./media-probes.js";

export const negotiations = {
  /** Both offer at the same moment, again and again, with nothing but receivers. */
  async glare(rounds) {
    const results = { rounds: 0, transceivers: new Set(), slowest: 0, messages: 0 };
    const certificate = (await makeIdentity()).certificate;
    for (let round = 0; round < rounds; round += 1) {
      const relay = new Relay(20);
      const [a, b] = [relay.add(undefined, certificate), relay.add(undefined, certificate)];
      const began = performance.now();
      a.mesh.onJoined([{ ...b.peer, hello: EARLIER }]);
      if (round % 3 === 1) await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
      b.mesh.onJoined([{ ...a.peer, hello: EARLIER }]);
      await until(() => connected(a, b) && connected(b, a), `glare, round ${round}`);
      results.rounds += 1;
      results.slowest = Math.max(results.slowest, performance.now() - began);
      results.messages += relay.carried;
      const open = connections.splice(0).filter(({ signalingState }) => signalingState !== "closed");
      for (const connection of open) {
        const pair = connection.getTransceivers().map(({ receiver, currentDirection }) => `${receiver.track.kind} ${currentDirection}`);
        results.transceivers.add(pair.join(", "));
      }
      a.mesh.close();
      b.mesh.close();
    }
    return { ...results, transceivers: [...results.transceivers] };
  },

  /**
   * Both restart ICE at the same moment, again and again, on one connection. With `late`, everything that is
   * said comes again after these milliseconds, as if it had come by other ways, too.
   */
  async restartGlare(rounds, late = []) {
    const send = RTCDataChannel.prototype.send;
    RTCDataChannel.prototype.send = function (data) {
      send.call(this, data);
      const again = () => this.readyState === "open" && send.call(this, data);
      if (data.startsWith('{"signal"')) for (const wait of late) setTimeout(again, wait);
    };
    const relay = new Relay(20);
    const [a, b] = [relay.add(), relay.add()];
    a.mesh.onJoined([b.peer]);
    b.mesh.addPeer(a.peer);
    await until(() => connected(a, b) && connected(b, a), "connection");
    const [ab, ba] = [a.mesh.peers.get(b.pid), b.mesh.peers.get(a.pid)];
    const pairs = new Set();
    for (let round = 0; round < rounds; round += 1) {
      await until(() => connections.every(({ signalingState }) => /stable|closed/.test(signalingState)), "nothing under way");
      const before = await localUfrag(ab);
      ab.restartIce();
      ba.restartIce();
      await until(async () => (await localUfrag(ab)) !== before && connected(a, b) && connected(b, a), `restart ${round}`);
      pairs.add(await localUfrag(ab));
    }
    // Once the last word has been repeated, both still speak of the same way.
    RTCDataChannel.prototype.send = send;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, ...late) + 100));
    await until(() => connections.every(({ signalingState }) => /stable|closed/.test(signalingState)), "nothing under way");
    const [left, right] = connections.filter(({ signalingState }) => signalingState === "stable");
    const agreed = [[left, right], [right, left]].every(([one, other]) =>
      ufragOf(one.localDescription) === ufragOf(other.remoteDescription));
    const removed = [...a.events, ...b.events].filter(({ type, state }) => type === "peer-removed" || state === "interrupted").length;
    a.mesh.close();
    b.mesh.close();
    return { ways: pairs.size, removed, agreed };
  },

  /** `a` was here first, and `b` came then: which of them made the first offer, and how many were made. */
  async firstOffer(kind, ids) {
    const relay = new Relay(5);
    const [a, b] = ids.map((id) => relay.add(id));
    const offers = [];
    relay.lose = (from, _to, { description }) => {
      if (description?.type === "offer") offers.push(from === a.pid ? "first" : "newcomer");
      return false;
    };
    const ways = {
      both() {
        a.mesh.addPeer(b.peer);
        b.mesh.onJoined([a.peer]);
      },
      earlier() {
        a.mesh.addPeer({ ...b.peer, hello: EARLIER });
        b.mesh.onJoined([{ ...a.peer, hello: EARLIER }]);
      },
      // The news of b was lost, and a hears of b by a roster.
      missed() {
        a.mesh.onJoined([]);
        b.mesh.onJoined([a.peer]);
        a.mesh.syncPeers([b.peer]);
      },
      // a came back without having heard of b, and so is the newcomer now.
      back() {
        b.mesh.onJoined([a.peer]);
        a.mesh.onJoined([b.peer]);
        b.mesh.addPeer(a.peer);
      },
      // Neither knows who came first.
      unknown() {
        a.mesh.syncPeers([b.peer]);
        b.mesh.syncPeers([a.peer]);
      },
    };
    ways[kind]();
    await until(() => connected(a, b) && connected(b, a), `connection: ${kind}`);
    for (const { mesh } of [a, b]) mesh.close();
    return offers;
  },

  /** Several people join within a moment; those who are there offer to each new one. */
  async crowd(count, within) {
    const relay = new Relay(20);
    const present = [];
    const everyone = Array.from({ length: count }, () => relay.add());
    await Promise.all(everyone.map(async (person) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * within));
      const before = present.map(({ peer }) => peer);
      for (const other of present) other.mesh.addPeer(person.peer);
      present.push(person);
      person.mesh.onJoined(before);
    }));
    const pairs = everyone.flatMap((one) => everyone.filter((other) => other !== one).map((other) => [one, other]));
    await until(() => pairs.every(([one, other]) => connected(one, other)), "everyone with everyone");
    const added = everyone.map(({ events }) => events.filter(({ type }) => type === "peer-added").length);
    const times = everyone.map(({ events }) => events.filter(({ type, state }) => type === "peer-state" && state === "connected").length);
    for (const { mesh } of everyone) mesh.close();
    return { connections: pairs.length / 2, added, times };
  },

  /** What is said first gets lost: offers, answers or candidates, as if a socket had died with them. */
  async losing(kind) {
    const relay = new Relay(10);
    const [a, b] = [relay.add(), relay.add()];
    let lost = 0;
    relay.lose = (_from, _to, { description, candidates }) => {
      const hit = description?.type === kind || (kind === "candidates" && candidates !== undefined);
      lost += hit ? 1 : 0;
      return hit;
    };
    b.mesh.addPeer(a.peer);
    a.mesh.onJoined([b.peer]);
    await until(() => lost > (kind === "candidates" ? 1 : 0), `a lost ${kind}`);
    const silent = !connected(a, b);
    relay.lose = () => false;
    // Signaling returns: the one who was cut off is back in, the others see a refreshed peer.
    b.mesh.addPeer(a.peer);
    a.mesh.onJoined([b.peer]);
    await until(() => connected(a, b) && connected(b, a), `connection after the loss of ${kind}`);
    a.mesh.close();
    b.mesh.close();
    return { lost, silent };
  },

  /** One leaves and comes back with the same pid, and the other one is never notified. */
  async comeBack() {
    const relay = new Relay(10);
    const [a, b] = [relay.add(), relay.add()];
    b.mesh.addPeer(a.peer);
    a.mesh.onJoined([b.peer]);
    await until(() => connected(a, b) && connected(b, a), "first connection");
    const stream = b.mesh.peers.get(a.pid).remoteStream;
    // a's mesh is dropped without goodbye reaching b, and a new one of the same pid comes in.
    const later = relay.add(a.pid);
    later.mesh.onJoined([{ ...b.peer, hello: EARLIER }]);
    b.mesh.addPeer(a.peer);
    await until(() => connected(later, b) && connected(b, later), "second connection");
    await until(() => b.events.filter(({ type }) => type === "peer-media").length === 2, "control channel of the second");
    const same = b.mesh.peers.get(a.pid).remoteStream === stream && stream.getTracks().length === 2;
    for (const { mesh } of [later, b]) mesh.close();
    return { same, added: b.events.filter(({ type }) => type === "peer-added").length };
  },
};

const ufragOf = ({ sdp }) => sdp.match(/^a=ice-ufrag:(.*)$/m)[1];
