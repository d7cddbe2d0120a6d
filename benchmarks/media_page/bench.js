/** One end of a call that is measured: a plain peer connection on browser defaults, or ours. For benchmarks only. */

import { Adaptation } from "/static/js/media/adaptation/adaptation.js";
import { MediaOutputs } from "/static/js/media/playback/media-outputs.js";
import { RUNGS } from "/static/js/media/adaptation/ladder.js";
import { Mesh } from "/static/js/peer/mesh.js";

const VIEW = { tile: { height: 720, visible: true }, screen: null };
const OTHER = { first: "B".repeat(22), second: "A".repeat(22) };

/** @type {() => Promise<RTCStatsReport>} */
let stats = async () => new Map();
let receive = () => {};
let adaptation = null;
let stills = 0;

async function tracks(kinds) {
  const video = kinds.includes("video") && { width: 1280, height: 720, frameRate: 30 };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video });
  return { audio: stream.getAudioTracks()[0], video: stream.getVideoTracks()[0] ?? null };
}

function play(stream) {
  const element = document.createElement("video");
  document.body.append(element);
  const outputs = new MediaOutputs();
  outputs.add(element, { pid: "other", source: "camera" });
  outputs.play(element, stream);
}

async function plain(sends, kinds) {
  const connection = new RTCPeerConnection();
  stats = () => connection.getStats();
  connection.onicecandidate = ({ candidate }) => post(JSON.stringify({ candidate }));
  connection.ontrack = ({ streams }) => play(streams[0]);
  receive = async (text) => {
    const { candidate, description } = JSON.parse(text);
    if (candidate) return connection.addIceCandidate(candidate);
    if (!description) return;
    await connection.setRemoteDescription(description);
    if (description.type !== "offer") return;
    await connection.setLocalDescription();
    post(JSON.stringify({ description: connection.localDescription }));
  };
  if (!sends) return;
  const mine = await tracks(kinds);
  const stream = new MediaStream(Object.values(mine).filter(Boolean));
  for (const track of stream.getTracks()) connection.addTrack(track, stream);
  await connection.setLocalDescription();
  post(JSON.stringify({ description: connection.localDescription }));
}

async function ours(sends, kinds) {
  const other = sends ? OTHER.first : OTHER.second;
  const mesh = new Mesh({ pid: sends ? OTHER.second : OTHER.first, send: (to, body) => post(body) });
  adaptation = new Adaptation(mesh, () => VIEW, new AbortController().signal);
  adaptation.on("snapshot", () => (stills += 1));
  mesh.on("peer-track", ({ stream }) => play(stream));
  stats = () => mesh.peers.get(other)?.getStats() ?? new Map();
  receive = (text) => mesh.receiveBody(other, text);
  const peer = { pid: other, member: "m", role: "guest", hello: "{}" };
  if (!sends) return mesh.addPeer(peer);
  mesh.setTracks(await tracks(kinds));
  mesh.onJoined([peer]);
}

globalThis.bench = {
  start: (scheme, sends, kinds) => (scheme === "plain" ? plain : ours)(sends, kinds),
  receive: (text) => void receive(text),

  /** Everything the browser counts. */
  stats: async () => stats(),

  /** What has come so far. */
  async received() {
    const seen = { frames: 0, freezes: 0, frozen: 0, height: 0, samples: 0, concealed: 0, kept: 0, played: 0, bytes: 0, stills };
    for (const entry of (await stats()).values()) {
      if (entry.type !== "inbound-rtp") continue;
      seen.bytes += entry.bytesReceived;
      if (entry.kind === "video") {
        seen.frames += entry.framesDecoded ?? 0;
        seen.freezes += entry.freezeCount ?? 0;
        seen.frozen += entry.totalFreezesDuration ?? 0;
        seen.height = Math.max(seen.height, entry.frameHeight ?? 0);
      } else {
        seen.samples += entry.totalSamplesReceived ?? 0;
        seen.kept += entry.jitterBufferDelay ?? 0; // seconds, of all samples together
        seen.played += entry.jitterBufferEmittedCount ?? 0;
        seen.concealed += (entry.concealedSamples ?? 0) - (entry.silentConcealedSamples ?? 0);
      }
    }
    return seen;
  },

  /** What the sender has decided, and on what grounds; null for a plain connection. */
  decided() {
    const { state, evidence, moment, sending } = adaptation?.adaptationOf(OTHER.first) ?? {};
    if (!evidence) return null;
    const { available, share, loss, rttMs, concealed, hasFrozen, limited, cpuLoad, remoteCpuLoad } = evidence;
    const seen = { available, share, loss, rttMs, concealed, hasFrozen, limited, cpuLoad, remoteCpuLoad };
    const { kbps, fps, height, codec } = moment.outbound;
    return { ...sending, line: RUNGS[state.linkRung].name, wait: state.wait, seen, sent: { kbps, fps, height, codec } };
  },
};
