import assert from "node:assert/strict";
import { test } from "node:test";

import { commonCodecs, pickCodec } from "../../static/js/media/adaptation/codecs.js";
import { jitterBufferTarget, NO_JITTER_BUFFER } from "../../static/js/media/adaptation/jitter-buffer.js";
import { decide } from "../../static/js/media/adaptation/decision.js";
import { initialState } from "../../static/js/media/adaptation/state.js";
import { measure } from "../../static/js/media/adaptation/stats.js";
import { limitOf, sendingStatus, readSendingStatus } from "../../static/js/media/adaptation/limitation.js";
import { readCaps, readReport } from "../../static/js/media/adaptation/receiver-reports.js";
import { RUNGS } from "../../static/js/media/adaptation/ladder.js";
import { allocateUplink } from "../../static/js/media/adaptation/uplink-allocation.js";
import { mungeSdp } from "../../static/js/media/adaptation/sdp-munging.js";
import { receiveStereo } from "../../static/js/peer/receive-stereo.js";
import { readSnapshotPiece, SnapshotReader, SnapshotSender } from "../../static/js/media/adaptation/snapshots.js";
import { FINE } from "./fine-evidence.js";

/** Lets seconds pass, one decision each; what the line carries may follow from the state. */
function pass(state, from, seconds, evidence) {
  const seen = [];
  for (let second = 1; second <= seconds; second += 1) {
    const now = from + 1000 * second;
    state = decide(state, { ...FINE, now, ...(typeof evidence === "function" ? evidence(state, second) : evidence) });
    seen.push(state);
  }
  return { state, seen, now: from + 1000 * seconds };
}

/** A line of so many kbit/s: what is too much for it waits in a queue, and then the sound breaks up. */
const thinLine = (kbps) => (state) => {
  const sends = 24 + [0, 14, 28, 70, 160, 350, 600][state.rung];
  const over = sends > kbps;
  return { available: kbps, used: sends, rttMs: over ? 400 : 30, concealed: over ? 0.1 : 0 };
};

const names = (seen) => seen.map(({ rung }) => RUNGS[rung].name);
const changes = (seen) => names(seen).filter((name, at, all) => at > 0 && name !== all[at - 1]).length;

test("each line ends at its rung and stays there", () => {
  const table = [
    [3000, "720p"],
    [600, "540p"],
    [300, "360p"],
    [170, "270p"],
    [95, "180p"],
    [45, "stills"],
    [30, "audio"],
  ];
  for (const [available, rung] of table) {
    const line = thinLine(available);
    const { state, now } = pass(initialState(0), 0, 60, line);
    assert.equal(RUNGS[state.rung].name, rung, `${available} kbit/s`);
    const { seen } = pass(state, now, 30, line);
    assert.ok(changes(seen) <= 1, `${available} kbit/s: ${names(seen)}`);
  }
});

test("a line that grows thin is followed within three seconds, one that recovers within twenty", () => {
  let { state, now } = pass(initialState(0), 0, 60, {});
  assert.equal(state.why, "full");
  const thin = pass(state, now, 3, { available: 150 });
  assert.ok(thin.state.rung <= 3, names(thin.seen).join());
  assert.equal(thin.state.why, "our-uplink");
  ({ state, now } = pass(thin.state, thin.now, 27, { available: 150 }));
  const wide = pass(state, now, 20, {});
  assert.ok(wide.state.rung >= 4, names(wide.seen).join());
});

test("a climb that fails doubles the wait, and a calm minute ends the penalty", () => {
  // It promises 600, and carries 300 once more is sent.
  const promise = (state) => ({ available: state.rung > 4 ? 250 : 600 });
  const { seen } = pass(initialState(0), 0, 400, promise);
  const climbs = seen.flatMap(({ rung }, at) => (at > 0 && rung > 4 && rung > seen[at - 1].rung ? [at] : []));
  const gaps = climbs.slice(1).map((at, index) => at - climbs[index]);
  assert.ok(gaps.length >= 2 && gaps.every((gap, index) => index === 0 || gap > gaps[index - 1]), `${climbs}`);
});

