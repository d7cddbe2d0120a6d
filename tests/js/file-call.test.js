// Files beside a call, on models of lines and processors: what transfers get, and what the call suffers. The statistics are those
// that a browser shows, read by the real watch; only bytes, queues and clocks are calculated.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CallWatch } from "../../static/js/files/lanes/call-watch.js";
import { FairShare } from "../../static/js/files/lanes/fair-share.js";
import { RateController } from "../../static/js/files/lanes/rate-controller.js";

const MBIT = 125_000;
const SECONDS = 150;
/** The first seconds, in which transfers look for their rate. */
const SEARCH = 40;

/** Numbers between 0 and 1, the same in every run. */
function draws(seed) {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** The statistics of the connection to one peer: audio, video, and checks of the candidate pair every few seconds. */
class Peer {
  state = "connected";
  constructor(delay) {
    Object.assign(this, { delay, sent: 0, lost: 0, samples: 0, concealed: 0, video: true, trips: { audio: [0, 0], video: [0, 0], pair: [0, 0] } });
  }

  /** @param {"audio" | "video" | "pair"} what @param {number} ms */
  measure(what, ms) {
    this.trips[what] = [ms / 1000, this.trips[what][1] + 1];
  }

  async getStats() {
    const { trips, sent, lost, samples, concealed } = this;
    const stream = (kind, share) => [
      { id: `out ${kind}`, type: "outbound-rtp", kind, packetsSent: Math.round(sent * share) },
      { id: `in ${kind}`, type: "remote-inbound-rtp", kind, localId: `out ${kind}`, packetsLost: Math.round(lost * share), roundTripTime: trips[kind][0], roundTripTimeMeasurements: trips[kind][1] },
    ];
    const entries = [
      ...stream("audio", 0.6), ...stream("video", 0.4),
      { id: "pair", type: "candidate-pair", nominated: true, currentRoundTripTime: trips.pair[0], responsesReceived: trips.pair[1] },
      { id: "heard", type: "inbound-rtp", kind: "audio", totalSamplesReceived: samples, concealedSamples: concealed, silentConcealedSamples: 0 },
    ];
    return new Map(entries.map((entry) => [entry.id, entry]));
  }
}

/**
 * Sends files to all peers for a while. line: bytes a second, milliseconds there and back, milliseconds that wait before packets are
 * lost, the share lost anyway; strain: how busy others keep the processor, 1: wholly; carries: bytes a second that it can move
 * before audio suffers; lane: bytes a second of one.
 */
async function live({ rate: capacity, delay = 40, queue = 300, loss = 0, strain = 0, carries = Infinity, lane = 1_500_000, media = 30_000, delays = [delay, delay, delay], stops = Infinity, joins = 0, seed = 1 }) {
  const draw = draws(seed);
  let now = 0;
  const peers = new Map(delays.map((ms, at) => [`${at}`, new Peer(ms)]));
  const late = peers.get(`${delays.length - 1}`);
  const lag = { p90: strain > 0 ? 60 : 5 };
  let heard = 0;
  const watch = new CallWatch(peers, () => ({ strained: false, concealed: heard }), { now: () => now, lag });
  const transfers = [...peers.keys()].map((pid) => ({ pid, controller: new RateController(), lanes: 1, limit: 0, rate: 0 }));
  const fairShare = new FairShare();
  let queued = 0;
  const seconds = [];
  for (let second = 0; second < SECONDS; second += 1) {
    now += 1_000;
    late.state = second < joins ? "connecting" : "connected";
    for (const one of transfers) one.rate = Math.min(one.limit, one.lanes * lane);
    const wanted = transfers.reduce((sum, { rate }) => sum + rate, 0);
    // An association that loses packets slows down by itself, once the queue is full.
    const fits = Math.min(1, (1.15 * capacity - media) / wanted, (1.5 * carries) / wanted);
    for (const one of transfers) one.rate *= fits;
    const sum = wanted * fits;
    queued += ((sum + media - capacity) / capacity) * 1000;
    const overflow = Math.max(0, queued - queue) / 1000;
    queued = Math.max(0, Math.min(queue, queued));
    const gone = Math.min(1, loss + overflow);
    const overload = Math.max(0, sum / carries - 1);
    heard = gone * 0.3 + overload * 0.2 + (strain > 0 && draw() < 0.05 ? 0.05 : 0);
    for (const [at, peer] of [...peers.values()].entries()) {
      // The processor lets most packets wait, and now and then none.
      const trip = () => peer.delay + queued + (draw() < strain * 0.7 ? draw() * 500 : draw() * 8);
      const packets = 90 + Math.round(draw() * 20);
      const lost = Array.from({ length: packets }, draw).filter((one) => one < gone + (strain > 0 ? 0.01 : 0)).length;
      Object.assign(peer, { sent: peer.sent + packets, lost: peer.lost + lost, samples: peer.samples + 48_000 });
      peer.concealed += 48_000 * (overload * 0.2);
      if (second < stops) peer.measure("video", second === stops - 1 ? 370 : trip());
      for (let echo = 0; echo < 4; echo += 1) watch.addRoundTrip(`${at}`, trip() + 2);
      if (second % 5 === at % 5) peer.measure("audio", trip());
      if (second % 5 === 0 || second % 5 === 2) peer.measure("pair", trip());
    }
    for (const one of transfers) {
      now += 3;
      const call = await watch.read(one.pid);
      const share = fairShare.limitFor(one, one.rate, transfers.length > 1, call !== null);
      const { lanes, limit } = one.controller.decide({ rate: one.rate, made: one.lanes, up: one.lanes, saturated: true, shared: true, place: fairShare.placeOf(one), call });
      Object.assign(one, { lanes: Math.max(1, lanes), limit: Math.min(limit, share) });
    }
    now -= 3 * transfers.length;
    seconds.push({ rate: sum, queued, overflow, heard, rates: transfers.map(({ rate }) => rate), lanes: transfers.map(({ lanes }) => lanes) });
  }
  const settled = seconds.slice(SEARCH);
  const mean = (of) => settled.reduce((sum, one) => sum + of(one), 0) / settled.length;
  return {
    seconds,
    share: mean(({ rate }) => rate) / Math.min(capacity - media, carries),
    queued: mean((one) => one.queued),
    overflow: mean((one) => one.overflow),
    heard: mean((one) => one.heard),
    least: Math.min(...transfers.map((_, at) => mean(({ rates }) => rates[at]))) / mean(({ rate }) => rate),
  };
}

// Each line or processor: what transfers get at least of what it leaves, and how long the call's packets wait at most (mean, ms).
const WORLDS = {
  "a wide line": [{ rate: 20 * MBIT }, 0.6, 60],
  "a wide line, one transfer": [{ rate: 20 * MBIT, delays: [40] }, 0.6, 60],
  "a thin line with a long queue": [{ rate: 2 * MBIT, queue: 1_000, delays: [40] }, 0.5, 90],
  "a thin line with a short queue": [{ rate: 2 * MBIT, queue: 15, delays: [40] }, 0.5, 15],
  "a line that loses packets": [{ rate: 20 * MBIT, loss: 0.03, lane: 600_000 }, 0.6, 60],
  "a strained processor": [{ rate: 20 * MBIT, strain: 1 }, 0.6, 100],
  "a strained processor, another run": [{ rate: 20 * MBIT, strain: 1, seed: 5 }, 0.6, 100],
  "a strained processor that carries little": [{ rate: 20 * MBIT, strain: 1, carries: 600_000 }, 0.6, 20],
  "a strained processor and a line that loses packets": [{ rate: 20 * MBIT, strain: 1, loss: 0.03 }, 0.6, 100],
  "a strained processor and a thin line": [{ rate: 2 * MBIT, strain: 1, queue: 1_000, delays: [40] }, 0.4, 150],
  "video that stopped after a long round trip": [{ rate: 20 * MBIT, stops: 12 }, 0.6, 60],
  "a peer far away who comes later": [{ rate: 20 * MBIT, delays: [20, 30, 280], joins: 30 }, 0.6, 60],
};

for (const [name, [world, least, wait]] of Object.entries(WORLDS)) {
  test(`files beside a call: ${name}`, async () => {
    const found = await live(world);
    if (process.env.SHOW) console.log(name, { ...found, seconds: 0 }, found.seconds.map(({ rate, queued, lanes }) => `${Math.round(rate / 1000)}/${Math.round(queued)}/${lanes}`).join(" "));
    assert.ok(found.share >= least, `${found.share.toFixed(2)} of what is left`);
    assert.ok(found.queued <= wait, `${found.queued.toFixed(0)} ms`);
    assert.ok(found.overflow <= 0.02, `${(100 * found.overflow).toFixed(1)} % lost`);
    assert.ok(found.heard <= (world.loss ?? 0) * 0.3 + 0.015, `${(100 * found.heard).toFixed(1)} % concealed`);
    assert.ok(found.least >= 0.4 / (world.delays?.length ?? 3), `one gets ${found.least.toFixed(2)}`);
  });
}
