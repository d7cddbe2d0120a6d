/** A live client that gets one broken session description after the other, each from another stranger. For tests only. */

import { toBase64Url } from "/static/js/lib/encoding.js";
import { Mesh } from "/static/js/peer/mesh.js";

const makePid = () => toBase64Url(crypto.getRandomValues(new Uint8Array(16)));

/** Mulberry32: the same mutations for the same seed. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const JUNK = ["", "\0", "ÿ", "‮", "💥".repeat(50), "9".repeat(400), "-1", "0", "4294967296", "1e309", "x".repeat(5_000), "%s%n", "\r\n\r\n", "="];
/** What can be done to the lines of a description; `at` is a place, `pick` chooses among many. */
const MUTATIONS = [
  (lines, at) => lines.toSpliced(at, 1),
  (lines, at) => lines.toSpliced(at, 0, ...Array(20).fill(lines[at])),
  (lines, at, pick) => lines.toSpliced(at, 0, lines[pick(lines.length)]),
  (lines, at) => lines.slice(0, at),
  (lines, at) => lines.slice(at),
  (lines, at, pick) => lines.with(at, lines[at].slice(0, pick(lines[at].length + 1)) + JUNK[pick(JUNK.length)]),
  (lines, at, pick) => lines.with(at, lines[at].replace(/\d+/, JUNK[pick(JUNK.length)])),
  (lines, at, pick) => lines.with(at, lines[at].replace(/[a-z]+/, JUNK[pick(JUNK.length)])),
  (lines, at, pick) => lines.with(at, [...lines[at]].map((letter) => (pick(4) === 0 ? String.fromCharCode(pick(256)) : letter)).join("")),
  (lines, at, pick) => lines.toSorted(() => pick(3) - 1),
  (lines) => lines.map((line) => line.replace("sendrecv", "inactive").replace("actpass", "holdconn")),
  (lines) => [...lines, ...lines.filter((line) => line.startsWith("m=") || line.startsWith("a=mid"))],
];

async function realOffer() {
  const connection = new RTCPeerConnection();
  for (const kind of ["audio", "video"]) connection.addTransceiver(kind);
  connection.createDataChannel("control", { negotiated: true, id: 0 });
  const { sdp = "" } = await connection.createOffer();
  connection.close();
  return sdp.split("\r\n").filter(Boolean);
}

const mutations = {
  /** The first description is whole: what is measured is not that everything is refused at once. */
  async run(count, seed) {
    const chance = random(seed);
    const pick = (below) => Math.floor(chance() * below);
    const lines = await realOffer();
    const seen = { taken: 0, answers: 0, longest: 0 };
    const tasks = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
    });
    tasks.observe({ type: "longtask" });
    const mesh = new Mesh({ pid: makePid(), send: (to, body) => (seen.answers += JSON.parse(body).description?.type === "answer") });
    for (let index = 0; index < count; index += 1) {
      const pid = makePid();
      let mutated = lines;
      for (let times = index === 0 ? 0 : 1 + pick(3); times > 0 && mutated.length > 0; times -= 1) {
        mutated = MUTATIONS[pick(MUTATIONS.length)](mutated, pick(mutated.length), pick);
      }
      const sdp = mutated.join("\r\n") + "\r\n";
      mesh.addPeer({ pid, member: pid, role: "guest", hello: "{}" });
      mesh.receiveBody(pid, JSON.stringify({ attempt: 1, description: { type: pick(5) ? "offer" : "answer", sdp: index === 0 ? lines.join("\r\n") + "\r\n" : sdp }, offer: 1 }));
      seen.taken += 1;
      await new Promise((resolve) => setTimeout(resolve));
      // Some stay for a while, so that what is under way when they go is met, too.
      if (index % 20 === 19) for (const other of [...mesh.peers.keys()]) mesh.removePeer(other, true);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    tasks.disconnect();
    mesh.close();
    return seen;
  },
};
globalThis.mutations = mutations;