test("a line that collapses is answered at once, with nothing left of what was meant for the wide one", () => {
  const { state, now } = pass(initialState(0), 0, 60, {});
  const steep = decide(state, { ...FINE, now: now + 500, available: 300 });
  assert.deepEqual([steep.fresh, RUNGS[steep.rung].name, steep.why], [true, "180p", "our-uplink"]);
  assert.equal(decide(steep, { ...FINE, now: now + 1000, available: 120 }).fresh, false);
  const sooner = decide(state, { ...FINE, now: now + 500, available: 700 });
  assert.deepEqual([sooner.fresh, sooner.rung < 4], [true, true], "a quarter of what it was half a second ago");
  const gentle = decide(decide(state, { ...FINE, now: now + 500, available: 1400 }), { ...FINE, now: now + 1000, available: 700 });
  assert.equal(gentle.fresh, false);
  // A data saver that is switched on says nothing about the line.
  assert.equal(decide(state, { ...FINE, now: now + 500, share: 60, saving: true }).fresh, false);
  assert.equal(decide(steep, { ...FINE, now: now + 1000, available: 120, loss: 0.9 }).redundant, false, "what a full line loses is not sent twice");
});

test("what chokes a line in the first seconds pauses, and is tried again soon", () => {
  const choked = pass(initialState(0), 0, 8, (_, second) => ({ available: 50, rttMs: second > 1 ? 400 : 80, loss: 0.4, concealed: 0.2 }));
  const gone = choked.seen.findIndex(({ rung }) => RUNGS[rung].name === "stills");
  assert.ok(gone >= 3 && gone <= 6, `${names(choked.seen)}`);
  const far = pass(initialState(0), 0, 8, { available: 50, rttMs: 400, loss: 0.4 });
  assert.ok(names(far.seen).includes("stills"), "a queue that was there from the first round trip on");
  const calm = pass(choked.state, choked.now, 12, { available: 40, used: 12 });
  assert.equal(RUNGS[calm.state.rung].name, "180p");
  // One that fails later waits for half a minute.
  const late = pass(initialState(0), 0, 60, { available: 95 });
  const full = pass(late.state, late.now, 4, { available: 50, rttMs: 400, loss: 0.4, concealed: 0.2 });
  assert.equal(RUNGS[full.state.rung].name, "stills");
  const after = pass(full.state, full.now, 20, { available: 40, used: 12 });
  assert.equal(RUNGS[after.state.rung].name, "stills");
});

test("what comes is kept for longer while much is lost, and for no longer than that", () => {
  const seconds = (from, count, facts) => Array.from({ length: count }).reduce((one) => jitterBufferTarget(one, facts), from);
  const calm = { missed: 0, rttMs: 40 };
  assert.equal(seconds(NO_JITTER_BUFFER, 60, { missed: 0.08, rttMs: 40 }).ms, 0, "a little is repaired in time");
  const lossy = seconds(NO_JITTER_BUFFER, 3, { missed: 0.2, rttMs: 40 });
  assert.equal(lossy.ms, 300);
  const accident = jitterBufferTarget(NO_JITTER_BUFFER, { missed: 0.9, rttMs: 40 });
  assert.equal(seconds(accident, 10, calm).ms, 0, "one bad second says little of a path");
  assert.equal(jitterBufferTarget(accident, { missed: 0.9, rttMs: 40 }).ms, 300);
  assert.equal(seconds(lossy, 5, { missed: 0.2, rttMs: 300 }).ms, 400, "people still talk with each other");
  assert.equal(seconds(lossy, 10, calm).ms, 300, "it does not come and go");
  assert.equal(seconds(lossy, 30, calm).ms, 0);
});

/** Carries 720p, but no codec at its best: the thrifty one is used. */
const NARROW = { available: 1200 };

