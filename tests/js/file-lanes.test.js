import assert from "node:assert/strict";
import { test } from "node:test";

import { FairShare } from "../../static/js/files/lanes/fair-share.js";
import { RateController, initialLanes } from "../../static/js/files/lanes/rate-controller.js";
import { StallDetector } from "../../static/js/files/lanes/stall-detector.js";

/** Drives a controller on a path of `speed(lanes)` bytes a second; returns its decisions. */
function drive(controller, seconds, speed) {
  const taken = [];
  let [lanes, limit] = [1, Infinity];
  for (let second = 0; second < seconds; second += 1) {
    const rate = Math.min(limit, speed(lanes));
    const decision = controller.decide({ rate, made: lanes, up: lanes, saturated: true, shared: false, call: null });
    [lanes, limit] = [decision.lanes, decision.limit];
    taken.push({ lanes, limit, rate });
  }
  return taken;
}

test("lanes are added as long as they make the transfer faster", () => {
  assert.equal(drive(new RateController(), 30, (lanes) => lanes * 200_000).at(-1).lanes, 8);
  // Three lanes fill this path: four are tried and kept, eight bring nothing and go again.
  const shared = drive(new RateController(), 30, (lanes) => Math.min(lanes, 3.5) * 200_000);
  assert.ok(shared.some(({ lanes }) => lanes === 8));
  assert.equal(shared.at(-1).lanes, 4);
  // One lane fills the processor: a second one goes again, and is tried more and more rarely.
  const full = drive(new RateController(), 300, () => 12_000_000);
  assert.equal(full.at(-1).lanes, 1);
  const tries = full.filter(({ lanes }, at) => lanes > 1 && full[at - 1]?.lanes === 1).length;
  assert.ok(tries >= 3 && tries <= 6, `${tries} tries in five minutes`);
});

test("a transfer begins with the lanes that its way and its size are worth", () => {
  assert.deepEqual([0, 15, 80].map((rttMs) => initialLanes(rttMs, 100_000)), [1, 2, 4]);
  assert.deepEqual([0, 15, 80].map((rttMs) => initialLanes(rttMs, 100_000_000)), [4, 4, 8]);
});

test("several people get the same number of lanes, whatever each had when the second one came", () => {
  for (const had of [1, 2, 8]) {
    const controller = new RateController();
    drive(controller, 6, () => 600_000);
    const decide = (made, pushing, shared) => controller.decide({ rate: 300_000, made, up: made, saturated: pushing, shared, call: null }).lanes;
    assert.equal(decide(had, true, true), 4);
    assert.equal(decide(4, false, true), 4);
    assert.equal(decide(1, false, true), 1);
    // The other one has all of it: more lanes are tried again.
    const alone = Array.from({ length: 30 }, () => decide(4, true, false));
    assert.ok(alone.includes(8), `${alone}`);
  }
});

/** Two transfers share an uplink of 5,000,000 bytes a second: `take(limits)` returns the rate of each; returns all seconds. */
function together(seconds, take) {
  const share = new FairShare();
  const who = [{}, {}];
  let limits = [Infinity, Infinity];
  return Array.from({ length: seconds }, (_, second) => {
    const rates = take(limits, second);
    limits = who.map((one, at) => share.limitFor(one, rates[at], true));
    return { rates, limits };
  });
}

test("a transfer far above its share of the uplink is limited to it, and the other one takes up the rest", () => {
  // The second one gets what the first one leaves, and a tenth of what it needs as long as the line is full.
  const seconds = together(40, ([limit]) => {
    const first = Math.min(limit, 4_700_000);
    return [first, limit === Infinity ? 300_000 : Math.max(300_000, 5_000_000 - first)];
  });
  assert.ok(seconds.some(({ limits: [limit] }) => limit < 3_000_000));
  const { rates: [first, second] } = seconds.at(-1);
  assert.ok(second / first > 0.7, `${first} and ${second}`);
});

test("what a peer with a slow link leaves goes to the others, which are rarely limited", () => {
  const seconds = together(200, ([limit]) => [Math.min(limit, 4_700_000), 300_000]);
  const went = seconds.reduce((sum, { rates: [first] }) => sum + first, 0);
  assert.ok(went > 0.75 * 200 * 4_700_000, `${went}`);
});

test("equal transfers and a single one are never limited", () => {
  const even = together(60, (_, second) => [2_500_000 + (second % 2) * 300_000, 2_500_000]);
  assert.ok(even.every(({ limits }) => limits.every((limit) => limit === Infinity)));
  const share = new FairShare();
  const [alone, other] = [{}, {}];
  for (let second = 0; second < 20; second += 1) share.limitFor(other, 10_000, true);
  assert.equal(share.limitFor(alone, 5_000_000, false), Infinity);
});

test("far behind and far ahead differ from even", () => {
  const share = new FairShare();
  const who = [{}, {}, {}];
  const places = (rates) => who.map((one, at) => (share.limitFor(one, rates[at], true, true), one)).map((one) => share.placeOf(one));
  assert.deepEqual(places([100, 110, 95]), ["even", "even", "even"]);
  for (let second = 0; second < 5; second += 1) places([300, 100, 20]);
  assert.deepEqual(places([300, 100, 20]), ["ahead", "behind", "behind"]);
  share.forgetPeer(who[0]);
  assert.equal(share.placeOf(who[0]), "even");
});

test("a lane stalls when nothing leaves it while others move much", () => {
  const lane = (departed, waiting) => ({ departed, waiting });
  const [still, moving, empty, elsewhere] = [lane(1_300_000, 1_000_000), lane(0, 500_000), lane(70_000, 0), lane(0, 9)];
  const detector = new StallDetector();
  const looks = Array.from({ length: 6 }, () => {
    moving.departed += 300_000;
    return detector.findStalled([still, moving, empty], 3);
  });
  assert.deepEqual(looks.map((found) => found.length), [0, 0, 0, 0, 1, 1]);
  assert.equal(looks[4][0], still);
  still.departed += 1;
  assert.deepEqual(detector.findStalled([still, moving, empty], 3), []);
  // Nothing moves anywhere: the path stalls, not a lane.
  for (let look = 0; look < 20; look += 1) assert.deepEqual(detector.findStalled([still, moving, empty], 3), []);
  // Bytes go to another peer.
  elsewhere.departed += 2_000_000;
  assert.deepEqual(detector.findStalled([elsewhere], 3), []);
  assert.deepEqual(detector.findStalled([still, moving, empty], 3), [still, moving]);
});

test("lanes do not change while nothing is queued", () => {
  const controller = new RateController();
  for (let second = 0; second < 20; second += 1) {
    assert.equal(controller.decide({ rate: 1_000, made: 1, up: 1, saturated: false, shared: false, call: null }).lanes, 1);
  }
  assert.equal(controller.decide({ rate: 0, made: 0, up: 0, saturated: false, shared: false, call: null }).lanes, 1);
});
