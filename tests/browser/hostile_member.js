// What a hostile member's browser does to one other person, over a connection that is as it should be.
/* global meetingPoint */

/** The peer link to the person who is attacked. */
function victim(pid) {
  return meetingPoint.mesh.peers.get(pid);
}

const idle = () => new Promise((resolve) => setTimeout(resolve, 1));

/** Sends as fast as the channel takes it. */
async function push(pid, topic, payload) {
  for (let tries = 0; tries < 2_000; tries += 1) {
    if (victim(pid)?.send(topic, payload)) return true;
    await idle();
    if (!victim(pid)) return false;
  }
  return false;
}

async function sdpOfOwn() {
  const connection = new RTCPeerConnection();
  connection.createDataChannel("files", { negotiated: true, id: 0 });
  await connection.setLocalDescription();
  const { sdp } = connection.localDescription;
  connection.close();
  return sdp;
}

/** Offers a lane and gives it up, and offers many files and takes the offer back, for so many milliseconds. */
async function floodLanesAndOffers(pid, ms) {
  const sdp = await sdpOfOwn();
  const id = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16)))).replaceAll("+", "-").replaceAll("/", "_").slice(0, 22);
  const until = performance.now() + ms;
  let [lanes, offers] = [1_000_000, 0];
  for (; performance.now() < until; lanes += 1) {
    await push(pid, "file-signal", { mine: true, attempt: lanes, description: { type: "offer", sdp }, offer: 1 });
    await push(pid, "file-signal", { mine: true, attempt: lanes, bye: true });
    if (lanes % 10 !== 0) continue;
    const transfer = id();
    for (let part = 0; part < 10; part += 1) {
      const files = Array.from({ length: 100 }, (_, at) => ({ id: offers * 1_000 + part * 100 + at, name: `n ${part} ${at}.txt`, path: `a/${at}`, size: 0, modified: 1, edges: "A".repeat(43) }));
      await push(pid, "file-offer", { transfer, count: 1_000, bytes: 0, files });
    }
    await push(pid, "file-cancel", { transfer });
    offers += 1;
  }
  return { lanes: lanes - 1_000_000, offers };
}

/** Random messages over every topic that this program has, `bye` excepted. */
async function fuzz(pid, count) {
  let state = 12_345;
  const random = (below) => (state = (state * 48_271) % 2_147_483_647) % below;
  const idOf = () => String(random(1_000)).padStart(22, "A");
  const text = () => ["", "x", "audio", "video", "taken", "offer", "clap", "yes", "x".repeat(random(3_000)), idOf(), "A".repeat(43)][random(11)];
  const number = () => [0, 1, -1, random(100), random(2 ** 31), 1.5, 1e308, 1_795_419_600_000][random(8)];
  const FIELDS = "transfer file id pid text at have kept more up for to from body kind mine attempt description candidates offer count bytes files name path size modified edges part of jpeg tile screen height visible decodeMs fps loss epoch key by_hosts n back saved video audio camera microphone confirm signature none pictures picture width decode codec rung why purpose root reason busy type sdp candidate sdpMid".split(" ");
  const value = (depth) => {
    const kinds = [text, number, idOf, () => true, () => false, () => null, () => Array.from({ length: random(30) }, () => value(depth + 1)), () => object(depth + 1)];
    return kinds[random(depth > 2 ? 6 : kinds.length)]();
  };
  const object = (depth) => Object.fromEntries(Array.from({ length: 2 + random(12) }, () => [FIELDS[random(FIELDS.length)], value(depth)]));
  const topics = meetingPoint.mesh.gate.names.filter((name) => name !== "bye");
  const sent = {};
  for (let at = 0; at < count; at += 1) {
    const topic = topics[at % topics.length];
    if (await push(pid, topic, random(3) ? object(0) : value(0))) sent[topic] = (sent[topic] ?? 0) + 1;
  }
  return { topics: topics.length, sent: Object.values(sent).reduce((sum, one) => sum + one, 0) };
}

/** Joins as further tabs, each with keys of its own, and leaves again. @returns how often, and the codes of sockets that were closed */
async function floodJoins(slug, count) {
  const [{ src }] = document.querySelectorAll("script[type=module]");
  const load = (path) => import(new URL(`../${path}`, src).href);
  const [{ makeIdentity }, { makeRoomSeal }, { loadRoomKey }, { writeSealedHello }] = await Promise.all(
    ["keys/identity.js", "keys/room-seal.js", "keys/key-store.js", "keys/hello.js"].map(load),
  );
  const held = await loadRoomKey(slug);
  const seal = await makeRoomSeal(slug, held?.epoch ?? 0, held?.key ?? null);
  const outcomes = {};
  for (let at = 0; at < count; at += 1) {
    const identity = await makeIdentity();
    const hello = await writeSealedHello(seal, identity, JSON.stringify({ v: 1, name: `Mallory ${at}`, muted: true, camera: false }));
    const socket = new WebSocket(`/ws/rooms/${slug}`);
    const outcome = await new Promise((resolve) => {
      socket.onopen = () => socket.send(JSON.stringify({ type: "join", v: 1, pid: identity.pid, hello, inside: 0 }));
      socket.onmessage = ({ data }) => JSON.parse(data).type === "joined" && resolve("joined");
      socket.onclose = ({ code }) => resolve(code);
    });
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (outcome === "joined") socket.send('{"type":"leave"}');
    socket.close();
  }
  return outcomes;
}

globalThis.hostile = { floodLanesAndOffers, floodJoins, fuzz };