test("a starved processor steps the codec first, then the rung, and gets both back", () => {
  let { state, now } = pass(initialState(0), 0, 40, NARROW);
  const { linkRung } = state;
  const first = pass(state, now, 4, { ...NARROW, limited: true });
  assert.equal(first.state.codec, "VP8");
  assert.equal(first.state.linkRung, linkRung);
  assert.equal(first.state.rung, linkRung);
  const later = pass(first.state, first.now, 6, { ...NARROW, limited: true });
  assert.ok(later.state.rung < linkRung);
  assert.equal(later.state.linkRung, linkRung, "the line is not to blame");
  assert.equal(later.state.why, "our-processor");
  ({ state, now } = pass(later.state, later.now, 300, NARROW));
  assert.equal(state.rung, linkRung);
  assert.equal(state.codec, "VP9");
});

test("video that no one sees is not encoded, and says nothing about the link", () => {
  const { state, now } = pass(initialState(0), 0, 40, {});
  const hidden = pass(state, now, 1, { tile: { height: 400, visible: false }, share: 0 });
  assert.deepEqual([hidden.state.active, hidden.state.why], [false, "hidden"]);
  const idle = pass(hidden.state, hidden.now, 20, { tile: { height: 400, visible: false }, available: 60 });
  assert.equal(idle.state.linkRung, state.linkRung);
  const shown = pass(idle.state, idle.now, 1, { tile: { height: 200, visible: true } });
  assert.deepEqual([shown.state.active, RUNGS[shown.state.rung].name, shown.state.why], [true, "180p", "small-tile"]);
  const off = pass(shown.state, shown.now, 1, { source: null });
  assert.deepEqual([off.state.active, off.state.why], [false, "no-camera"]);
});

test("a browser that does not say what its line carries climbs by trying and falls by loss", () => {
  const clean = pass(initialState(0), 0, 60, { available: null });
  assert.equal(RUNGS[clean.state.rung].name, "720p");
  const lossy = pass(clean.state, clean.now, 15, { available: null, loss: 0.25, hasFrozen: true });
  assert.ok(lossy.state.rung < clean.state.rung);
});

test("a processor that does not keep up is not taken for a line that has become thin", () => {
  const { state, now } = pass(initialState(0), 0, 30, NARROW);
  const late = { available: 300, rttMs: 400, concealed: 0.1, hasFrozen: true };
  const starved = pass(state, now, 5, { ...late, limited: true });
  assert.deepEqual([starved.state.linkRung, starved.state.step], [state.linkRung, 1]);
  const over = pass(starved.state, starved.now, 3, late);
  assert.equal(over.state.linkRung, state.linkRung, "what it measured meanwhile is not of the line either");
  assert.ok(pass(over.state, over.now, 4, late).state.linkRung < state.linkRung, "a line that stays thin is believed");
  assert.ok(pass(state, now, 5, { ...late, limited: true, loss: 0.3 }).state.linkRung < state.linkRung, "what is lost is lost by the line");
});

test("sound goes in long packets on a thin line and twice on a lossy one", () => {
  const thin = pass(initialState(0), 0, 20, { available: 60 });
  assert.equal(thin.state.longPackets, true);
  assert.equal(thin.state.redundant, false);
  const wide = pass(thin.state, thin.now, 60, {});
  assert.equal(wide.state.longPackets, false);
  const lossy = pass(wide.state, wide.now, 10, { loss: 0.2 });
  assert.equal(lossy.state.redundant, true);
  assert.equal(pass(lossy.state, lossy.now, 60, {}).state.redundant, false);
  const alone = { source: null, available: 300, loss: 0.12, concealed: 0.12 };
  const full = pass(initialState(0), 0, 5, (_, second) => ({ ...alone, rttMs: second > 1 ? 400 : 30 }));
  assert.deepEqual([full.state.longPackets, full.state.redundant], [true, false], "a full line is not helped by sending twice as much");
  const soon = pass(initialState(0), 0, 10, { ...alone, loss: 0.2 });
  assert.equal(soon.state.redundant, false, "what the beginning lost says little of a line that has shown nothing yet");
  const random = pass(soon.state, soon.now, 5, { ...alone, loss: 0.2 });
  assert.deepEqual([random.state.longPackets, random.state.redundant], [true, true], "one that loses at random is");
});

