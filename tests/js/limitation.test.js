import assert from "node:assert/strict";
import { test } from "node:test";

import { initialState } from "../../static/js/media/adaptation/state.js";
import { measure } from "../../static/js/media/adaptation/stats.js";
import { limitOf, sendingStatus, readSendingStatus } from "../../static/js/media/adaptation/limitation.js";
import { readCaps, readReport } from "../../static/js/media/adaptation/receiver-reports.js";
import { pass, thinLine } from "./fine-evidence.js";

const REPORT = {
  tile: { height: 300, visible: true },
  screen: null,
  decodeMs: 2.5,
  fps: 30,
  freezes: 1,
  loss: 0.02,
  concealed: 0,
  jitterMs: 4,
  downKbps: 400,
  cpuLoad: 0.4,
  cap: null,
};

test("a data saver has its reason, on whichever side it is, and so have people who are many", () => {
  const why = (evidence) => pass(initialState(0), 0, 20, { share: 100, ...evidence }).state.why;
  assert.equal(why({ saving: true }), "saver");
  assert.equal(why({ saving: true, asked: true }), "their-saver");
  assert.equal(why({}), "our-uplink");
  assert.equal(why({ saving: true, available: 90, share: 3000 }), "our-uplink", "a saver that leaves more than the line has");
  assert.equal(why({ crowded: true }), "many-people");
  assert.equal(why({ crowded: true, saving: true }), "many-people", "a saver that leaves more than people do");
  assert.equal(why({ crowded: true, saving: true, asked: true }), "their-saver");
  assert.equal(why({ crowded: true, available: 90 }), "our-uplink");
});

test("the reason is what holds back, not what could", () => {
  const tile = (height) => ({ height, visible: true });
  const table = [
    [{}, "full"],
    [{ source: { height: 180 } }, "full"],
    [{ source: { height: 180 }, available: 200 }, "full"],
    [{ source: { height: 180 }, available: 200, share: 100, saving: true }, "full"],
    [{ source: { height: 180 }, tile: tile(200) }, "full"],
    [{ source: { height: 270 } }, "full"],
    [{ source: { height: 360 }, tile: tile(200) }, "small-tile"],
    [{ source: { height: 360 }, available: 120 }, "our-uplink"],
    [{ source: { height: 360 }, available: 120, loss: 0.2 }, "loss"],
    [{ source: { height: 360 }, cpuLoad: 0.9 }, "our-processor"],
    [{ source: { height: 360 }, remoteCpuLoad: 0.9 }, "their-processor"],
  ];
  for (const [evidence, why] of table) {
    assert.equal(pass(initialState(0), 0, 40, evidence).state.why, why, JSON.stringify(evidence));
  }
});

test("a report is read whole or not at all", () => {
  assert.deepEqual(readReport({ ...REPORT, extra: 1 }), REPORT);
  const lies = [null, 1, "x", [], {}, { ...REPORT, tile: null }, { ...REPORT, tile: { height: 1e9, visible: true } }];
  for (const field of Object.keys(REPORT)) {
    if (field !== "screen") lies.push({ ...REPORT, [field]: "1" }, { ...REPORT, [field]: -1 }, { ...REPORT, [field]: NaN });
  }
  lies.push({ ...REPORT, screen: { height: "2", visible: true } }, { ...REPORT, loss: 1.1 });
  for (const lie of lies) assert.equal(readReport(lie), null, JSON.stringify(lie));
});

test("capabilities name known codecs once each", () => {
  const decode = [{ codec: "VP8", efficient: false }, { codec: "VP8", efficient: true }, { codec: "XYZ", efficient: true }];
  assert.deepEqual(readCaps({ decode }), { decode: [{ codec: "VP8", efficient: false }] });
  for (const lie of [null, {}, { decode: {} }, { decode: Array(17).fill({}) }, { decode: [{ codec: 1, efficient: true }] }]) {
    assert.equal(readCaps(lie), null);
  }
});

