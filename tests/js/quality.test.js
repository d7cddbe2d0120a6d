import assert from "node:assert/strict";
import { test } from "node:test";

import { UNKNOWN, rate, rateOwn } from "../../static/js/media/playback/quality.js";
import { whyThisPath } from "../../static/js/peer/ice/ice-path.js";

const MOVING = { picture: "moving", rung: "720p", codec: "VP9", why: "full", longPackets: false, twice: false };
const FINE = { connected: true, trouble: false, receiving: MOVING, loss: 0, concealed: 0, rttMs: 40, path: "direct", missing: "" };

/** Lets seconds pass and returns what is shown in the end. */
function after(seconds, facts, before = UNKNOWN) {
  let memory = before;
  for (let second = 0; second < seconds; second += 1) memory = rate(memory, { ...FINE, ...facts });
  return memory;
}
const words = ({ shown: { level, reason } }) => `${level} ${reason}`.trim();

test("each cause has its word, seen from the one who looks", () => {
  const low = (why, rung = "180p") => ({ receiving: { ...MOVING, rung, why } });
  const none = (why, picture = "none") => ({ receiving: { ...MOVING, picture, rung: "audio", codec: null, why } });
  const table = [
    [{}, "good"],
    [{ receiving: null }, "good"],
    [low("our-uplink"), "fair their-upload"],
    [low("our-uplink", "540p"), "good"],
    [low("loss"), "fair loss"],
    [low("our-processor"), "fair their-processor"],
    [low("their-processor"), "fair your-processor"],
    [low("saver"), "fair their-saver"],
    [low("their-saver"), "fair your-saver"],
    [low("small-tile"), "good"],
    [none("our-uplink", "stills"), "poor their-upload"],
    [none("our-uplink"), "poor their-upload"],
    [none("no-camera"), "good"],
    [none("hidden"), "good"],
    [{ path: "udp-blocked" }, "fair udp-blocked"],
    [{ path: "no-direct" }, "good"],
    [{ ...low("our-uplink"), path: "udp-blocked" }, "fair their-upload"],
    [{ concealed: 0.06 }, "fair sound-breaks"],
    [{ concealed: 0.3 }, "poor sound-breaks"],
    [{ loss: 0.08 }, "fair loss"],
    [{ rttMs: 600 }, "fair delay"],
    [{ rttMs: 2000 }, "poor delay"],
    [{ missing: "no-sound", ...low("our-uplink") }, "poor no-sound"],
    [{ connected: false }, "none"],
    [{ connected: false, trouble: true }, "none lost"],
  ];
  for (const [facts, expected] of table) assert.equal(words(after(30, facts)), expected, JSON.stringify(facts));
});

test("the word comes after three seconds, goes after six, and does not flicker", () => {
  const bad = { rttMs: 5000 };
  const good = after(10, {});
  const found = after(1, bad, good);
  assert.equal(words(found), "good");
  assert.equal(words(after(4, bad, good)), "poor delay");
  // Back to normal: the running mean needs some seconds, and the word six more.
  const poor = after(20, { loss: 0.2 }, good);
  assert.equal(words(poor), "poor loss");
  assert.equal(words(after(5, {}, poor)), "poor loss");
  assert.equal(words(after(20, {}, poor)), "good");
  let memory = good;
  for (let second = 0; second < 30; second += 1) {
    memory = rate(memory, { ...FINE, receiving: { ...MOVING, rung: second % 2 ? "720p" : "180p", why: "our-uplink" } });
    assert.equal(words(memory), "good");
  }
  assert.equal(words(rate(good, { ...FINE, connected: false })), "none");
});

test("one's own tile names what holds back what one sends, and nothing that is the others' business", () => {
  const own = (...sending) => {
    let memory = UNKNOWN;
    for (let second = 0; second < 10; second += 1) memory = rateOwn(memory, sending);
    return words(memory);
  };
  assert.equal(own(), "none");
  assert.equal(own(MOVING, { ...MOVING, rung: "180p", why: "their-processor" }), "good");
  assert.equal(own(MOVING, { ...MOVING, rung: "270p", why: "our-uplink" }), "fair your-upload");
  const stills = { ...MOVING, picture: "stills", rung: "stills", codec: null, why: "saver" };
  assert.equal(own({ ...MOVING, rung: "270p", why: "our-uplink" }, stills), "poor your-saver");
});

test("a relay is laid to what made it necessary", () => {
  const both = [{ urls: ["turn:a?transport=udp", "turns:a?transport=tcp"] }];
  const onlyTcp = [{ urls: "turn:a?transport=tcp" }];
  const table = [
    ["direct", "udp", both, false, "direct"],
    ["direct", "tcp", both, false, "udp-blocked"],
    ["relay", "udp", both, false, "no-direct"],
    ["relay", "udp", both, true, "hidden"],
    ["relay", "tls", both, false, "udp-blocked"],
    ["relay", "tcp", onlyTcp, false, "no-direct"],
    ["relay", "tcp", onlyTcp, true, "hidden"],
  ];
  for (const [kind, protocol, servers, relayed, why] of table) {
    assert.equal(whyThisPath({ kind, protocol, rttMs: 1 }, { relayed, servers }), why, `${kind} ${protocol}`);
  }
});