test("sound has short packets the sooner the wider the line is", () => {
  const first = (available) => pass(initialState(0), 0, 20, { available }).seen.findIndex(({ longPackets }) => !longPackets);
  assert.deepEqual([3000, 500, 100].map(first), [1, 4, -1]);
});

test("sound alone tries short packets ever later on a line that does not carry them", () => {
  const thin = (/** @type {{longPackets: boolean}} */ { longPackets: long }) => ({ source: null, available: 30, rttMs: long ? 40 : 400, concealed: long ? 0 : 0.2 });
  const { seen } = pass(initialState(0), 0, 300, (/** @type {{longPackets: boolean}} */ state) => thin(state));
  const tries = seen.flatMap((one, second) => (second > 0 && seen[second - 1].longPackets && !one.longPackets ? [second] : []));
  assert.equal(tries.length, 3, `${tries}`);
  assert.ok(tries[1] - tries[0] > 60 && tries[2] - tries[1] > 120, `${tries}`);
});

test("the codec is the best that both have and the processor can pay for", () => {
  const desktop = { mobile: false, safari: false };
  const all = ["VP8", "H264", "AV1", "VP9"];
  const caps = (...codecs) => ({ decode: codecs.map((codec) => ({ codec, efficient: false })) });
  const table = [
    [caps("AV1", "VP9", "VP8", "H264"), desktop, ["AV1", "VP9", "VP8", "H264"]],
    [caps("VP9", "VP8"), desktop, ["VP9", "VP8"]],
    [caps("VP8"), desktop, ["VP8"]],
    [null, desktop, ["AV1", "VP9", "VP8", "H264"]],
    [caps("AV1", "VP8", "H264"), { mobile: true, safari: false }, ["H264", "VP8", "AV1"]],
    [caps("AV1", "VP8", "H264"), { mobile: false, safari: true }, ["H264", "VP8"]],
  ];
  for (const [theirs, here, expected] of table) assert.deepEqual(commonCodecs(all, theirs, here), expected);
  const order = ["AV1", "VP9", "VP8", "H264"];
  assert.equal(pickCodec(order, { rung: 3, cores: 1, step: 0, kbps: 1000 }), "AV1");
  assert.equal(pickCodec(order, { rung: 6, cores: 1.2, step: 0, kbps: 3000 }), "VP9");
  assert.equal(pickCodec(order, { rung: 6, cores: 0.1, step: 0, kbps: 3000 }), "H264");
  assert.equal(pickCodec(order, { rung: 3, cores: 1, step: 2, kbps: 1000 }), "VP8");
  assert.equal(pickCodec(["VP8"], { rung: 3, cores: 1, step: 3, kbps: 1000 }), "VP8");
});

test("one uplink is shared: small wishes first, the rest evenly", () => {
  const wishes = new Map([["a", 100], ["b", 1000], ["c", 1000], ["d", 0]]);
  assert.deepEqual(Object.fromEntries(allocateUplink(wishes, 900)), { d: 0, a: 100, b: 400, c: 400 });
  assert.deepEqual(Object.fromEntries(allocateUplink(wishes, 9000)), { d: 0, a: 100, b: 1000, c: 1000 });
  assert.equal(allocateUplink(wishes, Infinity).get("b"), Infinity);
});

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