test("what is sent is said in words that the other side reads whole or not at all", () => {
  const { state, now } = pass(initialState(0), 0, 60, { available: 95 });
  const said = sendingStatus(state);
  assert.deepEqual(said, { picture: "moving", rung: "180p", codec: "VP9", why: "our-uplink", longPackets: true, twice: false, music: false });
  assert.deepEqual(readSendingStatus(JSON.parse(JSON.stringify({ ...said, extra: 1 }))), said);
  const hidden = sendingStatus(pass(state, now, 1, { tile: { height: 400, visible: false } }).state);
  assert.deepEqual([hidden.picture, hidden.codec, hidden.why], ["none", null, "hidden"]);
  assert.equal(sendingStatus(pass(initialState(0), 0, 60, thinLine(45)).state).picture, "stills");
  const lies = [null, 1, "x", [], {}, { ...said, codec: "XYZ" }, { ...said, why: "<b>" }, { ...said, twice: 1 }, { ...said, picture: "all" }];
  const { music, ...before } = said;
  assert.deepEqual(readSendingStatus(before), { ...before, music: false }, "from a page of before there was music");
  for (const field of Object.keys(before)) lies.push({ ...said, [field]: undefined });
  for (const field of Object.keys(said)) lies.push({ ...said, [field]: {} });
  for (const lie of lies) assert.equal(readSendingStatus(lie), null, JSON.stringify(lie));
});

test("a pair that is being checked again still says what the line carries", () => {
  const pair = { type: "candidate-pair", nominated: true, state: "in-progress", availableOutgoingBitrate: 80_000 };
  assert.equal(measure(new Map([["p", pair]]), null).outbound.available, 80);
});

test("a stream that has stopped says nothing more about the way; what repairs or fills up is not lost once more", () => {
  const heard = (id, times, seconds) => [id, { id, type: "remote-inbound-rtp", roundTripTimeMeasurements: times, roundTripTime: seconds }];
  /** Losses of pictures count before they are repaired, those of sound after it; padding probes for bandwidth. */
  const came = (packets, picture, sound, padding = 0) => [
    ["i", { id: "i", type: "inbound-rtp", kind: "video", packetsReceived: packets / 2, packetsLost: picture, nackCount: picture, retransmittedPacketsReceived: picture + padding }],
    ["j", { id: "j", type: "inbound-rtp", kind: "audio", packetsReceived: packets / 2, packetsLost: 0, nackCount: sound }],
  ];
  const clock = (at) => ["t", { type: "other", timestamp: at }];
  const first = measure(new Map([heard("v", 3, 0.35), heard("a", 3, 0.3), ...came(100, 0, 0), clock(1000)]), null);
  assert.equal(first.outbound.rttMs, 350);
  const second = measure(new Map([heard("v", 3, 0.35), heard("a", 4, 0.08), ...came(200, 0, 0, 50), clock(2000)]), first.counts);
  assert.deepEqual([second.outbound.rttMs, second.inbound.missed], [80, 0]);
  const third = measure(new Map([heard("v", 3, 0.35), heard("a", 4, 0.08), ...came(290, 10, 10, 90), clock(3000)]), second.counts);
  assert.deepEqual([third.outbound.rttMs, third.inbound.missed, third.inbound.loss], [80, 0.2, 0.1]);
});

test("statistics become rates; a new connection starts from zero", () => {
  const stats = (at, more) =>
    new Map([
      ["v", { type: "inbound-rtp", kind: "video", timestamp: at, frameHeight: 360, frameWidth: 640, codecId: "c", ...more }],
      ["c", { type: "codec", mimeType: "video/VP9" }],
      ["p", { type: "candidate-pair", nominated: true, state: "succeeded", availableOutgoingBitrate: 500_000, currentRoundTripTime: 0.05 }],
    ]);
  const first = measure(stats(1000, { bytesReceived: 1000, framesDecoded: 10, totalDecodeTime: 0.1, packetsReceived: 10, packetsLost: 0 }), null);
  assert.equal(first.inbound.kbps, 0);
  const second = measure(stats(2000, { bytesReceived: 51_000, framesDecoded: 40, totalDecodeTime: 0.25, packetsReceived: 100, packetsLost: 10 }), first.counts);
  assert.equal(second.inbound.kbps, 400);
  assert.equal(second.inbound.fps, 30);
  assert.ok(Math.abs(second.inbound.decodeMs - 5) < 1e-9);
  assert.equal(second.inbound.loss, 0.1);
  assert.equal(second.inbound.codec, "VP9");
  assert.deepEqual([second.outbound.available, second.outbound.rttMs], [500, 50]);
  assert.equal(measure(stats(3000, { bytesReceived: 5 }), second.counts).inbound.fps, 0);
});

