/** A world in one page: people with a mesh each, and a relay between them that takes a random time. For tests only. */

import { toBase64Url } from "/static/js/lib/encoding.js";
import { makeIdentity } from "/static/js/keys/identity.js";
import { LocalMedia } from "/static/js/media/devices/local-media.js";
import { mungeSdp } from "/static/js/media/adaptation/sdp-munging.js";
import { MediaOutputs } from "/static/js/media/playback/media-outputs.js";
import { writeHello } from "/static/js/peer/hello.js";
import { Mesh } from "/static/js/peer/mesh.js";
import { describeRoute } from "/static/js/peer/ice/ice-path.js";

/** Every RTCPeerConnection of the page, so that their inside can be looked at. @type {RTCPeerConnection[]} */
const connections = [];
globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration) {
    super(configuration);
    connections.push(this);
  }
};

const CURRENT = writeHello({ name: "" });
/** Of a page that offers when it joins, and waits for those who join after it. */
const EARLIER = '{"v":1}';

const makePid = () => toBase64Url(crypto.getRandomValues(new Uint8Array(16)));

/** Hands bodies on, in order for each pair, after up to `longest` milliseconds; `lose` decides what never arrives. */
class Relay {
  people = new Map();
  roads = new Map();
  carried = 0;
  lose = () => false;
  /** What the relay makes of a body on its way. @type {(body: string) => string} */
  change = (body) => body;

  constructor(longest) {
    this.longest = longest;
  }

  send(from, to, body) {
    this.carried += 1;
    if (this.lose(from, to, JSON.parse(body))) return;
    const road = `${from} ${to}`;
    const before = this.roads.get(road) ?? Promise.resolve();
    const delay = new Promise((resolve) => setTimeout(resolve, Math.random() * this.longest));
    this.roads.set(road, Promise.all([before, delay]).then(() => this.people.get(to)?.mesh.receiveBody(from, this.change(body))));
  }

  add(pid = makePid(), certificate = undefined) {
    const mesh = new Mesh({ pid, certificate, send: (to, body) => this.send(pid, to, body) });
    const person = { pid, mesh, peer: { pid, member: pid, role: "guest", hello: CURRENT }, events: [] };
    for (const type of ["peer-added", "peer-updated", "peer-removed", "peer-state", "peer-media", "peer-screen"]) {
      mesh.on(type, (detail) => person.events.push({ type, ...detail }));
    }
    this.people.set(pid, person);
    return person;
  }
}

/** Plays what comes: Chromium decodes sound only when it is played. */
function listen(mesh) {
  const outputs = new MediaOutputs();
  mesh.on("peer-track", ({ pid, stream }) => {
    const element = document.createElement("video");
    document.body.append(element);
    outputs.add(element, { pid, source: "camera" });
    outputs.play(element, stream);
  });
}

/** A track without a camera. */
function paintedTrack(colour) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
  const paint = canvas.getContext("2d");
  let turn = 0;
  setInterval(() => {
    turn += 1;
    paint.fillStyle = turn % 2 === 0 ? colour : "white";
    paint.fillRect(0, 0, 64, 48);
  }, 50);
  return canvas.captureStream(20).getVideoTracks()[0];
}

const connected = (person, other) => person.mesh.peers.get(other.pid)?.state === "connected";

