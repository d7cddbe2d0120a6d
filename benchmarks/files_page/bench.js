/**
 * One side of a measurement; the other is another browser. `post(text)` hands a message to it, `bench.receive(text)` takes one.
 */

import { FileExchange } from "/static/js/files/exchange.js";
import { makeIdentity } from "/static/js/keys/identity.js";
import { store } from "/static/js/files/storage/store.js";
import { Mesh } from "/static/js/peer/mesh.js";
import { SCHEMES } from "./schemes.js";

const identity = await makeIdentity();
const post = (message) => globalThis.post(JSON.stringify(message));

/** Plain connections for the schemes of others. */
const plain = new Map();
let running = false;
let received = 0;
let scheme = null;

function connection(number) {
  if (plain.has(number)) return plain.get(number);
  const peer = new RTCPeerConnection();
  const channel = peer.createDataChannel("bench", { negotiated: true, id: 0 });
  channel.binaryType = "arraybuffer";
  peer.addEventListener("icecandidate", ({ candidate }) => post({ plain: number, candidate }));
  const state = { since: 0 };
  channel.addEventListener("message", ({ data }) => {
    if (typeof data === "string") return;
    received += data.byteLength;
    scheme?.answer(channel, state, data.byteLength);
  });
  const one = { peer, channel, early: [] };
  plain.set(number, one);
  return one;
}

async function hearPlain({ plain: number, description, candidate }) {
  const { peer, early } = connection(number);
  if (description) {
    await peer.setRemoteDescription(description);
    for (const one of early.splice(0)) await peer.addIceCandidate(one);
    if (description.type !== "offer") return;
    await peer.setLocalDescription();
    post({ plain: number, description: peer.localDescription });
  } else if (candidate) {
    if (peer.remoteDescription) await peer.addIceCandidate(candidate);
    else early.push(candidate);
  }
}

/** Ours: the modules of the call page, on a connection without sound and pictures. */
let mesh = null;
let exchange = null;
let transfer = null;

async function enter(other, call = false) {
  mesh = new Mesh({ pid: identity.pid, certificate: identity.certificate, send: (to, body) => post({ mesh: body }) });
  exchange = new FileExchange({ mesh, room: "bench", memberOf: () => "bench" });
  exchange.on("added", (detail) => {
    transfer = detail.transfer;
    if (transfer.direction === "in") void exchange.acceptTransfer(transfer, { kind: "store" });
  });
  if (call) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360, frameRate: 15 } });
    mesh.setTracks({ audio: stream.getAudioTracks()[0], video: stream.getVideoTracks()[0] });
    mesh.on("peer-track", ({ stream: srcObject }) => {
      const element = Object.assign(document.createElement("video"), { autoplay: true, srcObject });
      document.body.append(element);
    });
  }
  const peer = { pid: other.pid, member: "bench", role: "guest", hello: "{}", fingerprint: other.fingerprint };
  if (identity.pid > other.pid) mesh.onJoined([peer]);
  else mesh.addPeer(peer);
}

globalThis.bench = {
  identity: { pid: identity.pid, fingerprint: identity.fingerprint },
  enter,
  async receive(text) {
    const message = JSON.parse(text);
    if (message.mesh) mesh.receiveBody([...mesh.peers.keys()][0], message.mesh);
    else await hearPlain(message);
  },
  /** Sends by a scheme of others until `stop`. */
  async start(name, lanes) {
    running = true;
    for (let number = 0; number < lanes; number += 1) {
      const { peer, channel } = connection(number);
      await peer.setLocalDescription();
      post({ plain: number, description: peer.localDescription });
      const begin = () => void SCHEMES[name].send(channel, () => running && channel.readyState === "open").catch(console.error);
      channel.addEventListener("open", begin);
    }
  },
  listen(name) {
    scheme = SCHEMES[name];
    received = 0;
  },
  stop() {
    running = false;
    for (const { peer } of plain.values()) peer.close();
    plain.clear();
  },
  connected: () => [...(mesh?.peers.values() ?? [])].some((peer) => peer.send("bench", 0)),
  async offer() {
    const [file] = document.getElementById("source").files;
    await exchange.offerFiles([...mesh.peers.keys()][0], [{ file, path: [] }]);
  },
  /** From now on the disk takes so many bytes a second; 0: as many as it can. */
  slow(rate) {
    if (rate === 0) return;
    const ask = store.ask.bind(store);
    let free = 0;
    store.ask = async (act, values, transfer) => {
      if (act === "write") {
        const now = performance.now();
        free = Math.max(now, free) + (values[2].length / rate) * 1000;
        await new Promise((resolve) => setTimeout(resolve, free - now));
      }
      return ask(act, values, transfer);
    };
  },
  /** SHA-256 over the digests of the blocks of what came, in hexadecimal. */
  async digest(block) {
    const [{ result }] = transfer.entries;
    const digests = [];
    for (let from = 0; from < result.size; from += block) {
      digests.push(await crypto.subtle.digest("SHA-256", await result.slice(from, from + block).arrayBuffer()));
    }
    const all = new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(digests).arrayBuffer()));
    return Array.from(all, (byte) => byte.toString(16).padStart(2, "0")).join("");
  },
  /** What has come of the call: frames decoded, samples received and concealed. */
  async call() {
    const came = { frames: 0, samples: 0, concealed: 0 };
    for (const peer of mesh.peers.values()) {
      for (const stat of (await peer.getStats()).values()) {
        if (stat.type !== "inbound-rtp") continue;
        came.frames += stat.framesDecoded ?? 0;
        came.samples += stat.totalSamplesReceived ?? 0;
        came.concealed += (stat.concealedSamples ?? 0) - (stat.silentConcealedSamples ?? 0);
      }
    }
    return came;
  },
  /** Bytes that came, by whatever way. */
  received: () => received + (transfer?.direction === "in" ? transfer.moved : 0),
  state: () => transfer && [transfer.state, ...transfer.failures.map(({ reason }) => reason)].join(" "),
  lanes: () => exchange?.lanesOf([...mesh.peers.keys()][0]) ?? plain.size,
  async leave() {
    if (transfer) await exchange.removeTransfer(transfer);
    exchange?.close();
    mesh?.close();
  },
};