test("a data saver has its reason, on whichever side it is", () => {
  const why = (evidence) => pass(initialState(0), 0, 20, { share: 100, ...evidence }).state.why;
  assert.equal(why({ saving: true }), "saver");
  assert.equal(why({ saving: true, asked: true }), "their-saver");
  assert.equal(why({}), "our-uplink");
  assert.equal(why({ saving: true, available: 90, share: 3000 }), "our-uplink", "a saver that leaves more than the line has");
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

test("a still is a small JPEG and nothing else", () => {
  const jpeg = (height, width) =>
    Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3, 0, 0]);
  const take = (payloads) => {
    const reader = new SnapshotReader();
    return payloads.map(readSnapshotPiece).map((piece) => (piece ? reader.receivePiece(piece) : null)).at(-1);
  };
  const pieces = (text, size = 5) => Array.from({ length: Math.ceil(text.length / size) }, (_, part) => ({ part, of: Math.ceil(text.length / size), jpeg: text.slice(part * size, (part + 1) * size) }));
  const fine = jpeg(108, 192).toString("base64");
  assert.equal(take(pieces(fine))?.type, "image/jpeg");
  assert.equal(take([...pieces(fine).slice(0, 3), ...pieces(fine)])?.type, "image/jpeg", "a new one takes the place of one that was broken off");
  const lies = [jpeg(60000, 192), jpeg(108, 0), Buffer.from("GIF89a......"), Buffer.from([0xff, 0xd8])];
  for (const lie of lies) assert.equal(take(pieces(lie.toString("base64"))), null);
  assert.equal(take(pieces(fine).filter(({ part }) => part !== 2)), null, "one is missing");
  assert.equal(take(pieces(fine).toReversed()), null);
  assert.equal(take(pieces("<svg onload=1>")), null);
  const single = { part: 0, of: 1, jpeg: fine };
  assert.equal(take([single])?.type, "image/jpeg");
  for (const lie of [null, 1, {}, [], { ...single, jpeg: 1 }, { ...single, jpeg: "" }, { ...single, jpeg: "a".repeat(2001) }, { ...single, of: 61 }, { ...single, of: "1" }, { ...single, part: 1 }]) {
    assert.equal(take([lie]), null, JSON.stringify(lie));
  }
});

test("a snapshot is sent in pieces, and stops when no one needs it any more", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const sender = new SnapshotSender();
  const sent = [];
  sender.sendSnapshot({ jpeg: "x".repeat(1000) }, (piece) => sent.push(piece) > 0);
  assert.deepEqual([sent.length, sender.busy], [1, true]);
  for (let tick = 0; tick < 5; tick += 1) context.mock.timers.tick(300);
  assert.deepEqual(sent.map(({ part, of, jpeg }) => [part, of, jpeg.length]), [[0, 3, 400], [1, 3, 400], [2, 3, 200]]);
  assert.equal(sender.busy, false);
  sender.sendSnapshot({ jpeg: "x".repeat(1000) }, () => false);
  assert.equal(sender.busy, false);
});

test("the other side's description is amended for sound and the first second of pictures, and for nothing else", () => {
  const audio = "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n";
  const sdp = `v=0\r\n${audio}m=video 9 UDP/TLS/RTP/SAVPF 96 98\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:98 VP9/90000\r\na=fmtp:98 profile-id=0\r\n`;
  const plain = mungeSdp(sdp, { longPackets: false, redundant: false });
  assert.match(plain, /a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r\n/);
  const music = mungeSdp(sdp, { longPackets: false, redundant: false, music: true });
  assert.match(music, /a=fmtp:111 minptime=10;useinbandfec=1;stereo=1;maxaveragebitrate=128000;usedtx=0\r\n/);
  assert.match(music, /a=ptime:10\r\n/);
  assert.doesNotMatch(plain, /a=ptime/);
  assert.match(mungeSdp(sdp, { longPackets: true, redundant: false, music: true }), /a=ptime:60\r\n/);
  assert.match(mungeSdp(music, { longPackets: false, redundant: false }), /a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r\n/);
  assert.match(plain, /a=rtpmap:111 opus\/48000\/2\r\na=rtcp-fb:111 nack\r\n/);
  assert.equal(mungeSdp(plain, { longPackets: false, redundant: false }).match(/nack/g).length, 1);
  assert.match(plain, /^m=audio 9 UDP\/TLS\/RTP\/SAVPF 111 63 0\r$/m);
  const both = mungeSdp(sdp, { longPackets: true, redundant: true });
  assert.match(both, /^m=audio 9 UDP\/TLS\/RTP\/SAVPF 63 111 0\r$/m);
  assert.equal(both.match(/a=ptime:60\r\n/g).length, 1);
  assert.equal(mungeSdp(both, { longPackets: true, redundant: false }).match(/ptime/g).length, 2);
  const first = mungeSdp(sdp, { longPackets: true, redundant: false }, true);
  assert.match(first, /m=video 9 UDP\/TLS\/RTP\/SAVPF 96 98\r\na=rtpmap:96 VP8\/90000\r\na=fmtp:96 x-google-start-bitrate=130\r\n/);
  assert.equal(first.match(/x-google-start-bitrate/g).length, 1, "of the codec that begins");
  assert.doesNotMatch(both, /x-google/, "a later one would make the estimate of the link begin again");
  assert.equal(mungeSdp("nonsense", { longPackets: true, redundant: true }), "nonsense");
});

