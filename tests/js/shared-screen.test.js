import assert from "node:assert/strict";
import { test } from "node:test";

import { divideUplink } from "../../static/js/media/adaptation/uplink-allocation.js";
import { PeerAdaptation } from "../../static/js/media/adaptation/peer-adaptation.js";

const TERMS = { share: Infinity, saving: false, crowded: false, cpuLoad: 0, full: 0, cores: 4, common: null };
const REPORT = { tile: { height: 160, visible: true }, screen: null, decodeMs: 0, fps: 8, freezes: 0, loss: 0, concealed: 0, jitterMs: 0, downKbps: 0, cpuLoad: 0, cap: null };

/** A connection that carries 2 Mbit/s, to which a camera and a screen are sent. */
async function connect() {
  const parameters = { codecs: [], encodings: [{}], transactionId: "t" };
  const sender = { track: { readyState: "live" }, getParameters: () => structuredClone(parameters), setParameters: async () => {} };
  const transceiver = (mid) => ({ mid, sender, receiver: {} });
  const camera = { readyState: "live", muted: false, enabled: true, getSettings: () => ({ width: 1280, height: 720 }) };
  const pair = { type: "candidate-pair", nominated: true, state: "succeeded", availableOutgoingBitrate: 2_000_000, currentRoundTripTime: 0.01 };
  const connection = {
    state: "connected",
    transceivers: { audio: null, video: transceiver("1"), screenAudio: null, screenVideo: transceiver("3") },
    outgoingTracks: { tracks: { audio: null, video: camera }, screen: { audio: null } },
    getStats: async () => new Map([["p", pair]]),
    renegotiate() {},
    setSdpMunging() {},
  };
  const peer = new PeerAdaptation(/** @type {any} */ (connection));
  await peer.readStats(true);
  return peer;
}

test("beside a screen the camera keeps its part of a divided uplink", async () => {
  const peers = new Map([["a", await connect()], ["b", await connect()]]);
  for (const peer of peers.values()) peer.onReport(REPORT);
  const demands = new Map([...peers].map(([pid, peer]) => [pid, peer.demand]));
  const { shares } = divideUplink(demands, 0, 6_000);
  for (const [pid, peer] of peers) peer.adapt({ ...TERMS, share: shares.get(pid) });
  for (const { evidence, pictures } of peers.values()) {
    assert.ok(evidence.share >= 150, `${evidence.share} kbit/s`);
    assert.equal(pictures.screen.kbps, 1_200);
  }
});

test("a screen out of view takes nothing of the line", async () => {
  const peer = await connect();
  peer.onReport({ ...REPORT, screen: { height: 900, visible: false } });
  peer.adapt(TERMS);
  assert.deepEqual([peer.screenDemand, peer.evidence.available, peer.pictures.screen.active], [0, 2_000, false]);
  peer.onReport({ ...REPORT, screen: { height: 900, visible: true } });
  peer.adapt(TERMS);
  assert.deepEqual([peer.screenDemand, peer.evidence.available, peer.pictures.screen.active], [2_500, 800, true]);
});

test("a data saver that leaves nothing for pictures leaves a screen no more than it can do with", async () => {
  const peer = await connect();
  peer.onReport({ ...REPORT, cap: 30 });
  peer.adapt(TERMS);
  assert.ok(peer.pictures.screen.kbps <= 20, `${peer.pictures.screen.kbps} kbit/s`);
});