test("a screen's frames are not the camera's: no one calls a page frozen that stands still", () => {
  const stream = (id, type, values) => [id, { id, type, kind: "video", ...values }];
  const stats = (at, seen) =>
    new Map([
      stream("s", "inbound-rtp", { mid: "3", frameHeight: 1080, frameWidth: 1920, framesDecoded: seen, totalDecodeTime: seen / 20, freezeCount: seen, packetsReceived: seen }),
      stream("v", "inbound-rtp", { mid: "1", frameHeight: 360, frameWidth: 640, framesDecoded: 10 * seen, totalDecodeTime: seen / 50, freezeCount: 1, packetsReceived: 20 * seen }),
      stream("t", "outbound-rtp", { mid: "3", frameHeight: 1080, frameWidth: 1920, framesEncoded: seen, totalEncodeTime: seen / 10, active: true }),
      stream("w", "outbound-rtp", { mid: "1", frameHeight: 180, frameWidth: 320, framesEncoded: 10 * seen, totalEncodeTime: seen / 25, active: true }),
      ["clock", { type: "other", timestamp: at }],
    ]);
  const screens = [null, "3"];
  const { inbound, outbound, busy } = measure(stats(2000, 4), measure(stats(1000, 2), null, screens).counts, screens);
  assert.deepEqual([inbound.height, inbound.fps, Math.round(inbound.decodeMs), inbound.freezes, inbound.videoPackets, inbound.decoded], [360, 20, 2, 1, 80, 40]);
  assert.deepEqual([outbound.height, outbound.fps, Math.round(outbound.encodeMs)], [180, 20, 4]);
  assert.equal(Math.round(100 * busy), 42, "a processor has all of them");
});

test("where nothing else limits a picture, a small or slow camera does", () => {
  const status = { picture: "moving", rung: "720p", codec: "VP9", why: "full", longPackets: false, twice: false };
  const table = [
    [{}, { height: 720, fps: 30 }, "full"],
    [{}, { height: 360, fps: 30 }, "camera"],
    [{}, { height: 720, fps: 14 }, "camera"],
    [{}, { height: 0, fps: 0 }, "full"],
    [{}, { height: 360, fps: 0 }, "full"],
    [{ why: "small-tile" }, { height: 180, fps: 15 }, "small-tile"],
    [{ why: "our-uplink" }, { height: 180, fps: 8 }, "our-uplink"],
    [{ why: "no-camera", picture: "none" }, { height: 360, fps: 10 }, "no-camera"],
  ];
  for (const [change, measured, limit] of table) assert.equal(limitOf({ ...status, ...change }, measured), limit, JSON.stringify([change, measured]));
});

test("a screen is counted apart from the camera, where the browser says which is which", () => {
  const stream = (/** @type {object} */ more) => ({ type: "inbound-rtp", kind: "video", ...more });
  const of = (/** @type {object[]} */ ...streams) => {
    const { videoPackets, screenPackets, screenFrames } = measure(new Map(streams.map((one, at) => [`${at}`, one])), null, ["2", "3"]).inbound;
    return [videoPackets, screenPackets, screenFrames];
  };
  const camera = { packetsReceived: 5, framesDecoded: 2 };
  const screen = { packetsReceived: 7, framesDecoded: 1 };
  assert.deepEqual(of(stream({ mid: "1", ...camera }), stream({ mid: "3", ...screen })), [5, 7, 1]);
  assert.deepEqual(of(stream({ mid: "1", ...camera })), [5, 0, 0]);
  assert.deepEqual(of(stream(camera), stream(screen)), [12, NaN, NaN]);
});