test("the sound of a screen, in the second section of audio, is sent in stereo where the link has room", () => {
  const audio = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10\r\n";
  const stereo = (/** @type {boolean} */ longPackets) => mungeSdp(`v=0\r\n${audio}m=video 9 x 96\r\n${audio}`, { longPackets, redundant: false }).split("m=").map((section) => section.includes("stereo=1"));
  assert.deepEqual(stereo(false), [false, false, false, true]);
  assert.deepEqual(stereo(true), [false, false, false, false]);
});

test("our own description asks for stereo once, of Opus alone", () => {
  const sdp = (/** @type {string} */ opus) => `m=audio 9 x 111 63\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 ${opus}\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n`;
  assert.equal(receiveStereo(sdp("minptime=10")), sdp("minptime=10;stereo=1"));
  for (const asked of ["minptime=10;stereo=1", "stereo=1;useinbandfec=1", "stereo=0"]) assert.equal(receiveStereo(sdp(asked)), sdp(asked));
});

test("a pair that is being checked again still says what the line carries", () => {
  const pair = { type: "candidate-pair", nominated: true, state: "in-progress", availableOutgoingBitrate: 80_000 };
  assert.equal(measure(new Map([["p", pair]]), null).outbound.available, 80);
});

test("a stream that has stopped says nothing more about the way; what fills up is not what was lost", () => {
  const heard = (id, times, seconds) => [id, { id, type: "remote-inbound-rtp", roundTripTimeMeasurements: times, roundTripTime: seconds }];
  const came = (packets, again, asked) => ["i", { id: "i", type: "inbound-rtp", kind: "video", packetsReceived: packets, retransmittedPacketsReceived: again, nackCount: asked, packetsLost: 0 }];
  const clock = (at) => ["t", { type: "other", timestamp: at }];
  const first = measure(new Map([heard("v", 3, 0.35), heard("a", 3, 0.3), came(100, 0, 0), clock(1000)]), null);
  assert.equal(first.outbound.rttMs, 350);
  const second = measure(new Map([heard("v", 3, 0.35), heard("a", 4, 0.08), came(200, 20, 0), clock(2000)]), first.counts);
  assert.deepEqual([second.outbound.rttMs, second.inbound.missed], [80, 0]);
  const third = measure(new Map([heard("v", 3, 0.35), heard("a", 4, 0.08), came(300, 40, 5), clock(3000)]), second.counts);
  assert.deepEqual([third.outbound.rttMs, third.inbound.missed, third.inbound.loss], [80, 0.2, 0]);
  const probed = measure(new Map([heard("v", 3, 0.35), came(400, 140, 6), clock(4000)]), third.counts);
  assert.equal(probed.inbound.missed, 0.04, "one packet was lost while padding probed for bandwidth");
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
