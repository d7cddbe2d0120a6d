import assert from "node:assert/strict";
import { test } from "node:test";

import { JOIN_AFTER_MS } from "../../static/js/media/encode-once/groups.js";
import { Emitter } from "../../static/js/lib/emitter.js";
import { EncodeOnce } from "../../static/js/media/encode-once/encode-once.js";
import { PictureSharing } from "../../static/js/media/encode-once/picture-sharing.js";

const TERMS = { isBarred: () => false, proofOf: () => true };
/** The first of the camera, and the first of a screen. */
const ENCODERS = [2, 3];

/** A call of five others; `decide` sets the picture of some of them, `freeze` says how often it has frozen for all. */
function call(kind = "camera") {
  const done = [];
  const peers = new Map();
  const adaptations = new Map();
  const prepared = new Map();
  for (const [at, pid] of [..."abcde"].entries()) {
    const video = { sender: {} };
    prepared.set(video.sender, { id: at + 1, track: `dummies of ${pid}` });
    const substitute = (_, track) => done.push(`${pid} ${track ? "carries" : "encodes"}`);
    peers.set(pid, { state: "connected", transceivers: { video, screenVideo: video }, outgoingTracks: { tracks: { video: "camera" }, screen: { video: "screen" } }, substitute });
    const state = { step: 0, rung: 4, quick: false };
    adaptations.set(pid, { state, evidence: { codecs: ["VP8"] }, available: 5_000, pictures: {}, shared: {}, applyPictures: () => done.push(`${pid} in ${adaptations.get(pid).shared.camera?.codec}`) });
  }
  const backend = {
    preparedOf: (sender) => prepared.get(sender) ?? null,
    join: ({ id }, encoder) => done.push(`${id} joins ${encoder}`),
    leave: ({ id }) => done.push(`${id} leaves`),
    encode: (encoder) => done.push(`${encoder} begins`),
    close: (encoder) => done.push(`${encoder} ends`),
  };
  const mesh = Object.assign(new Emitter(), { peers });
  const adaptation = Object.assign(new Emitter(), { adaptationOf: (pid) => adaptations.get(pid), heardFrom: () => ({ strained: false }) });
  const sharing = new PictureSharing(kind, /** @type {any} */ (mesh), /** @type {any} */ (adaptation));
  const carriers = Object.fromEntries([1, 2, 3, 4, 5].map((id) => [id, { passed: 1 }]));
  let now = 0;
  /** Time passes, with reports of encoders that have made frames. */
  const report = (encoders) => sharing.receiveReport(/** @type {any} */ ({ encoders: Object.fromEntries(encoders.map((id) => [id, { frames: 9, busyMs: 9 }])), carriers, lateMs: 0 }), now);
  const pass = (ms, encoders) => {
    now += ms;
    report(encoders);
    sharing.update(/** @type {any} */ (backend), TERMS, now);
    return done.splice(0);
  };
  const decide = (pids, height, codec = "VP8") => {
    for (const pid of pids) adaptations.get(pid).pictures[kind] = { active: true, codec, height, fps: 15, kbps: 300 };
    for (const pid of pids) adaptations.get(pid).evidence.codecs = [codec];
  };
  const freeze = (freezes, encoders) => {
    for (const adaptation of adaptations.values()) adaptation.report = { freezes };
    return report(encoders).map(({ pid, trouble }) => `${pid}: ${trouble}`);
  };
  return { pass, decide, freeze, sharing, parts: { mesh, adaptation, backend }, adaptations, carriers, done };
}

test("members of a group that has come to the picture of another go on with dummies, for the other encoder", () => {
  const { pass, decide, sharing } = call();
  decide("abc", 360);
  decide("de", 270, "VP9");
  pass(0, []);
  const begun = pass(JOIN_AFTER_MS, []).filter((one) => one.endsWith("begins"));
  assert.deepEqual(begun, ["2 begins", "4 begins"]);
  assert.deepEqual(pass(500, [2, 4]).filter((one) => one.includes("joins")), ["1 joins 2", "2 joins 2", "3 joins 2", "4 joins 4", "5 joins 4"]);
  decide("de", 360);
  assert.deepEqual(pass(500, [2, 4]), ["4 joins 2", "d in VP8", "5 joins 2", "e in VP8", "4 ends"]);
  assert.deepEqual(sharing.facts.map(({ members }) => members.join("")), ["abcde"]);
});

test("no one moves to an encoder that has made nothing yet", () => {
  const { pass, decide } = call();
  decide("abc", 360);
  decide("de", 270);
  pass(0, []);
  pass(JOIN_AFTER_MS, []);
  pass(500, [4]);
  decide("de", 360);
  assert.deepEqual(pass(500, [4]), ["4 leaves", "d in undefined", "d encodes", "5 leaves", "e in undefined", "e encodes", "4 ends"]);
  assert.deepEqual(pass(500, [2]).filter((one) => one.includes("joins")).length, 5);
});

for (const [kind, troubles] of Object.entries({ camera: ["a: freeze", "b: freeze", "c: freeze", "d: freeze", "e: freeze"], screen: [] })) {
  test(`freezes of a camera end the sharing of ${kind === "camera" ? "its picture" : "no screen"}`, () => {
    const { pass, decide, freeze, sharing } = call(kind);
    decide("abcde", 360);
    pass(0, []);
    pass(JOIN_AFTER_MS, []);
    pass(500, ENCODERS);
    assert.deepEqual(sharing.facts.map(({ members }) => members.join("")), ["abcde"]);
    freeze(1, ENCODERS);
    pass(3_000, ENCODERS);
    assert.deepEqual(freeze(10, ENCODERS), troubles);
  });
}

test("a receiver that misses a shared picture gets one of its own; one that misses its voice does not", async () => {
  const { parts, decide, adaptations, carriers, done } = call();
  const life = new AbortController();
  const once = new EncodeOnce(/** @type {any} */ ({ ...parts, signal: life.signal, prove: async () => true }));
  decide("abcde", 360);
  for (const { state } of adaptations.values()) state.quick = true;
  const report = () => {
    parts.backend.listener.report({ encoders: { 2: { frames: 9, busyMs: 9 } }, carriers, failed: [], lateMs: 0 });
    return done.splice(0);
  };
  for (let turn = 0; turn < 4; turn += 1) {
    report();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(once.facts.groups.map(({ members }) => members.join("")), ["abcde"]);
  parts.mesh.emit("peer-misses", { pid: "b", kind: "audio" });
  parts.mesh.emit("peer-misses", { pid: "b", kind: "screen" });
  assert.deepEqual(once.facts.barred, []);
  parts.mesh.emit("peer-misses", { pid: "b", kind: "video" });
  assert.deepEqual(done.filter((one) => one.startsWith("b encodes")), ["b encodes"]);
  assert.deepEqual(once.facts.groups.map(({ members }) => members.join("")), ["acde"]);
  assert.deepEqual([once.facts.barred, once.facts.lastTrouble, once.facts.fallbacks], [["b"], "missing", 0]);
  life.abort();
});