/** Waits for a condition, looking whenever something happened in a mesh and every 20 ms. */
async function until(condition, what, within = 30_000) {
  const end = performance.now() + within;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not in ${within} ms: ${what} (${connections.map(describe).join("; ")})`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @param {RTCPeerConnection} connection @returns {string} its states, for the message of a failed wait */
function describe({ signalingState, iceConnectionState, connectionState }) {
  return `${signalingState}, ICE ${iceConnectionState}, ${connectionState}`;
}

async function framesOf(connection) {
  const received = { frames: 0, energy: 0, video: 0, audio: 0 };
  for (const stat of (await connection.getStats()).values()) {
    if (stat.type !== "inbound-rtp") continue;
    received[stat.kind] += 1;
    received.frames += stat.framesDecoded ?? 0;
    received.energy += stat.totalAudioEnergy ?? 0;
  }
  return received;
}

const world = {
  /** Two people with a camera and a microphone. */
  async meet() {
    const relay = new Relay(30);
    const media = new LocalMedia();
    await media.start({ audio: true, video: true });
    const [a, b] = [relay.add(), relay.add()];
    const tracks = { audio: media.audioTrack, video: media.videoTrack };
    for (const { mesh } of [a, b]) {
      mesh.setTracks(tracks);
      listen(mesh);
    }
    b.mesh.addPeer(a.peer);
    a.mesh.onJoined([b.peer]);
    await until(() => connected(a, b) && connected(b, a), "connection");
    const first = await Promise.all([framesOf(a.mesh.peers.get(b.pid)), framesOf(b.mesh.peers.get(a.pid))]);
    let last = first;
    await until(async () => {
      last = await Promise.all([framesOf(a.mesh.peers.get(b.pid)), framesOf(b.mesh.peers.get(a.pid))]);
      return last.every(({ frames, energy }, side) => frames >= first[side].frames + 10 && energy > 0);
    }, "rising frames and audio on both sides");
    const route = await describeRoute(b.mesh.peers.get(a.pid));

    // The camera goes off and on again, without a word through the relay.
    const carried = relay.carried;
    a.mesh.setTracks({ audio: media.audioTrack, video: null });
    await until(() => b.events.some(({ type, video }) => type === "peer-media" && video === false), "camera off reported");
    const dark = (await framesOf(b.mesh.peers.get(a.pid))).frames;
    a.mesh.setTracks(tracks);
    await until(async () => (await framesOf(b.mesh.peers.get(a.pid))).frames > dark + 5, "frames after the camera is on");
    const negotiated = relay.carried - carried;

    // One leaves while the relay is dead: the other sees it at once.
    relay.lose = () => true;
    const left = performance.now();
    a.mesh.close();
    await until(() => b.mesh.peers.size === 0, "the other has noticed");
    const noticed = performance.now() - left;
    const ended = b.events.at(-1).type;
    b.mesh.close();
    media.stop();
    return { first, last, messages: carried, negotiated, noticed, ended, route };
  },

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

  /** The relay is dead from the moment the channel is open: screens are shared, and ICE restarts, only over the channel. */
  async withoutRelay() {
    const relay = new Relay(5);
    const [a, b] = [relay.add(), relay.add()];
    const open = [];
    for (const { pid, mesh } of [a, b]) mesh.on("peer-channel-open", () => open.push(pid));
    b.mesh.addPeer(a.peer);
    a.mesh.onJoined([b.peer]);
    await until(() => open.length === 2 && connected(a, b) && connected(b, a), "channel");
    relay.lose = () => true;
    const carried = relay.carried;
    const ends = [[a, b], [b, a]];
    const connection = (one, other) => one.mesh.peers.get(other.pid);
    const shown = (one) => one.events.findLast(({ type }) => type === "peer-screen")?.stream ?? null;
    const frames = async (one, other) => (await framesOf(connection(one, other))).frames;

    // Both share at the same moment, on pages too busy to set an answer at once: the packets of who gave it must not come before.
    const { setLocalDescription, setRemoteDescription } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.setRemoteDescription = async function (description) {
      if (description.type === "answer") await new Promise((resolve) => setTimeout(resolve, 300));
      await setRemoteDescription.call(this, description);
    };
    const screens = [paintedTrack("red"), paintedTrack("blue")];
    a.mesh.setScreen({ video: screens[0] });
    b.mesh.setScreen({ video: screens[1] });
    for (const [one, other] of ends) {
      await until(() => shown(one) !== null && connection(one, other).screen === shown(one), "a screen on each side");
      await until(async () => (await frames(one, other)) > 3, "frames of the screen");
    }
    RTCPeerConnection.prototype.setRemoteDescription = setRemoteDescription;
    const sections = () => connections.filter(({ signalingState }) => signalingState !== "closed")
      .map(({ localDescription }) => localDescription.sdp.match(/^m=/gm).length);
    const first = sections();

    // One stops and shares something else; a restart of ICE comes in between, on a page too busy to notice it at once.
    a.mesh.setScreen(null);
    await until(() => shown(b) === null, "the screen is gone");
    const before = await localUfrag(connection(a, b));
    RTCPeerConnection.prototype.setLocalDescription = async function (...description) {
      await setLocalDescription.apply(this, description);
      await new Promise((resolve) => setTimeout(resolve, 500));
    };
    connection(b, a).restartIce();
    await until(async () => (await localUfrag(connection(a, b))) !== before, "restarted");
    await until(() => connections.every(({ signalingState }) => signalingState === "stable"), "restart agreed");
    RTCPeerConnection.prototype.setLocalDescription = setLocalDescription;
    const dark = await frames(b, a);
    a.mesh.setScreen({ video: screens[1] });
    await until(() => shown(b) !== null, "shared again");
    await until(async () => (await frames(b, a)) > dark + 3, "frames again");

    // A newcomer sees what is shared.
    const late = relay.add();
    relay.lose = () => false;
    const relayed = relay.carried - carried;
    a.mesh.addPeer(late.peer);
    late.mesh.onJoined([a.peer]);
    await until(() => shown(late) !== null, "a screen for the newcomer");
    await until(async () => (await frames(late, a)) > 3, "frames for the newcomer");
    const last = sections();
    const kinds = [...new Set(b.events.map(({ type }) => type))];
    for (const { mesh } of [a, b, late]) mesh.close();
    return { relayed, first, last, kinds };
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

  /** Both send sound in long packets, then as usual; neither notifies the other. Then they negotiate as usual. */
  async retuned() {
    const relay = new Relay(5);
    const media = new LocalMedia();
    await media.start({ audio: true, video: true });
    const [a, b] = [relay.add(), relay.add()];
    for (const { mesh } of [a, b]) {
      mesh.setTracks({ audio: media.audioTrack, video: media.videoTrack });
      listen(mesh);
    }
    b.mesh.addPeer(a.peer);
    a.mesh.onJoined([b.peer]);
    await until(() => connected(a, b) && connected(b, a), "connection");
    const ends = [a.mesh.peers.get(b.pid), b.mesh.peers.get(a.pid)];
    await until(async () => (await Promise.all(ends.map(framesOf))).every(({ frames, energy }) => frames > 5 && energy > 0), "media");
    const topics = [];
    for (const end of ends) {
      const { send } = end;
      end.send = (topic, payload) => (topics.push(topic), send.call(end, topic, payload));
    }
    const tune = async (manner) => {
      // Silence counts, too: only then do the packets of a second show how long they are.
      for (const end of ends) end.setSdpMunging((sdp) => mungeSdp(sdp, manner).replaceAll("usedtx=1", "usedtx=0"));
      await until(async () => (await Promise.all(ends.map(soundOf))).every(({ rate, size }) => manner.check(rate, size)), manner.name);
    };
    const { signalingState } = connections.at(-1);
    let usual = 0;
    await tune({ name: "ordinary", longPackets: false, redundant: false, check: (rate, size) => rate > 40 && (usual = size) > 0 });
    await tune({ name: "twice", longPackets: false, redundant: true, check: (rate, size) => rate > 40 && size > 1.4 * usual });
    await tune({ name: "long", longPackets: true, redundant: false, check: (rate) => rate > 5 && rate < 22 });
    await tune({ name: "ordinary again", longPackets: false, redundant: false, check: (rate, size) => rate > 40 && size < 1.2 * usual });
    const quiet = topics.filter((topic) => topic === "signal").length;

    // While it is tuned again and again, one shares a screen and the other looks for a new way.
    const before = await localUfrag(ends[0]);
    const stop = setInterval(() => ends.forEach((end, at) => end.setSdpMunging((sdp) => mungeSdp(sdp, { longPackets: at > 0, redundant: false }))), 11);
    b.mesh.setScreen({ video: paintedTrack("red") });
    ends[1].restartIce();
    await until(() => a.events.some(({ type, stream }) => type === "peer-screen" && stream), "a screen");
    await until(async () => (await localUfrag(ends[0])) !== before, "restarted");
    clearInterval(stop);
    const last = (await framesOf(ends[0])).frames;
    await until(async () => (await framesOf(ends[0])).frames > last + 5 && connected(a, b) && connected(b, a), "frames after all of it");
    media.stop();
    return { quiet, signalingState, attempts: connections.length };
  },

  /** The half of a meeting that happens in this page; `relayOut` hands bodies to the other browser. */
  async half(pid, other, offers) {
    const media = new LocalMedia();
    await media.start({ audio: true, video: true });
    const mesh = new Mesh({ pid, send: (to, body) => globalThis.relayOut(body) });
    mesh.setTracks({ audio: media.audioTrack, video: media.videoTrack });
    listen(mesh);
    globalThis.relayIn = (body) => mesh.receiveBody(other, body);
    globalThis.received = async () => {
      const connection = mesh.peers.get(other);
      return connection?.state === "connected" ? framesOf(connection) : null;
    };
    globalThis.retune = async () => {
      mesh.peers.get(other).setSdpMunging((sdp) => mungeSdp(sdp, { longPackets: true, redundant: true }));
      await until(() => /a=ptime:60/.test(connections.at(-1).remoteDescription.sdp), "tuned");
      return connections.at(-1).signalingState;
    };
    globalThis.route = () => describeRoute(mesh.peers.get(other));
    globalThis.finish = () => (mesh.close(), media.stop());
    const peer = { pid: other, member: "m", role: "guest", hello: "{}" };
    if (offers) mesh.onJoined([peer]);
    else mesh.addPeer(peer);
  },

  makeIdentity,
  makePid,
};

/** How many packets of sound a connection has sent a second, in the last half, and of how many bytes. */
async function soundOf(connection) {
  const read = async () => {
    const stats = await connection.getStats();
    const sound = [...stats.values()].find(({ type, kind }) => type === "outbound-rtp" && kind === "audio");
    return { packets: sound?.packetsSent ?? 0, bytes: sound?.bytesSent ?? 0, at: sound?.timestamp ?? 0 };
  };
  const first = await read();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const last = await read();
  const packets = last.packets - first.packets;
  return { rate: (1_000 * packets) / (last.at - first.at), size: (last.bytes - first.bytes) / Math.max(1, packets) };
}

const ufragOf = ({ sdp }) => sdp.match(/^a=ice-ufrag:(.*)$/m)[1];

async function localUfrag(connection) {
  const stats = [...(await connection.getStats()).values()];
  const pair = stats.find(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded");
  return stats.find(({ type }) => type === "transport")?.iceLocalUsernameFragment ?? pair?.id;
}

globalThis.world = world;
